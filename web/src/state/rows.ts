/** The layer list: which rows stand in it, folded by module and by repetition, and the lanes of its branches. */

import type { Network, Value } from "../core/document";
import { settingsText } from "../view/words";

export interface Row {
  /** A layer, or a module with all that is folded into it. */
  type: "layer" | "module";
  key: string;
  title: string;
  depth: number;
  /** The value shown: the layer's, or the last of the module. */
  id: number;
  /** Rows within a module, and how often it is repeated. */
  count: number;
  times: number;
  open: boolean;
}

export interface Listing {
  rows: Row[];
  hidden: number;
}

interface Module {
  key: string;
  parts: (Module | number)[];
}

export interface Wanted {
  onlyChanges: boolean;
  search: string;
  folded: ReadonlySet<string>;
}

export function listingOf(network: Network, { onlyChanges, search, folded }: Wanted): Listing {
  const word = search.trim().toLowerCase();
  const wanted = (value: Value) =>
    word ? value.name.toLowerCase().includes(word) || value.kind.toLowerCase().includes(word) : !onlyChanges || value.level === 2;
  const chosen = network.values.filter(wanted);
  const rows: Row[] = [];
  const top: Module = { key: "", parts: [] };
  const paths = word ? null : pathsOf(network);
  for (const value of chosen) place(top, value.id, paths?.[value.id] ?? []);
  collect(network, top, 0, folded, rows);
  return { rows, hidden: network.values.length - chosen.length };
}

/** For each value the modules that it lies in, the outermost first. */
function pathsOf(network: Network): string[][] {
  const paths: string[][] = network.values.map(() => []);
  if (!network.calls.length) {
    return network.values.map((value) => {
      const parts = value.name.split(".");
      return parts.slice(0, -1).map((_, k) => parts.slice(0, k + 1).join("."));
    });
  }
  for (const call of network.calls) {
    for (let id = call.first; id < call.stop; id++) paths[id].push(call.name);
  }
  return paths;
}

function place(top: Module, id: number, path: string[]): void {
  let module = top;
  for (const key of path) {
    const last = module.parts[module.parts.length - 1];
    if (typeof last === "object" && last.key === key) module = last;
    else {
      const next: Module = { key, parts: [] };
      module.parts.push(next);
      module = next;
    }
  }
  module.parts.push(id);
}

function leaves(part: Module | number): number[] {
  return typeof part === "number" ? [part] : part.parts.flatMap(leaves);
}

function collect(network: Network, module: Module, depth: number, folded: ReadonlySet<string>, rows: Row[]): void {
  const parts = module.parts;
  for (let k = 0; k < parts.length; ) {
    const part = parts[k];
    if (typeof part === "number" || leaves(part).length < 2) {
      for (const id of leaves(part)) rows.push(layerRow(network, id, depth, module.key));
      k += 1;
      continue;
    }
    const times = repeats(network, parts, k);
    const title = inside(part.key, module.key);
    if (times >= 3) {
      const last = parts[k + times - 1] as Module;
      const key = `${part.key}…${last.key}`;
      // Repetitions are folded until they are opened.
      const open = folded.has(`open:${key}`);
      rows.push(moduleRow(network, part, { key: `open:${key}`, title: `${title} … ${inside(last.key, module.key)}`, depth, times, open, last }));
      if (open) for (let r = 0; r < times; r++) nested(network, parts[k + r] as Module, depth + 1, folded, rows, module.key);
    } else {
      for (let r = 0; r < times; r++) nested(network, parts[k + r] as Module, depth, folded, rows, module.key);
    }
    k += times;
  }
}

function nested(network: Network, module: Module, depth: number, folded: ReadonlySet<string>, rows: Row[], within: string): void {
  const open = !folded.has(module.key);
  rows.push(moduleRow(network, module, { key: module.key, title: inside(module.key, within), depth, times: 1, open, last: module }));
  if (open) collect(network, module, depth + 1, folded, rows);
}

