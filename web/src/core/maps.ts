/**
 * Index maps: which input indices each output index reads along one dimension, and sets carried through them.
 *
 * Output o reads its taps; they repeat as taps(o + period) = taps(o) + advance. The same arithmetic as
 * eyeshot/index/maps.py and sets.py, pinned to it by the golden files that both test suites read.
 */

import { EMPTY, joined, LimitError, pairs, type Runs, span } from "./sets";

export type Border = "nothing" | "clamp" | "reflect" | "wrap";

/** An arithmetic progression of taps: first, count, step. */
export type Tap = readonly [number, number, number];

export interface IndexMap {
  readonly nIn: number;
  readonly nOut: number;
  readonly period: number;
  readonly advance: number;
  readonly border: Border;
  readonly lawful: boolean;
  readonly taps: readonly (readonly Tap[])[];
}

const MAX_STEPS = 2_000_000;

export function window(nIn: number, nOut: number, k: number, s: number, d: number, p: number): IndexMap {
  return { nIn, nOut, period: 1, advance: s, border: "nothing", lawful: true, taps: [[[-p, k, d]]] };
}

/** { i : s·i − p + d·t = o, 0 ≤ t < k }: the window read backwards. */
export function transposed(nIn: number, nOut: number, k: number, s: number, d: number, p: number): IndexMap {
  const taps: Tap[][] = [];
  for (let phase = 0; phase < s; phase++) {
    const found: Tap[] = [];
    for (let t = k - 1; t >= 0; t--) {
      const rest = phase + p - d * t;
      if (rest % s === 0) found.push([rest / s, 1, 1]);
    }
    taps.push(found);
  }
  return { nIn, nOut, period: s, advance: 1, border: "nothing", lawful: true, taps };
}

/** Interpolation at ratio·o + offset (numerators over one denominator), weights of exactly zero left out. */
export function resampled(nIn: number, nOut: number, ratio: [number, number], offset: [number, number], reach: number): IndexMap {
  const shared = gcd(ratio[0], ratio[1]);
  const [up, down] = [ratio[0] / shared, ratio[1] / shared];
  const taps: Tap[][] = [];
  for (let o = 0; o < down; o++) {
    const top = up * o * offset[1] + offset[0] * down;
    const bottom = down * offset[1];
    const base = Math.floor(top / bottom);
    const between = reach > 0 && ((top % bottom) + bottom) % bottom !== 0;
    taps.push([between ? [base - reach + 1, 2 * reach, 1] : [base, 1, 1]]);
  }
  return { nIn, nOut, period: down, advance: up, border: "clamp", lawful: true, taps };
}

export function isIdentity(map: IndexMap): boolean {
  if (map.nIn !== map.nOut || map.period !== 1 || map.advance !== 1 || map.taps[0].length !== 1) return false;
  const [first, count] = map.taps[0][0];
  return first === 0 && count === 1;
}

export function isWhole(map: IndexMap): boolean {
  if (map.advance !== 0 || map.period !== 1 || map.taps[0].length !== 1) return false;
  const [first, count, step] = map.taps[0][0];
  return first === 0 && count === map.nIn && (step === 1 || count === 1);
}

/** Input indices that the output indices `outs` (all within the output) read. */
export function image(map: IndexMap, outs: Runs): Runs {
  if (!outs.length || isIdentity(map)) return outs;
  if (isWhole(map)) return span(0, map.nIn);
  const found: [number, number][] = [];
  let steps = 0;
  for (let r = 0; r < outs.length; r += 2) {
    const [a, b] = [outs[r], outs[r + 1]];
    // Fewer outputs than phases: only theirs are looked at.
    const phases = Math.min(map.period, b - a);
    for (let k = 0; k < phases; k++) {
      const phase = mod(a + k, map.period);
      const first = Math.ceil((a - phase) / map.period);
      const last = Math.ceil((b - phase) / map.period);
      for (const tap of map.taps[phase]) {
        steps += progress(tap, map.advance, first, last, found);
        if (steps > MAX_STEPS) throw new LimitError("too many single taps to follow");
      }
    }
  }
  return folded(map, found);
}

/** Taps of turns [first, last) of one phase, as runs. */
function progress([start, count, step]: Tap, advance: number, first: number, last: number, found: [number, number][]): number {
  if (last <= first || count === 0) return 0;
  const [low, high] = advance >= 0 ? [first, last - 1] : [last - 1, first];
  if (step === 1 && (count >= Math.abs(advance) || last - first === 1)) {
    found.push([start + low * advance, start + high * advance + count]);
    return 1;
  }
  if (Math.abs(advance) <= 1) {
    for (let t = 0; t < count; t++) {
      const tap = start + t * step;
      found.push([tap + low * advance, tap + high * advance + 1]);
    }
    return count;
  }
  for (let turn = first; turn < last; turn++) {
    for (let t = 0; t < count; t++) {
      const tap = start + t * step + turn * advance;
      found.push([tap, tap + 1]);
    }
  }
  return (last - first) * count;
}

