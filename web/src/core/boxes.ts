/** Sets of elements of a value, as unions of products of index sets, carried through readings in both directions. */

import { type IndexMap, image, preimage } from "./maps";
import { EMPTY, equal, has, intersection, isSpan, joined, LimitError, pairs, type Runs, size, span, union, within } from "./sets";

export type Shape = readonly number[];
/** The product of one set per dimension. */
export type Box = readonly Runs[];

export interface Access {
  /** For each dimension of the operand the output dimension that decides (−1: all is read), and the map, if any. */
  readonly links: readonly (readonly [number, IndexMap | null])[];
}
export interface Regroup {
  readonly from: Shape;
  readonly to: Shape;
}
export type Reading = Access | Regroup;

export const MAX_BOXES = 5_000;

export function backward(boxes: readonly Box[], reading: Reading, shape: Shape): Box[] {
  if ("from" in reading) return regrouped(boxes, reading.to, reading.from);
  const found: Box[] = [];
  for (const out of boxes) {
    const sets: Runs[] = [];
    for (let d = 0; d < shape.length; d++) {
      const [dim, map] = reading.links[d];
      sets.push(dim < 0 ? span(0, shape[d]) : map ? image(map, out[dim]) : out[dim]);
      if (!sets[d].length) break;
    }
    if (sets.length === shape.length && (!shape.length || sets[shape.length - 1].length)) found.push(sets);
  }
  return found;
}

export function forward(boxes: readonly Box[], reading: Reading, shape: Shape): Box[] {
  if ("from" in reading) return regrouped(boxes, reading.from, reading.to);
  const found: Box[] = [];
  for (const given of boxes) {
    const sets: Runs[] = shape.map((n) => span(0, n));
    let some = true;
    reading.links.forEach(([dim, map], d) => {
      if (dim < 0) return;
      sets[dim] = map ? preimage(map, given[d]) : given[d];
      some &&= sets[dim].length > 0;
    });
    if (some) found.push(sets);
  }
  return found;
}

// ------------------------------------------------------------------ reshapes

/** The finest groups of dimensions that hold equally many elements and can be told apart. */
export function groupsOf(from: Shape, to: Shape): [number[], number[]][] {
  const groups: [number[], number[]][] = [];
  let i = 0;
  let o = 0;
  while (i < from.length || o < to.length) {
    const [endI, endO] = groupEnd(from, to, i, o);
    groups.push([range(i, endI), range(o, endO)]);
    [i, o] = [endI, endO];
  }
  return groups;
}

function groupEnd(from: Shape, to: Shape, i: number, o: number): [number, number] {
  const oneIn = i < from.length && from[i] === 1;
  const oneOut = o < to.length && to[o] === 1;
  if (oneIn || oneOut) return [i + Number(oneIn), o + Number(oneOut)];
  let sizeIn = from[i++];
  let sizeOut = to[o++];
  while (sizeIn !== sizeOut) {
    if (sizeIn < sizeOut) sizeIn *= from[i++];
    else sizeOut *= to[o++];
  }
  return [i, o];
}

function regrouped(boxes: readonly Box[], here: Shape, there: Shape): Box[] {
  const groups = groupsOf(here, there);
  const found: Box[] = [];
  for (const box of boxes) {
    let choices: Runs[][] = [there.map(() => EMPTY)];
    for (const [mine, theirs] of groups) {
      const merged = mergeSets(mine.map((d) => box[d]), mine.map((d) => here[d]));
      const pieces = splitSet(merged, theirs.map((d) => there[d]));
      if (choices.length * pieces.length > MAX_BOXES) throw tooMany();
      choices = choices.flatMap((choice) =>
        pieces.map((piece) => {
          const next = choice.slice();
          theirs.forEach((d, k) => {
            next[d] = piece[k];
          });
          return next;
        }),
      );
    }
    found.push(...choices);
    if (found.length > MAX_BOXES) throw tooMany();
  }
  return found;
}

/** A product of sets as one set of row-major numbers. */
export function mergeSets(sets: readonly Runs[], sizes: Shape): Runs {
  let merged: Runs = [0, 1];
  let inner = 1;
  for (let d = sets.length - 1; d >= 0; d--) {
    if (isSpan(merged, inner)) {
      const scale = inner;
      merged = sets[d].map((end) => end * scale);
    } else {
      const runs: [number, number][] = [];
      for (const [a, b] of pairs(sets[d])) {
        for (let i = a; i < b; i++) for (const [x, y] of pairs(merged)) runs.push([i * inner + x, i * inner + y]);
      }
      merged = joined(runs);
    }
    inner *= sizes[d];
  }
  return merged;
}

