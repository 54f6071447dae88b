/** From a value's field to the numbers of its row, and to its theoretical boxes (eyeshot/analyses/rows.py, meetings.py, outlook.py). */

import type { Reading } from "../core/boxes";
import type { Along, AxisNumbers, Input, Layout, Outlook, Piece } from "../core/document";
import { gcd } from "../core/maps";
import { constantOf, gapsOf, hullOfFirst, intervalOf, type Periodic } from "../core/periodic";
import { NotFollowed, type Term, unionOrRefuse } from "./terms";

type Pair = [number, number];

/** What one operand brings to a value, and how it is read. */
export interface Branch {
  readonly terms: Term[];
  readonly reading: Reading;
}

/** The numbers along every axis of every input that a value reads; each branch is a field by itself. */
export function numbersOf(inputs: Input[], terms: Term[], branches: readonly Branch[]): AxisNumbers[] {
  return inputs.flatMap((input, position) => {
    const mine = terms.filter((term) => term.input === position);
    if (meet(mine)) throw new NotFollowed("axes meet on one of its dimensions");
    return mine.length ? input.axes.map((name, axis) => alongAxis(input.name, name, mine, axis, (n) => misaligned(branches, mine, axis, n))) : [];
  });
}

/** Whether some dimension belongs to one axis for some paths and to another for others: then it is no axis's own. */
function meet(terms: Term[]): boolean {
  return (terms[0]?.dims ?? []).some((_, d) => new Set(terms.flatMap((term) => term.dims[d].map((part) => part.axis)).filter((axis) => axis >= 0)).size > 1
    && terms.length > 1 && !terms.every((term) => term.dims[d].length > 1));
}

function alongAxis(input: string, name: string, terms: Term[], axis: number, apart: (n: number) => number | null): AxisNumbers {
  const local = terms.filter((term) => !term.global.includes(axis));
  const reduced = terms.filter((term) => term.global.includes(axis));
  const n = Math.max(1, ...(local.length ? local : reduced).map((term) => alongOf(term, axis).features));
  const everything = hull(reduced.map((term) => hullOfFirst(term.seqs[axis], alongOf(term, axis).extent)));
  const whole = { input, axis: name, n, global: reduced.length > 0, reach: reduced.length > 0 ? "global" : "local", misaligned: apart(n) };
  if (!local.length) {
    const [lo, hi] = everything;
    return { ...whole, jump: 0, size: hi - lo, size_min: hi - lo, start: (lo + hi) / 2, padding: -lo || 0, period: null, local_size: null };
  }
  const seq = localAlong(local, axis, n);
  const pairs = firsts(seq, Math.min(n, seq.period)).filter(([lo, hi]) => hi > lo);
  const sizes = pairs.length ? pairs.map(([lo, hi]) => hi - lo) : [0];
  const [lo, hi] = pairs[0] ?? [0, 0];
  const both = reduced.length ? sizesWith(seq, n, everything) : sizes;
  return {
    ...whole, jump: seq.period > 1 && !seq.advance ? null : seq.advance / seq.period, size: Math.max(...both), size_min: Math.min(...both), start: (lo + hi) / 2,
    padding: -lo || 0, period: seq.period, local_size: Math.max(...sizes),
  };
}

/** How a term follows an axis: features along it, how far it counts, and in which dimensions (a set of bits). */
function alongOf(term: Term, axis: number): { features: number; extent: number; home: number } {
  let [features, extent, home] = [1, 1, 0];
  for (let d = 0; d < term.dims.length; d++) {
    for (const part of term.dims[d]) {
      if (part.axis !== axis) continue;
      features *= part.size;
      if (!part.follows) continue;
      extent = part.size;
      home |= 1 << d;
    }
  }
  return { features, extent, home };
}

/** The hull of local paths along one axis; a path without the axis reads the same for every feature. */
function localAlong(terms: Term[], axis: number, n: number): Periodic {
  const places = terms.map((term) => alongOf(term, axis));
  const [first] = places.filter(({ home }) => home);
  if (places.some(({ home, extent }) => home && (home !== first.home || extent !== first.extent))) {
    throw new NotFollowed("its features follow an axis along several dimensions");
  }
  return terms.map((term, k) => (n > 1 && first && !places[k].home ? constantOf(intervalOf(term.seqs[axis], 0)) : term.seqs[axis])).reduce(unionOrRefuse);
}

function firsts(seq: Periodic, n: number): Pair[] {
  return Array.from({ length: n }, (_, i) => intervalOf(seq, i));
}

function hull(pairs: Pair[]): Pair {
  const full = pairs.filter(([lo, hi]) => hi > lo);
  return full.length ? [Math.min(...full.map(([lo]) => lo)), Math.max(...full.map(([, hi]) => hi))] : [0, 0];
}

/** Sizes among which the largest and the smallest surely are, when each feature also reads `everything`. */
function sizesWith(seq: Periodic, n: number, everything: Pair): number[] {
  const { period, advance } = seq;
  const places = new Set<number>();
  for (let k = 0; k < Math.min(n, period); k++) {
    places.add(k);
    places.add(n - 1 - k);
    if (!advance) continue;
    // Along each phase the size is convex: smallest where lo or hi passes an end of the interval.
    for (const [bound, end] of [[everything[0], seq.lo[k]], [everything[1], seq.hi[k]]]) {
      const turn = Math.floor((bound - end) / advance);
      places.add(k + period * turn);
      places.add(k + period * (turn + 1));
    }
  }
  return [...places].filter((i) => i >= 0 && i < n).map((i) => {
    const [lo, hi] = hull([intervalOf(seq, i), everything]);
    return hi - lo;
  });
}