/** Runs of taps as input indices by the border rule. */
function folded(map: IndexMap, taps: [number, number][]): Runs {
  const n = map.nIn;
  if (n === 0) return EMPTY;
  const found: [number, number][] = [];
  for (const [start, stop] of taps) {
    if (start >= 0 && stop <= n) found.push([start, stop]);
    else if (map.border === "nothing") found.push([Math.max(0, start), Math.min(n, stop)]);
    else if (map.border === "clamp") found.push([clamp(start, n), clamp(stop - 1, n) + 1]);
    else unfoldedRun(map.border, n, start, stop, found);
  }
  return found.length ? joined(found) : EMPTY;
}

function unfoldedRun(border: Border, n: number, start: number, stop: number, found: [number, number][]): void {
  // Copies of the input follow one another: of length n for wrap, mirrored back and forth for reflect.
  const turn = border === "wrap" || n === 1 ? n : 2 * (n - 1);
  if (stop - start >= turn) {
    found.push([0, n]);
    return;
  }
  const first = Math.floor(start / turn) * turn;
  for (let base = first; base < stop; base += turn) {
    const [a, b] = [Math.max(start, base) - base, Math.min(stop, base + turn) - base];
    if (b <= a) continue;
    found.push([Math.min(a, n), Math.min(b, n)]);
    if (turn > n && b > n) found.push([turn - b + 1, turn - Math.max(a, n) + 1]);
  }
}

/** Output indices that read at least one of the input indices `ins`. */
export function preimage(map: IndexMap, ins: Runs): Runs {
  if (!ins.length || isIdentity(map)) return ins;
  if (isWhole(map)) return span(0, map.nOut);
  const wanted = map.border === "nothing" ? ins : unfolded(map, ins);
  const found: [number, number][] = [];
  for (let phase = 0; phase < Math.min(map.period, map.nOut); phase++) {
    for (const [start, count, step] of map.taps[phase]) {
      const solid = step === 1 || count === 1;
      for (let t = 0; t < (solid ? Math.min(1, count) : count); t++) {
        const [low, high] = solid ? [start, start + count] : [start + t * step, start + t * step + 1];
        for (let r = 0; r < wanted.length; r += 2) turnsInto(map, phase, low, high, wanted[r], wanted[r + 1], found);
      }
    }
    if (found.length > MAX_STEPS) throw new LimitError("too many single taps to follow");
  }
  return found.length ? joined(found) : EMPTY;
}

/** Outputs of a phase whose taps [low, high) + turn·advance meet [x, y). */
function turnsInto(map: IndexMap, phase: number, low: number, high: number, x: number, y: number, found: [number, number][]): void {
  const { period, advance, nOut } = map;
  let first = 0;
  let last = Math.ceil((nOut - phase) / period);
  if (advance === 0) {
    if (low >= y || high <= x) return;
  } else if (advance > 0) {
    first = Math.max(first, Math.floor((x - high) / advance) + 1);
    last = Math.min(last, Math.ceil((y - low) / advance));
  } else {
    first = Math.max(first, Math.floor((low - y) / -advance) + 1);
    last = Math.min(last, Math.ceil((high - x) / -advance));
  }
  if (period === 1) {
    if (last > first) found.push([first, last]);
    return;
  }
  for (let turn = first; turn < last; turn++) {
    const o = phase + turn * period;
    if (o < nOut) found.push([o, o + 1]);
  }
}

/** A set of inputs together with all positions outside that mean one of them by the border rule. */
function unfolded(map: IndexMap, ins: Runs): Runs {
  const [low, high] = tapRange(map);
  const n = map.nIn;
  const found = pairs(ins);
  if (map.border === "clamp") {
    if (ins[0] === 0 && low < 0) found.push([low, 0]);
    if (ins[ins.length - 1] === n && high >= n) found.push([n, high + 1]);
    return joined(found);
  }
  const turn = map.border === "wrap" || n === 1 ? n : 2 * (n - 1);
  for (let base = Math.floor(low / turn) * turn; base <= high; base += turn) {
    for (let r = 0; r < ins.length; r += 2) {
      found.push([base + ins[r], base + ins[r + 1]]);
      if (turn !== n) found.push([base + turn - ins[r + 1] + 1, base + turn - ins[r] + 1]);
    }
  }
  return joined(found);
}

function tapRange(map: IndexMap): [number, number] {
  let [low, high] = [0, 0];
  const turns = Math.floor((map.nOut - 1) / map.period);
  for (const phase of map.taps) {
    for (const [start, count, step] of phase) {
      const ends = [start, start + (count - 1) * step];
      for (const end of [...ends, ...ends.map((e) => e + turns * map.advance)]) {
        low = Math.min(low, end);
        high = Math.max(high, end);
      }
    }
  }
  return [low, high];
}

function clamp(index: number, n: number): number {
  return Math.max(0, Math.min(n - 1, index));
}

export function mod(a: number, b: number): number {
  return ((a % b) + b) % b;
}

export function gcd(a: number, b: number): number {
  a = Math.abs(a);
  b = Math.abs(b);
  while (b) [a, b] = [b, a % b];
  return a;
}
