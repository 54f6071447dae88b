/** Periodic interval sequences: the theoretical field of every feature along one axis (eyeshot/index/intervals.py). */

import { gcd, type IndexMap, mod } from "./maps";
import { LimitError } from "./sets";

export interface Periodic {
  readonly period: number;
  readonly advance: number;
  readonly lo: readonly number[];
  readonly hi: readonly number[];
}

export const PIXELS: Periodic = { period: 1, advance: 1, lo: [0], hi: [1] };

const MAX_PERIOD = 10_000;

export function intervalOf(seq: Periodic, i: number): [number, number] {
  const phase = mod(i, seq.period);
  const moved = ((i - phase) / seq.period) * seq.advance;
  return [seq.lo[phase] + moved, seq.hi[phase] + moved];
}

/** The sequence of a feature map that reads this one by an index map. */
export function through(seq: Periodic, map: IndexMap): Periodic {
  const turns = seq.period / gcd(map.advance, seq.period);
  const period = map.period * turns;
  if (period > MAX_PERIOD) throw new LimitError(`a field may repeat after at most ${MAX_PERIOD} features, but this one repeats after ${period}`);
  const pairs = Array.from({ length: period }, (_, o) => hullAt(seq, map, o));
  return shortest((map.advance * turns * seq.advance) / seq.period, pairs);
}

function hullAt(seq: Periodic, map: IndexMap, o: number): [number, number] {
  const phase = o % map.period;
  const moved = ((o - phase) / map.period) * map.advance;
  let [low, high] = [Infinity, -Infinity];
  for (const [first, count, step] of map.taps[phase]) {
    for (let t = 0; t < count; t++) {
      // Along each residue class both ends are linear: the first and last taps of each class tell.
      if (t >= seq.period && t < count - seq.period) continue;
      const [lo, hi] = intervalOf(seq, first + t * step + moved);
      if (hi <= lo) continue;
      low = Math.min(low, lo);
      high = Math.max(high, hi);
    }
  }
  return high > low ? [low, high] : [0, 0];
}

function shortest(advance: number, pairs: [number, number][]): Periodic {
  const full = pairs.length;
  for (let period = 1; period <= full; period++) {
    if (full % period || (advance * period) % full) continue;
    const step = (advance * period) / full;
    const repeats = pairs.every(([lo, hi], i) => {
      if (i + period >= full) return true;
      const [a, b] = pairs[i + period];
      return hi > lo ? a === lo + step && b === hi + step : a === 0 && b === 0;
    });
    if (!repeats) continue;
    const kept = pairs.slice(0, period);
    return { period, advance: step, lo: kept.map(([lo]) => lo), hi: kept.map(([, hi]) => hi) };
  }
  throw new Error("a sequence repeats after its own length");
}

export function readsNothing(seq: Periodic): boolean {
  return seq.hi.every((hi, phase) => hi <= seq.lo[phase]);
}

/** A sequence in which every feature reads the same. */
export function constantOf([lo, hi]: readonly [number, number]): Periodic {
  return { period: 1, advance: 0, lo: [lo], hi: [hi] };
}

/** The smallest interval that holds those of the first n features. */
export function hullOfFirst(seq: Periodic, n: number): [number, number] {
  const all: IndexMap = { nIn: n, nOut: 1, period: 1, advance: 0, border: "nothing", lawful: true, taps: [[[0, n, 1]]] };
  return hullAt(seq, all, 0);
}

/** Features that read nothing within their smallest period, as a key; "" if there are none. */
export function gapsOf(seq: Periodic): string {
  const empty = seq.lo.map((lo, phase) => (seq.hi[phase] > lo ? "1" : "0")).join("");
  if (!empty.includes("0")) return "";
  for (let period = 1; period < empty.length; period++) {
    if (empty.length % period === 0 && empty === empty.slice(0, period).repeat(empty.length / period)) return empty.slice(0, period);
  }
  return empty;
}

/** Feature-wise hull; null if the jumps differ, because then there is none that repeats. */
export function unionOf(a: Periodic, b: Periodic): Periodic | null {
  if (a.advance * b.period !== b.advance * a.period) return null;
  if (a.period === 1 && b.period === 1 && a.hi[0] > a.lo[0] && b.hi[0] > b.lo[0]) {
    if (a.lo[0] <= b.lo[0] && a.hi[0] >= b.hi[0]) return a;
    return { period: 1, advance: a.advance, lo: [Math.min(a.lo[0], b.lo[0])], hi: [Math.max(a.hi[0], b.hi[0])] };
  }
  const period = (a.period / gcd(a.period, b.period)) * b.period;
  if (period > MAX_PERIOD) throw new LimitError(`a field may repeat after at most ${MAX_PERIOD} features, but this one repeats after ${period}`);
  const pairs = Array.from({ length: period }, (_, i): [number, number] => cover(intervalOf(a, i), intervalOf(b, i)));
  return shortest((a.advance * period) / a.period, pairs);
}

function cover(a: [number, number], b: [number, number]): [number, number] {
  if (a[1] <= a[0]) return b[1] > b[0] ? b : [0, 0];
  return b[1] <= b[0] ? a : [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}
