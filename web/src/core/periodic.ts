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
