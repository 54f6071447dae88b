/** What both editors are made of: the bar above, the fields of a layer, the choice of its kind. */

import { Component } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Value } from "../core/document";
import type { Session } from "../state/session";
import { numeral, shown, sizeText } from "./exports";
import type { History } from "./history";
import { joined, KINDS, type Kind, type Layer, ListError, newLayer, paddingText, perAxis, setNumbers } from "./layers";
import { preset, PRESETS } from "./presets";

const LETTERS = ["k", "s", "p", "d"] as const;
type Letter = (typeof LETTERS)[number] | "scale";

export function Bar({ history }: { history: History }) {
  return (
    <div class="ey-bar">
      <h2>Edit layers</h2>
      <select aria-label="Preset" value="" onChange={(event) => { if (event.currentTarget.value) history.change(preset(event.currentTarget.value)); event.currentTarget.value = ""; }}>
        <option value="">Start from …</option>
        {PRESETS.map((name) => <option key={name}>{name}</option>)}
      </select>
      <button type="button" disabled={!history.canUndo.value} onClick={() => history.undo()} aria-label="Undo" title="Undo (Ctrl+Z)">↶</button>
      <button type="button" disabled={!history.canRedo.value} onClick={() => history.redo()} aria-label="Redo" title="Redo (Ctrl+Shift+Z)">↷</button>
    </div>
  );
}

/**
 * Widths of the columns for the longest text in each, and that of the pane, which leaves room for names beside them.
 *
 * They only grow: were they to follow each change, the maps beside the editor would move with every key.
 */
export function useWidths(layers: (Layer | null)[], values: (Value | null | undefined)[]): Record<string, string> {
  const longest = (texts: (string | undefined)[]) => Math.max(2, ...texts.map((text) => text?.length ?? 0));
  const field = (letter: Letter) => 24 + 8 * longest(layers.map((layer) => (layer && layer.kind !== "upsample" ? textIn(layer, letter) : undefined)));
  const number = (text: (value: Value) => string) => 14 + 8 * longest(values.map((value) => (value ? text(value) : undefined)));
  const least = useRef<number[]>([]);
  const widths = [
    ...LETTERS.map(field), number((value) => shown(value.numbers, (axis) => numeral(axis.n))), number((value) => shown(value.numbers, sizeText)),
  ].map((width, k) => Math.max(width, least.current[k] ?? 0));
  least.current = widths;
  return {
    "--ey-columns": `minmax(0, 1fr) ${widths.map((width) => `${width}px`).join(" ")}`,
    "--ey-least": `${widths.reduce((a, b) => a + b, 0) + 190}px`,
  };
}

/** The line above the columns. */
export function Head() {
  return (
    <div class="ey-edit ey-edit-head" role="row">
      <span role="columnheader">layer</span>
      {LETTERS.map((letter) => <span key={letter} role="columnheader">{letter}</span>)}
      <span role="columnheader" class="ey-number">n</span><span role="columnheader" class="ey-number">r</span>
      <span role="columnheader"><span class="ey-hidden">change</span></span>
    </div>
  );
}

interface Edited {
  layer: Layer;
  axes: number;
  put: (layer: Layer) => void;
  session: Session;
}

/** The cells with a layer's numbers: four, or one where it has a scale only; drawn anew only for another layer. */
export class Fields extends Component<Edited> {
  override shouldComponentUpdate({ layer, axes }: Edited): boolean {
    return layer !== this.props.layer || axes !== this.props.axes;
  }

  override render(edited: Edited) {
    const { layer } = edited;
    if (layer.kind === "upsample") return <span role="cell" class="ey-wide">scale <Field {...edited} letter="scale" text={joined(layer.scale)} /></span>;
    return <>{LETTERS.map((letter) => <span key={letter} role="cell"><Field {...edited} letter={letter} text={textIn(layer, letter)} /></span>)}</>;
  }
}

function textIn(layer: Layer, letter: Letter): string {
  if (letter === "p") return paddingText(layer);
  return joined(letter === "k" ? layer.kernel : letter === "s" ? layer.stride : letter === "d" ? layer.dilation : layer.scale);
}

export function KindField({ layer, axes, put }: Omit<Edited, "session">) {
  const choose = (kind: Kind) => {
    const fresh = newLayer(kind, axes);
    const keeps = layer.kind !== "upsample" && kind !== "upsample";
    // A name that only said the kind goes with it.
    const name = new RegExp(`^${layer.kind}\\d+$`).test(layer.name) ? "" : layer.name;
    put(keeps ? { ...layer, kind, name, ceil: layer.ceil && kind !== "deconv" } : { ...fresh, name });
  };
  return (
    <span class="ey-kind">
      <b title={layer.name}>{layer.name}</b>
      <select aria-label={`Kind of ${layer.name}`} value={layer.kind} onClick={(event) => event.stopPropagation()} onChange={(event) => choose(event.currentTarget.value as Kind)}>
        {KINDS.map((kind) => <option key={kind}>{kind}</option>)}
      </select>
    </span>
  );
}

const WORDS: Record<Letter, string> = { k: "Kernel", s: "Stride", p: "Padding", d: "Dilation", scale: "Scale" };

function Field({ layer, letter, text, axes, put, session }: Edited & { letter: Letter; text: string }) {
  const [draft, setDraft] = useState<string | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const edit = (typed: string) => {
    setDraft(typed);
    const next: Layer = { ...layer };
    try {
      setNumbers(next, letter, perAxis(typed.trim(), axes, layer.name), layer.name);
    } catch (error) {
      if (!(error instanceof ListError)) throw error;
      setWrong(error.message);
      session.said.value = error.message;
      return;
    }
    setWrong(null);
    put(next);
  };
  const label = `${WORDS[letter]} of ${layer.name}`;
  return (
    <input
      type="text" inputMode={axes > 1 ? "text" : "numeric"} aria-label={label} title={wrong ?? label}
      aria-invalid={wrong !== null} value={draft ?? text} onInput={(event) => edit(event.currentTarget.value)}
      onBlur={() => { setDraft(null); setWrong(null); }} onClick={(event) => event.stopPropagation()}
    />
  );
}
