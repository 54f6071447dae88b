/** The editor of a network with branches: its layers keep their order; numbers change, layers go and come. */

import { Component } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Explorer } from "../explorer";
import { numeral, shown, sizeText } from "./exports";
import { type Layer, newLayer } from "./layers";
import { Bar, Fields, Head, KindField, useWidths } from "./parts";
import { type Base, changed, type Line, type Revision, type Revised, UNCHANGED } from "./revision";

export function GraphEditor({ explorer, revision }: { explorer: Explorer; revision: Revision }) {
  const { session, history, base } = explorer;
  const { lines } = explorer.revised.value as Revised;
  const [search, setSearch] = useState("");
  const widths = useWidths(lines.map((line) => line.layer), lines.map((line) => line.value));
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const row = scroller.current?.querySelector<HTMLElement>(".ey-chosen");
    if (row && scroller.current) scroller.current.scrollTop = row.offsetTop - scroller.current.clientHeight / 3;
  }, []);
  const count = revision.changes.size + revision.added.length + (revision.input ? 1 : 0);
  const wanted = search.trim().toLowerCase();
  return (
    <section class="ey-pane ey-editor ey-graph" aria-label="Layer editor" style={widths}>
      <Bar history={history} />
      <div class="ey-bar ey-revision">
        {base.network.inputs.length === 1 && base.axes > 0 && <InputSize explorer={explorer} revision={revision} />}
        <input type="search" placeholder="Search layers" aria-label="Search layers" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
        <span class="ey-muted">{count === 0 ? "nothing changed yet" : count === 1 ? "1 change" : `${count} changes`}</span>
        {count > 0 && <button type="button" onClick={() => history.change(UNCHANGED)}>Undo all</button>}
      </div>
      <div class="ey-edits" tabIndex={0} role="table" aria-label="Layers of the network" ref={scroller}>
        <Head />
        {lines.filter((line) => line.why || line.name.toLowerCase().includes(wanted)).map((line) => (
          <Row key={line.key} line={line} chosen={line.value?.id === session.layer.value} explorer={explorer} />
        ))}
      </div>
      <p class="ey-note ey-muted">
        + puts a layer in behind another, × leaves one out; where there are branches, that is how a layer moves. All other numbers stay as they
        are, also a padding or size that the model computed.
      </p>
    </section>
  );
}

interface RowProps {
  line: Line;
  chosen: boolean;
  explorer: Explorer;
}

/** One line; drawn anew only when it says something else, because a network may have hundreds. */
class Row extends Component<RowProps> {
  override shouldComponentUpdate({ line, chosen }: RowProps): boolean {
    const { line: old, chosen: was } = this.props;
    return chosen !== was || line.layer !== old.layer || line.why !== old.why || line.state !== old.state || line.value?.numbers !== old.value?.numbers;
  }

  private get revision(): Revision {
    return this.props.explorer.history.draft.value as Revision;
  }

  private readonly put = (layer: Layer | null) => {
    const { explorer, line } = this.props;
    explorer.history.change(changed(explorer.base, this.revision, line.key, layer));
  };

  private readonly grow = () => {
    const { explorer, line } = this.props;
    const layer = newLayer("conv", explorer.base.axes, freeName(explorer.base, this.revision));
    explorer.history.change({ ...this.revision, added: [{ after: line.key, layer }, ...this.revision.added] });
  };

  private readonly choose = () => {
    const { explorer, line } = this.props;
    if (line.value) explorer.session.choose(line.value.id);
  };

  override render({ line, chosen, explorer }: RowProps) {
    const { name, layer, value, why, state } = line;
    const { session, base } = explorer;
    const style = [why ? "ey-broken" : why === "" && "ey-grey", state === "out" && "ey-out", state !== "given" && "ey-edited", chosen && "ey-chosen"];
    return (
      <div class="ey-line" role="presentation">
        <div class={["ey-edit", ...style].filter(Boolean).join(" ")} role="row" onClick={this.choose}>
          <span role="rowheader">
            {state === "added" && layer ? <KindField layer={layer} axes={base.axes} put={this.put} /> : <span class="ey-kind"><b title={name}>{name}</b><small>{line.kind}</small></span>}
          </span>
          {layer && state !== "out" ? <Fields layer={layer} axes={base.axes} put={this.put} session={session} /> : <span role="cell" class="ey-wide ey-muted">{state === "out" ? "left out" : ""}</span>}
          <span role="cell" class="ey-number">{value ? shown(value.numbers, (axis) => numeral(axis.n)) : "–"}</span>
          <span role="cell" class="ey-number">{value ? shown(value.numbers, sizeText) : "–"}</span>
          <span role="cell" class="ey-tools">
            {line.grows && <button type="button" aria-label={`Add a layer after ${name}`} onClick={this.grow}>+</button>}
            {line.goes && state !== "out" && <button type="button" aria-label={`Remove ${name}`} onClick={() => this.put(null)}>×</button>}
            {(state === "out" || state === "changed") && <button type="button" aria-label={`Put ${name} back`} title="As it was" onClick={() => this.put(base.layer(line.key))}>↺</button>}
          </span>
        </div>
        {why && <p class="ey-why" role="alert">{name}: {why}</p>}
      </div>
    );
  }
}

function freeName(base: Base, revision: Revision): string {
  for (let number = 1; ; number++) {
    const name = `added${number}`;
    if (!base.has(name) && !revision.added.some((one) => one.layer.name === name)) return name;
  }
}

function InputSize({ explorer, revision }: { explorer: Explorer; revision: Revision }) {
  const given = explorer.base.network.inputs[0].extents;
  const text = (revision.input ?? given).join("x");
  const [draft, setDraft] = useState<string | null>(null);
  const [wrong, setWrong] = useState("");
  const edit = (typed: string) => {
    setDraft(typed);
    const parts = typed.trim().split(/[x×]/).map((part) => part.trim());
    if (parts.length !== given.length || !parts.every((part) => /^[1-9]\d{0,5}$/.test(part))) {
      setWrong(given.length === 1 ? "must be one size" : `must be ${given.length} sizes, such as ${text}`);
      return;
    }
    setWrong("");
    const sizes = parts.map(Number);
    explorer.history.change({ ...revision, input: sizes.join() === given.join() ? null : sizes });
  };
  return (
    <>
      <label>input <input type="text" size={9} value={draft ?? text} aria-invalid={wrong !== ""} onInput={(event) => edit(event.currentTarget.value)} onBlur={() => { setDraft(null); setWrong(""); }} /></label>
      {wrong && <span class="ey-warning" role="alert">{wrong}</span>}
    </>
  );
}
