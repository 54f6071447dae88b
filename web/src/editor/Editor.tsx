/** The layer editor: a list that can be changed; table, stack and image follow each change. */

import { useMemo, useState } from "preact/hooks";
import { numeral, shown, sizeText } from "./exports";
import { chainOf } from "./chain";
import type { History } from "./history";
import { type Layer, type LayerList, ListError, named, newLayer, parseList, textOf } from "./layers";
import { Bar, Fields, Head, KindField, useWidths } from "./parts";
import type { Session } from "../state/session";

export function Editor({ session, history, list }: { session: Session; history: History; list: LayerList }) {
  const chain = useMemo(() => chainOf(list), [list]);
  const axes = list.input.length - 1;
  const change = (layers: Layer[]) => history.change({ ...list, layers: named(layers) });
  const broken = chain.broken;
  const widths = useWidths(list.layers, chain.network.values);

  return (
    <section class="ey-pane ey-editor" aria-label="Layer editor" style={widths}>
      <Bar history={history} />
      <InputSize list={list} history={history} />
      <div class="ey-edits" tabIndex={0} role="table" aria-label="Layers of the list">
        <Head />
        {list.layers.map((layer, index) => {
          const value = chain.network.values[index + 1];
          const state = broken ? (index === broken.index ? "ey-broken" : index > broken.index ? "ey-grey" : "") : "";
          const put = (next: Layer) => change(list.layers.map((old, k) => (k === index ? next : old)));
          return (
            <div class="ey-line" key={index} role="presentation">
              <div class={`ey-edit ${state} ${session.layer.value === index + 1 ? "ey-chosen" : ""}`} role="row" onClick={() => value && session.choose(value.id)}>
                <span role="rowheader"><KindField layer={layer} axes={axes} put={put} /></span>
                <Fields layer={layer} axes={axes} put={put} session={session} />
                <span role="cell" class="ey-number">{value ? shown(value.numbers, (axis) => numeral(axis.n)) : "–"}</span>
                <span role="cell" class="ey-number">{value ? shown(value.numbers, sizeText) : "–"}</span>
                <span role="cell" class="ey-tools">
                  <button type="button" aria-label={`Move ${layer.name} up`} disabled={index === 0} onClick={() => change(swapped(list.layers, index - 1))}>↑</button>
                  <button type="button" aria-label={`Move ${layer.name} down`} disabled={index === list.layers.length - 1} onClick={() => change(swapped(list.layers, index))}>↓</button>
                  <button type="button" aria-label={`Add a layer after ${layer.name}`} onClick={() => change([...list.layers.slice(0, index + 1), newLayer("conv", axes), ...list.layers.slice(index + 1)])}>+</button>
                  <button type="button" aria-label={`Remove ${layer.name}`} disabled={list.layers.length === 1} onClick={() => change(list.layers.filter((_, k) => k !== index))}>×</button>
                </span>
              </div>
              {broken?.index === index && <p class="ey-why" role="alert">{layer.name}: {broken.why}</p>}
            </div>
          );
        })}
      </div>
      <TextForm list={list} history={history} />
    </section>
  );
}

function swapped(layers: Layer[], index: number): Layer[] {
  const next = layers.slice();
  [next[index], next[index + 1]] = [next[index + 1], next[index]];
  return next;
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
