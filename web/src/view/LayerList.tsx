/** The network as a list: a row for each layer with its numbers, branches as lanes beside it. */

import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Network, Value } from "../core/document";
import { jumpText, numeral, shown, sizeText } from "../editor/exports";
import { type Lane, lanesOf, listingOf, type Row } from "../state/rows";
import type { Session } from "../state/session";
import { useSize } from "./hooks";
import { percent, product, settingsText } from "./words";

const HEIGHT = 27;
const LANE = 11;
const MOST_LANES = 6;
const LEAST_NAME = 150;
/** Of the last column, and of the bar that scrolls. */
const SHARE = 80;

export function LayerList({ session }: { session: Session }) {
  const network = session.network.value;
  const wanted = { onlyChanges: session.onlyChanges.value, search: session.search.value, folded: session.folded.value };
  const { rows, hidden } = useMemo(() => listingOf(network, wanted), [network, wanted.onlyChanges, wanted.search, wanted.folded]);
  const lanes = useMemo(() => lanesOf(network, rows), [network, rows]);
  const depth = Math.min(MOST_LANES, 1 + Math.max(0, ...lanes.map((lane) => Math.max(lane.own, ...lane.past))));
  const gutter = depth * LANE + 8;
  const widths = useMemo(() => widthsOf(network, rows, gutter), [network, rows, gutter]);
  const [measure, , height] = useSize();
  const scroller = useRef<HTMLDivElement | null>(null);
  const reference = useCallback((element: HTMLDivElement | null) => {
    scroller.current = element;
    measure(element);
  }, []);
  const [top, setTop] = useState(0);
  const current = rows.findIndex((row) => row.type === "layer" && row.id === session.layer.value);
  const [active, setActive] = useState(current);
  // Keys may come faster than the list is drawn: each goes on from where the last one went.
  const place = useRef(current);
  const move = (index: number) => {
    place.current = index;
    setActive(index);
  };
  useLayoutEffect(() => {
    if (current < 0) return;
    move(current);
    reveal(scroller.current, current, height);
  }, [current, height]);

  const first = Math.max(0, Math.floor(top / HEIGHT) - 6);
  const last = Math.min(rows.length, Math.ceil((top + height) / HEIGHT) + 6);
  const toggle = (row: Row) => {
    const folded = new Set(session.folded.value);
    if (!folded.delete(row.key)) folded.add(row.key);
    session.folded.value = folded;
  };
  const act = (row: Row) => (row.type === "module" ? toggle(row) : session.choose(row.id));
  const go = (index: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    move(next);
    reveal(scroller.current, next, height);
    if (rows[next]?.type === "layer") session.choose(rows[next].id);
  };
  const key = (event: KeyboardEvent) => {
    const at = place.current;
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1, PageDown: at + 10, PageUp: at - 10 };
    if (event.key in steps) go(steps[event.key]);
    else if ((event.key === "Enter" || event.key === " ") && rows[at]) act(rows[at]);
    else return;
    event.preventDefault();
  };

  return (
    <section class="ey-pane ey-list" aria-label="Layers" style={widths}>
      <Filters session={session} hidden={hidden} />
      <div class="ey-row ey-head" aria-hidden="true" style={{ paddingLeft: `${gutter}px` }}>
        <span class="ey-name">layer</span><span>n</span><span>j</span><span class="ey-r">r</span><span class="ey-start">start</span><span class="ey-share">share</span>
      </div>
      <div
        class="ey-rows" role="treegrid" tabIndex={0} aria-label="Layers" aria-rowcount={rows.length} aria-colcount={6}
        aria-activedescendant={active >= first && active < last ? `ey-row-${active}` : undefined}
        ref={reference}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)} onKeyDown={key}
      >
        <div class="ey-all" role="presentation" style={{ height: `${rows.length * HEIGHT}px` }}>
          {rows.slice(first, last).map((row, k) => (
            <Line
              key={row.key} network={network} row={row} lane={lanes[first + k]} index={first + k} gutter={gutter}
              chosen={row.type === "layer" && row.id === session.layer.value} active={first + k === active} act={act}
            />
          ))}
        </div>
      </div>
      {rows.length === 0 && <p class="ey-empty">No layer is called that.</p>}
    </section>
  );
}

/** Widths of the columns of numbers, for the longest in each, and of the pane that leaves room for names beside them. */
function widthsOf(network: Network, rows: Row[], gutter: number): Record<string, string> {
  const longest = (text: (value: Value) => string) => Math.max(1, ...rows.map((row) => text(network.values[row.id]).length));
  const width = (text: (value: Value) => string, least: number) => Math.min(110, Math.max(least, longest(text) * 9 + 14));
  const widths = {
    n: width((value) => shown(value.numbers, (axis) => numeral(axis.n)), 46),
    j: width((value) => shown(value.numbers, jumpText), 36),
    r: width((value) => shown(value.numbers, sizeText), 64),
    s: width((value) => shown(value.numbers, (axis) => numeral(axis.start)), 50),
  };
  const least = gutter + LEAST_NAME + Object.values(widths).reduce((a, b) => a + b, 0) + SHARE;
  return { ...Object.fromEntries(Object.entries(widths).map(([letter, n]) => [`--ey-${letter}`, `${n}px`])), "--ey-least": `${least}px` };
}

function reveal(element: HTMLElement | null, index: number, height: number): void {
  if (!element || !height) return;
  if (index * HEIGHT < element.scrollTop) element.scrollTop = index * HEIGHT;
  else if ((index + 1) * HEIGHT > element.scrollTop + height) element.scrollTop = (index + 1) * HEIGHT - height;
}