/** Largest distance between the centres of two branches that meet (eyeshot/analyses/meetings.py); null if it is not one distance. */
function misaligned(branches: readonly Branch[], mine: readonly Term[], axis: number, n: number): number | null {
  if (branches.length < 2) return 0;
  const seqs = branches
    .filter((branch) => standsBeside(branch, mine, axis))
    .map(({ terms }) => terms.filter((term) => term.input === mine[0].input && !term.global.includes(axis)))
    .filter((local) => local.length)
    .map((local) => localAlong(local, axis, Math.max(...local.map((term) => alongOf(term, axis).features))));
  let most = 0;
  for (const [k, a] of seqs.entries()) {
    for (const b of seqs.slice(0, k)) {
      if (n > 1 && stands(a, n) !== stands(b, n)) continue;
      const apart = distance(a, b, n);
      if (apart === null) return null;
      most = Math.max(most, apart);
    }
  }
  return most;
}

/** Whether each feature stands where what it reads stands: queries do, keys do not. */
function standsBeside({ reading }: Branch, mine: readonly Term[], axis: number): boolean {
  if (!("links" in reading)) return false;
  const inPlace = reading.links.map(([dim, map], d) => (dim === d && !map ? d : -1));
  const moved = reading.links.map(([dim]) => dim).filter((dim) => dim >= 0 && !inPlace.includes(dim));
  const followed = (only: number | null): number[] =>
    mine.flatMap(({ dims }) => dims.flatMap((parts, d) => (parts.some((part) => part.follows && part.axis === (only ?? part.axis)) ? [d] : [])));
  return followed(axis).every((d) => inPlace.includes(d)) && !followed(null).some((d) => moved.includes(d));
}

/** Whether several of n features read something, and all of them the same: those have no place beside others. */
function stands(seq: Periodic, n: number): boolean {
  const read = firsts(seq, Math.min(n, 2 * seq.period)).filter(([lo, hi]) => hi > lo);
  return read.length > 1 && read.every(([lo, hi]) => lo === read[0][0] && hi === read[0][1]);
}

/** How far the centres of two sequences lie apart, in the mean over a period; null if it grows or shrinks. */
function distance(a: Periodic, b: Periodic, n: number): number | null {
  const turn = (a.period / gcd(a.period, b.period)) * b.period;
  const isOne = a.advance * b.period === b.advance * a.period;
  let [sum, count, first] = [0, 0, 0];
  for (let i = 0; i < Math.min(n, isOne ? turn : 2 * turn); i++) {
    const [[p, q], [r, s]] = [intervalOf(a, i), intervalOf(b, i)];
    if (q <= p || s <= r) continue;
    const twice = p + q - r - s;
    if (!count) first = twice;
    if (!isOne && twice !== first) return null;
    sum += twice;
    count += 1;
  }
  return count ? Math.abs(sum) / (2 * count) : 0;
}

// ------------------------------------------------------------------ boxes

/** For each input the boxes of a value's features; channels are taken together. */
export function outlookOf(inputs: Input[], terms: Term[], layout: Layout): Outlook[] {
  return inputs.map((_, position) => {
    const mine = terms.filter((term) => term.input === position);
    const pieces = new Map<string, Piece>();
    if (mine.length === 1) return { global: [...mine[0].global], pieces: [pieceOf(mine[0], layout)] };
    for (const term of mine) {
      const piece = pieceOf(term, layout);
      const key = JSON.stringify([piece[1], piece[0].map((along) => [along[0], gapsOf(sequence(along))])]);
      const known = pieces.get(key);
      pieces.set(key, known ? [known[0].map((along, k) => bothAlong(along, piece[0][k])), piece[1]] : piece);
    }
    return { global: [...new Set(mine.flatMap((term) => term.global))].sort((a, b) => a - b), pieces: [...pieces.values()] };
  });
}

function pieceOf(term: Term, layout: Layout): Piece {
  const along = term.seqs.map((seq, axis): Along => {
    const d = term.dims.findIndex((parts) => parts.some((part) => part.axis === axis && part.follows));
    const place = d < 0 ? -1 : term.dims[d].findIndex((part) => part.axis === axis && part.follows);
    if (d < 0) return written(-1, constantOf(intervalOf(seq, 0)));
    const factor = layout.dims[d][place];
    if (layout.dims[d].length !== term.dims[d].length || !factor || factor[1] < 0) {
      throw new NotFollowed("its features are numbered in a way that the page does not hold");
    }
    return written(factor[1], seq);
  });
  const masks = term.dims.flatMap((parts, d) => parts.flatMap((part, p): [number, number[]][] => {
    const axis = layout.dims[d][p]?.[1] ?? -1;
    return part.mask && axis >= 0 ? [[axis, [...part.mask]]] : [];
  }));
  return [along, masks];
}

function written(axis: number, { period, advance, lo, hi }: Periodic): Along {
  return [axis, period, advance, [...lo], [...hi]];
}

function sequence([, period, advance, lo, hi]: Along): Periodic {
  return { period, advance, lo, hi };
}

function bothAlong(a: Along, b: Along): Along {
  return written(a[0], unionOrRefuse(sequence(a), sequence(b)));
}