function moduleRow(network: Network, module: Module, { key, title, depth, times, open, last }: { key: string; title: string; depth: number; times: number; open: boolean; last: Module }): Row {
  const ids = leaves(last);
  return { type: "module", key, title, depth, id: ids[ids.length - 1] ?? network.values.length - 1, count: leaves(module).length * times, times, open };
}

function layerRow(network: Network, id: number, depth: number, within: string): Row {
  return { type: "layer", key: `layer:${id}`, title: inside(network.values[id].name, within), depth, id, count: 1, times: 1, open: false };
}

/** A name without that of the module in which it is shown. */
function inside(name: string, module: string): string {
  return module && name.startsWith(`${module}.`) ? name.slice(module.length + 1) : name;
}

/** How many modules from here on have the same layers in the same order. */
function repeats(network: Network, parts: (Module | number)[], k: number): number {
  const first = signature(network, parts[k]);
  let end = k + 1;
  while (end < parts.length && typeof parts[end] === "object" && signature(network, parts[end]) === first) end += 1;
  return end - k;
}

function signature(network: Network, part: Module | number): string {
  const stem = typeof part === "object" ? part.key.length : 0;
  return leaves(part)
    .map((id) => network.values[id])
    .map((value) => `${value.name.slice(stem)} ${value.kind} ${settingsText(value)}`)
    .join(";");
}

// ------------------------------------------------------------------ lanes

export interface Lane {
  /** The row's own lane; −1 for the head of an open module. */
  own: number;
  /** Lanes that come in from above. */
  from: number[];
  /** Lanes that go past, and whether the own one goes on below. */
  past: number[];
  goesOn: boolean;
}

/** The branches between rows as lanes, as in a graph of commits; what is hidden is seen through. */
export function lanesOf(network: Network, rows: Row[]): Lane[] {
  const rowOf = rowsOfValues(network, rows);
  const sources = sourcesOf(network, rows, rowOf);
  const last = rows.map(() => -1);
  sources.forEach((from, row) => {
    for (const source of from) last[source] = Math.max(last[source], row);
  });
  const active: number[] = [];
  return rows.map(({ type, open }, row) => {
    if (type === "module" && open) {
      return { own: -1, from: [], past: active.flatMap((source, lane) => (source >= 0 ? [lane] : [])), goesOn: false };
    }
    const from = sources[row].map((source) => active.indexOf(source)).filter((lane) => lane >= 0);
    sources[row].forEach((source) => {
      const lane = active.indexOf(source);
      if (lane >= 0 && last[source] <= row) active[lane] = -1;
    });
    const past = active.flatMap((source, lane) => (source >= 0 ? [lane] : []));
    const free = [...from, ...active.keys(), active.length].find((lane) => (active[lane] ?? -1) < 0) as number;
    const goesOn = last[row] > row;
    if (goesOn) active[free] = row;
    return { own: free, from, past, goesOn };
  });
}

/** For each value the row that shows it or that it is folded into; −1 if none does. */
function rowsOfValues(network: Network, rows: Row[]): number[] {
  const found = network.values.map(() => -1);
  rows.forEach((row, k) => {
    if (row.type === "layer") found[row.id] = k;
  });
  rows.forEach((row, k) => {
    if (row.type !== "module" || row.open) return;
    for (let id = row.id; id >= 0 && found[id] < 0 && row.count > 0; id--) {
      if (k > 0 && id <= rows[k - 1].id) break;
      found[id] = k;
    }
  });
  return found;
}

function sourcesOf(network: Network, rows: Row[], rowOf: number[]): number[][] {
  const seen: Set<number>[] = [];
  const result = rows.map(() => new Set<number>());
  for (const value of network.values) {
    const own = rowOf[value.id];
    const through = new Set<number>();
    for (const source of value.inputs) {
      if (rowOf[source] >= 0) through.add(rowOf[source]);
      else for (const row of seen[source]) through.add(row);
    }
    seen.push(through);
    if (own >= 0) for (const row of through) if (row < own) result[own].add(row);
  }
  return result.map((set) => [...set].sort((a, b) => a - b));
}
