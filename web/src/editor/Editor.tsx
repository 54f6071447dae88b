/** The layer editor: a list that can be changed; table, stack and image follow each change. */

import { useMemo, useState } from "preact/hooks";
import { numeral, shown, sizeText } from "./exports";
import { chainOf } from "./chain";
import type { History } from "./history";
import { joined, KINDS, type Kind, type Layer, type LayerList, ListError, named, newLayer, paddingText, parseList, perAxis, setNumbers, textOf } from "./layers";
import { preset, PRESETS } from "./presets";
import type { Session } from "../state/session";

type Letter = "k" | "s" | "p" | "d" | "scale";

export function Editor({ session, history }: { session: Session; history: History }) {
  const list = history.list.value as LayerList;
  const chain = useMemo(() => chainOf(list), [list]);
  const axes = list.input.length - 1;
  const change = (layers: Layer[]) => history.change({ ...list, layers: named(layers) });
  const broken = chain.broken;

  return (
    <section class="ey-pane ey-editor" aria-label="Layer editor">
      <div class="ey-bar">
        <h2>Edit layers</h2>
        <select aria-label="Preset" value="" onChange={(event) => { if (event.currentTarget.value) history.change(preset(event.currentTarget.value)); event.currentTarget.value = ""; }}>
          <option value="">Start from …</option>
          {PRESETS.map((name) => <option key={name}>{name}</option>)}
        </select>
        <button type="button" disabled={!history.canUndo.value} onClick={() => history.undo()} aria-label="Undo" title="Undo (Ctrl+Z)">↶</button>
        <button type="button" disabled={!history.canRedo.value} onClick={() => history.redo()} aria-label="Redo" title="Redo (Ctrl+Shift+Z)">↷</button>
      </div>
      <InputSize list={list} history={history} />
      <div class="ey-edits" tabIndex={0} role="group" aria-label="Layers of the list">
        <table>
          <thead>
            <tr><th scope="col">layer</th><th scope="col">k</th><th scope="col">s</th><th scope="col">p</th><th scope="col">d</th><th scope="col">n</th><th scope="col">r</th><th scope="col"><span class="ey-hidden">change</span></th></tr>
          </thead>
          <tbody>
            {list.layers.map((layer, index) => {
              const value = chain.network.values[index + 1];
              const state = broken ? (index === broken.index ? "ey-broken" : index > broken.index ? "ey-grey" : "") : "";
              const put = (next: Layer) => change(list.layers.map((old, k) => (k === index ? next : old)));
              return (
                <>
                  <tr key={`${index}`} class={`${state} ${session.layer.value === index + 1 ? "ey-chosen" : ""}`} onClick={() => value && session.choose(value.id)}>
                    <td><KindField layer={layer} axes={axes} put={put} /></td>
                    {layer.kind === "upsample" ? (
                      <td colSpan={4}>scale <Field layer={layer} letter="scale" text={joined(layer.scale)} axes={axes} put={put} session={session} /></td>
                    ) : (
                      (["k", "s", "p", "d"] as const).map((letter) => (
                        <td key={letter}><Field layer={layer} letter={letter} text={textIn(layer, letter)} axes={axes} put={put} session={session} /></td>
                      ))
                    )}
                    <td class="ey-number">{value ? shown(value.numbers, (axis) => numeral(axis.n)) : "–"}</td>
                    <td class="ey-number">{value ? shown(value.numbers, sizeText) : "–"}</td>
                    <td class="ey-tools">
                      <button type="button" aria-label={`Move ${layer.name} up`} disabled={index === 0} onClick={() => change(swapped(list.layers, index - 1))}>↑</button>
                      <button type="button" aria-label={`Move ${layer.name} down`} disabled={index === list.layers.length - 1} onClick={() => change(swapped(list.layers, index))}>↓</button>
                      <button type="button" aria-label={`Add a layer after ${layer.name}`} onClick={() => change([...list.layers.slice(0, index + 1), newLayer("conv", axes), ...list.layers.slice(index + 1)])}>+</button>
                      <button type="button" aria-label={`Remove ${layer.name}`} disabled={list.layers.length === 1} onClick={() => change(list.layers.filter((_, k) => k !== index))}>×</button>
                    </td>
                  </tr>
                  {broken?.index === index && <tr key={`why${index}`} class="ey-why"><td colSpan={8} role="alert">{layer.name}: {broken.why}</td></tr>}
                </>
              );
            })}
          </tbody>
        </table>
      </div>
      <TextForm list={list} history={history} />
    </section>
  );
}

function textIn(layer: Layer, letter: Letter): string {
  if (letter === "p") return paddingText(layer);
  return joined(letter === "k" ? layer.kernel : letter === "s" ? layer.stride : letter === "d" ? layer.dilation : layer.scale);
}

function swapped(layers: Layer[], index: number): Layer[] {
  const next = layers.slice();
  [next[index], next[index + 1]] = [next[index + 1], next[index]];
  return next;
}

function KindField({ layer, axes, put }: { layer: Layer; axes: number; put: (layer: Layer) => void }) {
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

function Field({ layer, letter, text, axes, put, session }: { layer: Layer; letter: Letter; text: string; axes: number; put: (layer: Layer) => void; session: Session }) {
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
      type="text" inputMode={axes > 1 ? "text" : "numeric"} class={(draft ?? text).length > 4 ? "ey-long" : undefined} aria-label={label} title={wrong ?? label}
      aria-invalid={wrong !== null} value={draft ?? text} onInput={(event) => edit(event.currentTarget.value)}
      onBlur={() => { setDraft(null); setWrong(null); }} onClick={(event) => event.stopPropagation()}
    />
  );
}

function InputSize({ list, history }: { list: LayerList; history: History }) {
  const text = list.input.join("x");
  const [draft, setDraft] = useState<string | null>(null);
  const [wrong, setWrong] = useState("");
  const edit = (typed: string) => {
    setDraft(typed);
    const parts = typed.trim().split(/[x×]/).map((part) => part.trim());
    if (parts.length !== list.input.length || !parts.every((part) => /^[1-9]\d{0,5}$/.test(part))) {
      setWrong(`must be channels and ${list.input.length - 1} sizes, such as ${text}`);
      return;
    }
    setWrong("");
    history.change({ ...list, input: parts.map(Number) });
  };
  return (
    <p class="ey-input-size">
      <label>input <input type="text" size={14} value={draft ?? text} aria-invalid={wrong !== ""} onInput={(event) => edit(event.currentTarget.value)} onBlur={() => { setDraft(null); setWrong(""); }} /></label>
      {wrong && <span class="ey-warning" role="alert">{wrong}</span>}
    </p>
  );
}

function TextForm({ list, history }: { list: LayerList; history: History }) {
  const [draft, setDraft] = useState<string | null>(null);
  const [wrong, setWrong] = useState("");
  const read = (event: Event) => {
    event.preventDefault();
    if (draft === null) return;
    try {
      history.change({ ...list, layers: parseList(draft, list.input.length - 1) });
    } catch (error) {
      if (!(error instanceof ListError)) throw error;
      setWrong(error.message);
      return;
    }
    setDraft(null);
    setWrong("");
  };
  return (
    <form class="ey-text" onSubmit={read}>
      <label for="ey-list-text">as a layer list</label>
      <textarea id="ey-list-text" rows={3} spellcheck={false} value={draft ?? textOf(list)} onInput={(event) => setDraft(event.currentTarget.value)} />
      <span>
        <button type="submit" disabled={draft === null}>Read this list</button>
        {wrong && <span class="ey-warning" role="alert">{wrong}</span>}
      </span>
    </form>
  );
}