function Filters({ session, hidden }: { session: Session; hidden: number }) {
  const [least, setLeast] = useState("");
  const jump = (event: Event) => {
    event.preventDefault();
    const wanted = Number(least);
    const found = session.network.value.values.find((value) => value.numbers.some((axis) => !axis.global && axis.size >= wanted));
    if (least.trim() === "" || !(wanted > 0)) session.said.value = "Type a size in pixels.";
    else if (found) session.choose(found.id);
    else session.said.value = `No layer sees ${wanted} pixels.`;
    session.trouble.value = found || !(wanted > 0) ? null : `No layer of this network has r ≥ ${wanted}.`;
  };
  return (
    <div class="ey-bar ey-filters">
      <input type="search" placeholder="Search layers" aria-label="Search layers" value={session.search.value}
        onInput={(event) => { session.search.value = event.currentTarget.value; }} />
      <form onSubmit={jump}>
        <label>first with r ≥ <input type="text" inputMode="numeric" size={4} value={least} onInput={(event) => setLeast(event.currentTarget.value)} /></label>
        <button type="submit">Go</button>
      </form>
      <label class="ey-check" title="Rows whose numbers are those of what they read are left out">
        <input type="checkbox" checked={session.onlyChanges.value} onChange={(event) => { session.onlyChanges.value = event.currentTarget.checked; }} />
        only rows that change n, j or r{hidden ? ` (${hidden} hidden)` : ""}
      </label>
    </div>
  );
}

interface LineProps {
  network: Network;
  row: Row;
  lane: Lane;
  index: number;
  gutter: number;
  chosen: boolean;
  active: boolean;
  act: (row: Row) => void;
}

function Line({ network, row, lane, index, gutter, chosen, active, act }: LineProps) {
  const value = network.values[row.id];
  const style = ["ey-row", row.type === "module" && "ey-module", chosen && "ey-chosen", active && "ey-active"].filter(Boolean).join(" ");
  const fills = fillOf(network, value);
  return (
    <div
      class={style} role="row" id={`ey-row-${index}`} aria-rowindex={index + 1} aria-level={row.depth + 1} aria-selected={chosen} style={{ top: `${index * HEIGHT}px`, paddingLeft: `${gutter}px` }}
      aria-expanded={row.type === "module" ? row.open : undefined} onClick={() => act(row)}
    >
      <Lanes lane={lane} width={gutter} module={row.type === "module"} />
      <span class="ey-name" role="gridcell" title={row.type === "layer" ? value.name : row.title} style={{ paddingLeft: `${Math.min(row.depth, 6) * 9}px` }}>
        {row.type === "module" && <i class={row.open ? "ey-open" : "ey-closed"} aria-hidden="true" />}
        <span>{row.title}</span>
        <small>{row.type === "module" ? (row.times > 1 ? `${row.times} × the same` : `${row.count} rows`) : `${value.kind === value.name ? "" : value.kind} ${settingsText(value)}`}</small>
      </span>
      <span role="gridcell">{shown(value.numbers, (axis) => numeral(axis.n))}</span>
      <span role="gridcell">{shown(value.numbers, jumpText)}</span>
      <span role="gridcell" class="ey-r" title={fills > 1 ? "larger than the image" : undefined}>
        <i class={fills > 1 ? "ey-fill-bar ey-over" : "ey-fill-bar"} style={{ width: `${Math.min(1, fills) * 100}%` }} />
        <b>{shown(value.numbers, sizeText)}{value.numbers.some((axis) => axis.global && axis.local_size !== null) ? "*" : ""}</b>
      </span>
      <span role="gridcell" class="ey-start">{shown(value.numbers, (axis) => numeral(axis.start))}</span>
      <span role="gridcell" class="ey-share">{value.numbers.length ? percent(shareOf(network, value)) : "–"}</span>
    </div>
  );
}

/** The largest field size as a part of the image's side. */
function fillOf(network: Network, value: Value): number {
  return Math.max(0, ...value.numbers.map((axis) => axis.size / sideOf(network, axis)));
}

function shareOf(network: Network, value: Value): number {
  const mine = value.numbers.filter((axis) => axis.input === value.numbers[0].input);
  return product(mine.map((axis) => Math.min(1, axis.size / sideOf(network, axis))));
}

function sideOf(network: Network, axis: Value["numbers"][number]): number {
  const input = network.inputs.find((one) => one.name === axis.input) ?? network.inputs[0];
  return input.extents[input.axes.indexOf(axis.axis)] || 1;
}

function Lanes({ lane, width, module }: { lane: Lane; width: number; module: boolean }) {
  const x = (k: number) => 8 + Math.min(k, MOST_LANES - 1) * LANE;
  const middle = HEIGHT / 2;
  const own = x(lane.own);
  return (
    <svg class="ey-lanes" width={width} height={HEIGHT} aria-hidden="true">
      {lane.past.map((k) => <path key={`p${k}`} d={`M${x(k)} 0V${HEIGHT}`} />)}
      {lane.from.map((k) => <path key={`f${k}`} d={`M${x(k)} 0C${x(k)} ${middle * 0.8} ${own} ${middle * 0.3} ${own} ${middle}`} />)}
      {lane.goesOn && <path d={`M${own} ${middle}V${HEIGHT}`} />}
      {lane.own < 0 ? null : module ? <rect x={own - 3.5} y={middle - 3.5} width={7} height={7} /> : <circle cx={own} cy={middle} r={3.5} />}
    </svg>
  );
}
