/** The answer in words, the equations of the layer, and what two pinned features share. */

import { volume } from "../core/boxes";
import { compare, positions } from "../core/region";
import { failed, type Session } from "../state/session";
import { numeral } from "../editor/exports";
import { copyText } from "./save";
import { type Formula, formulas, percent, plain, reachWords, regionWords, type Words } from "./words";

export function Readout({ session }: { session: Session }) {
  const network = session.network.value;
  const words = wordsOf(session);
  const value = session.value(session.spot.value.value);
  return (
    <section class="ey-pane ey-readout" aria-label="Answer" data-answer={answerOf(session)}>
      <div class="ey-answer" tabIndex={0} role="group" aria-label="Answer in words">
        <div class="ey-bar">
          <h2>{words.title}</h2>
          <button type="button" onClick={() => copyText(session, plain(words))}>Copy</button>
          {session.pins.value.length > 0 && <button type="button" onClick={() => session.clear()}>Clear pins</button>}
        </div>
        <dl>
          {words.facts.map(([name, text]) => (
            <div key={name}><dt>{name}</dt><dd>{text}</dd></div>
          ))}
        </dl>
        {words.warnings.map((text) => <p key={text} class="ey-warning">{text}</p>)}
        <Comparison session={session} />
      </div>
      <div class="ey-formulas" tabIndex={0} role="group" aria-label="Equations">
        <h3>{value.name} <span class="ey-muted">{value.kind}</span></h3>
        {together(distinct(value.numbers.map((axis, k) => ({ axis: axis.axis, lines: formulas(network, value, k) })))).map((axes) => <Strip key={axes[0].axis} axes={axes} />)}
      </div>
    </section>
  );
}

function wordsOf(session: Session): Words {
  const network = session.network.value;
  if (session.direction.value === "seen") {
    const reach = session.reach.value;
    if (reach && !failed(reach)) return reachWords(network, reach, session.path.value.slice(-8));
    return { title: "Point at a pixel", facts: [], warnings: reach ? [reach.failure] : [] };
  }
  const region = session.region.value;
  if (failed(region)) return { title: "No answer", facts: [], warnings: [region.failure] };
  return regionWords(network, region);
}

/** The answer for programs that look at the page. */
function answerOf(session: Session): string {
  if (session.direction.value === "seen") {
    const reach = session.reach.value;
    if (!reach || failed(reach)) return JSON.stringify(reach);
    const counts = session.path.value.map((id) => [id, volume(positions(session.value(id).layout, reach.elements.get(id) ?? []))]);
    return JSON.stringify({ input: reach.input, pixel: reach.pixel, counts });
  }
  const region = session.region.value;
  if (failed(region)) return JSON.stringify(region);
  const { value, feature, input, box, pixels, read, unknown } = region;
  return JSON.stringify({ value, feature, input, box, pixels, read, unknown });
}

interface Axis {
  axis: string;
  lines: Formula[] | string;
}

/** Axes with the same equations stand together. */
function distinct(axes: Axis[]): Axis[] {
  const found: Axis[] = [];
  for (const one of axes) {
    const same = found.find(({ lines }) => JSON.stringify(lines) === JSON.stringify(one.lines));
    if (same) same.axis += `, ${one.axis}`;
    else found.push({ ...one });
  }
  return found;
}

/** Axes with the same equations but other numbers share a table: side by side they need no scrolling. */
function together(axes: Axis[]): Axis[][] {
  const equations = (lines: Formula[] | string) => (typeof lines === "string" ? null : lines.map(({ left, general }) => left + general).join());
  const first = axes.length ? equations(axes[0].lines) : null;
  return first !== null && axes.every(({ lines }) => equations(lines) === first) ? [axes] : axes.map((axis) => [axis]);
}

function Strip({ axes }: { axes: Axis[] }) {
  const [{ axis, lines }] = axes;
  if (typeof lines === "string") return <p class="ey-sentence"><span class="ey-muted">{axis}</span> {lines}</p>;
  const columns = axes.map((one) => one.lines as Formula[]);
  return (
    <table class={axes.length > 1 ? "ey-many" : undefined}>
      {axes.length === 1 ? <caption>along {axis}</caption> : (
        <thead><tr><td /><td class="ey-general" />{axes.map((one) => <th key={one.axis} scope="col">along {one.axis}</th>)}</tr></thead>
      )}
      <tbody>
        {lines.map(({ left, general }, k) => (
          <tr key={left}>
            <th scope="row" title={general}>{left}</th>
            <td class="ey-general">= {general}</td>
            {columns.map((column, number) => (
              <td key={axes[number].axis}>{column[k].numbers && `= ${column[k].numbers} `}= <b>{column[k].result}</b></td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Comparison({ session }: { session: Session }) {
  const [a, b] = session.pinned.value;
  if (!a || !b || failed(a) || failed(b)) return null;
  const { both, iou } = compare(a, b);
  return (
    <p class="ey-comparison">
      <b class="ey-a">A</b> reads {numeral(a.read)}, <b class="ey-b">B</b> {numeral(b.read)} pixels; {numeral(both)} are shared: IoU {Number(iou.toFixed(4))} ({percent(iou)}).
    </p>
  );
}
