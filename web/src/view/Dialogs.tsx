/** Help, and the ways in which a list or a view leaves the page. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { cells, latexOf, markdownOf } from "../editor/exports";
import { ListError } from "../editor/layers";
import { jsonOf, listingOf, textOf } from "../editor/listing";
import { pytorchOf } from "../editor/pytorch";
import type { Session } from "../state/session";
import { paletteOf } from "./palette";
import { copyText, saveFile, saveText, stageSvg, svgToPng } from "./save";

export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => element.current?.showModal(), []);
  return (
    <dialog ref={element} class="ey-dialog" aria-label={title} onClose={close} onClick={(event) => { if (event.target === element.current) close(); }}>
      <div class="ey-sheet">
        <header class="ey-bar"><h2>{title}</h2><button type="button" aria-label="Close" onClick={close}>×</button></header>
        {children}
      </div>
    </dialog>
  );
}

export function Help({ session }: { session: Session }) {
  const keys: [string, string][] = [
    ["← ↑ ↓ →", "another feature; with Shift ten further, with Alt ↑ ↓ along a third axis"],
    ["Page Up, Page Down", "another layer"],
    ["Enter", "pin the feature, or take its pin away; two pins are compared"],
    ["Esc", "clear pins"],
    ["Shift (hold)", "who sees the pixel under the pointer?"],
    ["Ctrl Z, Ctrl Shift Z", "undo and redo in the layer editor"],
    ["?", "this help"],
  ];
  return (
    <Dialog title="How to use this page" close={() => { session.help.value = false; }}>
      <p>Each map in the middle is a layer, the image on its left. <b>Point at any feature</b>: the window that it reads lights up in every layer before, down to the pixels on the right. <b>Click</b> to pin it, click another to compare.</p>
      <p><b>n</b> features along an axis; <b>j</b> their distance in pixels (jump); <b>r</b> the size of what each sees in pixels (receptive field); <b>start</b> the centre of the first one, where the first pixel's centre is 0.5. <b>*</b> marks rows where some path also reads everything.</p>
      <p>A dashed outline is the field as theory has it, beyond the image too; a solid one holds the pixels that are really read.</p>
      <dl class="ey-keys-list">{keys.map(([key, text]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{text}</dd></div>)}</dl>
    </Dialog>
  );
}

const FORMATS = { "Layer list": "txt", PyTorch: "py", JSON: "json", Markdown: "md", LaTeX: "tex", "Plain table": "txt" } as const;
type Format = keyof typeof FORMATS;

export function Export({ session, root, close }: { session: Session; root: HTMLElement; close: () => void }) {
  const [format, setFormat] = useState<Format>("Layer list");
  const network = session.network.value;
  const text = written(session, format);
  const stem = network.model.replace(/[^\w.-]+/g, "_").slice(0, 40) || "network";
  const view = async (pane: string, kind: "svg" | "png") => {
    const stage = root.querySelector<HTMLElement>(`${pane} .ey-stage`);
    if (!stage) return;
    const svg = stageSvg(stage, paletteOf(stage).panel);
    const name = `${stem}-${pane.slice(4)}.${kind}`;
    if (kind === "svg") saveText(name, svg, "image/svg+xml");
    else saveFile(name, await svgToPng(svg, stage.clientWidth, stage.clientHeight));
  };
  return (
    <Dialog title="Export" close={close}>
      <h3>This view</h3>
      <p class="ey-choices">
        {([[".ey-stack", "Maps"], [".ey-image", "Image"]] as const).map(([pane, title]) => (
          <>
            <button type="button" onClick={() => view(pane, "svg")}>{title} as SVG</button>
            <button type="button" onClick={() => view(pane, "png")}>{title} as PNG</button>
          </>
        ))}
      </p>
      <h3>The layers</h3>
      <p class="ey-choices" role="group" aria-label="Format">
        {(Object.keys(FORMATS) as Format[]).map((name) => (
          <button type="button" key={name} aria-pressed={name === format} onClick={() => setFormat(name)}>{name}</button>
        ))}
      </p>
      <textarea class="ey-output" readOnly rows={12} spellcheck={false} aria-label={format} value={text} />
      <p class="ey-choices">
        <button type="button" onClick={() => copyText(session, text)}>Copy</button>
        <button type="button" onClick={() => saveText(`${stem}.${FORMATS[format]}`, text)}>Save</button>
      </p>
    </Dialog>
  );
}

function written(session: Session, format: Format): string {
  const network = session.network.value;
  const values = network.values.filter((value) => value.level > 0);
  if (format === "Markdown") return markdownOf(network, values);
  if (format === "LaTeX") return latexOf(values);
  if (format === "Plain table") {
    const rows = [["layer", "kind", "n", "j", "r", "start"], ...values.map(cells)];
    const widths = rows[0].map((_, k) => Math.max(...rows.map((row) => row[k].length)));
    return `${rows.map((row) => row.map((cell, k) => (k < 2 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join("  ")).join("\n")}\n`;
  }
  try {
    const listing = listingOf(network);
    if (format === "PyTorch") return pytorchOf(listing);
    return format === "JSON" ? jsonOf(listing) : textOf(listing);
  } catch (error) {
    if (error instanceof ListError) return error.message;
    throw error;
  }
}
