/**
 * Sets of indices along one dimension, held as rising runs that do not touch: [a0, b0, a1, b1, …], each [a, b).
 * A field without holes costs one run whatever its size.
 */

export type Runs = readonly number[];

export const EMPTY: Runs = [];

/** More runs than this are refused: a page that hangs helps nobody. */
export const MAX_RUNS = 200_000;

/** An answer that would take too long here; the page says so where it happened. */
export class LimitError extends Error {}

export function span(start: number, stop: number): Runs {
  return stop > start ? [start, stop] : EMPTY;
}

export function isSpan(set: Runs, n: number): boolean {
  return set.length === 2 && set[0] === 0 && set[1] === n;
}

export function size(set: Runs): number {
  let total = 0;
  for (let i = 0; i < set.length; i += 2) total += set[i + 1] - set[i];
  return total;
}

export function hull(set: Runs): [number, number] {
  return set.length ? [set[0], set[set.length - 1]] : [0, 0];
}

export function has(set: Runs, index: number): boolean {
  let low = 0;
  let high = set.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (set[2 * middle + 1] <= index) low = middle + 1;
    else high = middle;
  }
  return low < set.length / 2 && set[2 * low] <= index;
}

export function equal(a: Runs, b: Runs): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Runs in any order, with those that touch or overlap made one. */
export function joined(pairs: [number, number][]): Runs {
  if (pairs.length === 1) return span(pairs[0][0], pairs[0][1]);
  if (pairs.length > MAX_RUNS) throw new LimitError(`a set of more than ${MAX_RUNS.toLocaleString("en")} pieces`);
  pairs.sort((p, q) => p[0] - q[0]);
  const out: number[] = [];
  for (const [start, stop] of pairs) {
    if (stop <= start) continue;
    const last = out.length - 1;
    if (last > 0 && start <= out[last]) {
      if (stop > out[last]) out[last] = stop;
    } else {
      out.push(start, stop);
    }
  }
  return out;
}

export function pairs(set: Runs): [number, number][] {
  const out: [number, number][] = [];
  for (let i = 0; i < set.length; i += 2) out.push([set[i], set[i + 1]]);
  return out;
}

export function union(a: Runs, b: Runs): Runs {
  if (!a.length || equal(a, b)) return b;
  if (!b.length) return a;
  return joined([...pairs(a), ...pairs(b)]);
}

export function intersection(a: Runs, b: Runs): Runs {
  const out: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const start = Math.max(a[i], b[j]);
    const stop = Math.min(a[i + 1], b[j + 1]);
    if (stop > start) out.push(start, stop);
    if (a[i + 1] < b[j + 1]) i += 2;
    else j += 2;
  }
  return out;
}

/** Whether `a` lies within `b`. */
export function within(a: Runs, b: Runs): boolean {
  return equal(intersection(a, b), a);
}
