/** The whole page: header, the three panes, the answer. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Editor } from "../editor/Editor";
import { numeral } from "../editor/exports";
import { GraphEditor } from "../editor/GraphEditor";
import { isList } from "../editor/history";
import type { Explorer } from "../explorer";
import { Export, Help } from "./Dialogs";
import { ImagePane } from "./ImagePane";
import { LayerList } from "./LayerList";
import { Readout } from "./Readout";
import { Stack, useSpeech } from "./Stack";
import { themeChanges } from "./hooks";

export function App({ explorer, root }: { explorer: Explorer; root: HTMLElement }) {
  const { session } = explorer;
  const exporting = useSignal(false);
  const dropping = useSignal(false);
  useSpeech(session);
  useEffect(() => watchKeys(explorer, root), [explorer, root]);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    dropping.value = false;
    const file = event.dataTransfer?.files[0];
    if (file) void explorer.take(file);
  };
  return (
    <div
      class={dropping.value ? "ey-app ey-dropping" : "ey-app"} onDrop={drop} onDragLeave={() => { dropping.value = false; }}
      onDragOver={(event) => { event.preventDefault(); dropping.value = true; }}
    >
      <Header explorer={explorer} save={() => { exporting.value = true; }} root={root} />
      {session.trouble.value && (
        <p class="ey-trouble" role="alert">
          <span>{session.trouble.value}</span>
          <button type="button" aria-label="Dismiss" onClick={() => { session.trouble.value = null; }}>×</button>
        </p>
      )}
      <main class="ey-panes">
        <Layers explorer={explorer} />
        <Stack session={session} />
        <ImagePane session={session} />
        <Readout session={session} />
      </main>
      {session.help.value && <Help session={session} />}
      {exporting.value && <Export session={session} root={root} close={() => { exporting.value = false; }} />}
      <div class="ey-hidden" role="status" aria-live="polite">{session.said.value}</div>
    </div>
  );
}

/** The list of layers, or an editor in its place. */
function Layers({ explorer }: { explorer: Explorer }) {
  const { session, history } = explorer;
  const draft = session.editing.value ? history.draft.value : null;
  if (!draft) return <LayerList session={session} />;
  return isList(draft) ? <Editor session={session} history={history} list={draft} /> : <GraphEditor explorer={explorer} revision={draft} />;
}

function Header({ explorer, save, root }: { explorer: Explorer; save: () => void; root: HTMLElement }) {
  const { session } = explorer;
  const network = session.network.value;
  const turn = () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    themeChanges.value += 1;
  };
  return (
    <header class="ey-header">
      <h1><span class="ey-logo" aria-hidden="true" />{network.model}</h1>
      <p class="ey-muted">
        {network.inputs.map((input) => `${input.name} ${input.extents.map(numeral).join(" × ")}`).join(", ")}
        <span class={`ey-status ey-${network.status}`} title={network.notes.join(" ") || undefined}>{network.status}</span>
      </p>
      <nav aria-label="Actions">
        <button type="button" aria-pressed={session.editing.value} onClick={() => explorer.edit()}>{session.editing.value ? "Show layers" : "Edit layers"}</button>
        <label class="ey-file">
          Open {explorer.canLoad ? "photo or list" : "photo"}
          <input type="file" accept={explorer.canLoad ? "image/*,.toml,.yaml,.yml,.json" : "image/*"} onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) void explorer.take(file);
            event.currentTarget.value = "";
          }} />
        </label>
        <button type="button" onClick={save}>Export</button>
        <button type="button" aria-label="Light or dark" title="Light or dark" onClick={turn}>◐</button>
        <button type="button" aria-label="Help" title="Help (?)" onClick={() => { session.help.value = true; }}>?</button>
      </nav>
    </header>
  );
}

/** Keys that mean the same wherever the focus is within the page. */
function watchKeys(explorer: Explorer, root: HTMLElement): () => void {
  const { session, history } = explorer;
  const types = (event: KeyboardEvent) => event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  const down = (event: KeyboardEvent) => {
    if (event.key === "Shift" && !types(event)) session.shift.value = true;
    else if (event.key === "Escape" && !root.querySelector("dialog")) session.clear();
    else if (event.key === "?" && !types(event)) session.help.value = true;
    else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && session.editing.value) {
      if (event.shiftKey) history.redo();
      else history.undo();
      event.preventDefault();
    }
  };
  const up = (event: KeyboardEvent) => {
    if (event.key === "Shift") session.shift.value = false;
  };
  const lost = () => {
    session.shift.value = false;
  };
  const host = explorer.home === "notebook" ? root : document;
  host.addEventListener("keydown", down as EventListener);
  document.addEventListener("keyup", up);
  window.addEventListener("blur", lost);
  return () => {
    host.removeEventListener("keydown", down as EventListener);
    document.removeEventListener("keyup", up);
    window.removeEventListener("blur", lost);
  };
}