/** A set of row-major numbers as disjoint products of sets. */
export function splitSet(merged: Runs, sizes: Shape): Box[] {
  if (!merged.length) return [];
  if (sizes.length <= 1) return [sizes.length ? [merged] : []];
  const inner = sizes.slice(1).reduce((a, b) => a * b, 1);
  if (isSpan(merged, sizes[0] * inner)) return [sizes.map((n) => span(0, n))];
  const whole: [number, number][] = [];
  const partial = new Map<number, [number, number][]>();
  for (const [start, stop] of pairs(merged)) {
    const [first, last] = [Math.ceil(start / inner), Math.floor(stop / inner)];
    if (first < last) whole.push([first, last]);
    for (const row of new Set([Math.floor(start / inner), Math.floor((stop - 1) / inner)])) {
      const [a, b] = [Math.max(start, row * inner), Math.min(stop, (row + 1) * inner)];
      if (b - a < inner) partial.set(row, [...(partial.get(row) ?? []), [a - row * inner, b - row * inner]]);
    }
  }
  const rows = new Map<string, { columns: Runs; listed: [number, number][] }>();
  if (whole.length) rows.set(`0,${inner}`, { columns: span(0, inner), listed: whole });
  for (const [row, runs] of partial) {
    const columns = joined(runs);
    const known = rows.get(columns.join());
    if (known) known.listed.push([row, row + 1]);
    else rows.set(columns.join(), { columns, listed: [[row, row + 1]] });
  }
  const found: Box[] = [];
  for (const { columns, listed } of rows.values()) {
    for (const deeper of splitSet(columns, sizes.slice(1))) found.push([joined(listed), ...deeper]);
  }
  return found;
}

// ------------------------------------------------------------------ unions

/** The same union in fewer products: contained ones dropped, those that differ in one dimension joined. */
export function unite(boxes: readonly Box[]): Box[] {
  if (boxes.length < 2) return boxes.slice();
  const united: Box[] = [];
  const waiting = boxes.slice();
  for (let box = waiting.pop(); box; box = waiting.pop()) {
    let done = false;
    for (let k = 0; k < united.length && !done; k++) {
      const other = united[k];
      const both = joinedBoxes(box, other);
      if (!both) continue;
      done = true;
      if (both !== other) {
        united.splice(k, 1);
        waiting.push(both);
      }
    }
    if (!done) united.push(box);
    if (united.length > MAX_BOXES) throw tooMany();
  }
  return united;
}

/** The union of two products if it is a product. */
function joinedBoxes(a: Box, b: Box): Box | null {
  let differing = -1;
  let several = false;
  for (let d = 0; d < a.length; d++) {
    if (equal(a[d], b[d])) continue;
    several ||= differing >= 0;
    differing = d;
  }
  if (differing < 0) return b;
  if (!several) {
    const both = union(a[differing], b[differing]);
    return equal(both, b[differing]) ? b : b.map((set, d) => (d === differing ? both : set));
  }
  if (a.every((set, d) => within(set, b[d]))) return b;
  if (b.every((set, d) => within(set, a[d]))) return a;
  return null;
}

/** Number of elements of a union of products. */
export function volume(boxes: readonly Box[]): number {
  if (!boxes.length) return 0;
  if (boxes.length === 1 || !boxes[0].length) return boxes[0].reduce((product, set) => product * size(set), 1);
  // Between two neighbouring ends of runs membership along a dimension is constant.
  const ends = [...new Set(boxes.flatMap((box) => [...box[0]]))].sort((p, q) => p - q);
  const cache = new Map<string, number>();
  let total = 0;
  for (let e = 0; e + 1 < ends.length; e++) {
    const here = boxes.flatMap((box, k) => (has(box[0], ends[e]) ? [k] : []));
    if (!here.length) continue;
    const key = here.join();
    let rest = cache.get(key);
    if (rest === undefined) {
      rest = boxes[0].length === 1 ? 1 : volume(unite(here.map((k) => boxes[k].slice(1))));
      cache.set(key, rest);
    }
    total += (ends[e + 1] - ends[e]) * rest;
  }
  return total;
}

/** Elements in both of two unions of products. */
export function shared(a: readonly Box[], b: readonly Box[]): Box[] {
  const found: Box[] = [];
  for (const p of a) {
    for (const q of b) {
      const both = p.map((set, d) => intersection(set, q[d]));
      if (both.every((set) => set.length)) found.push(both);
    }
  }
  return unite(found);
}

/** The smallest interval along every dimension that holds a union; (0, 0) everywhere if it is empty. */
export function hullOf(boxes: readonly Box[], dimensions: number): [number, number][] {
  return range(0, dimensions).map((d) => {
    if (!boxes.length) return [0, 0];
    let [low, high] = [Infinity, -Infinity];
    for (const box of boxes) {
      low = Math.min(low, box[d][0]);
      high = Math.max(high, box[d][box[d].length - 1]);
    }
    return [low, high];
  });
}

export function range(start: number, stop: number): number[] {
  return Array.from({ length: Math.max(0, stop - start) }, (_, k) => start + k);
}

function tooMany(): LimitError {
  return new LimitError(`what a feature reads here falls into more than ${MAX_BOXES.toLocaleString("en")} pieces`);
}
