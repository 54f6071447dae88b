/** Shapes and readings of operations for operands of other shapes than Python saw (eyeshot/graph/ops). */

import type { Access, Reading, Shape } from "../core/boxes";
import type { Op } from "../core/document";
import { type Border, gcd, type IndexMap, isIdentity, resampled, transposed, window } from "../core/maps";
import { NotFollowed } from "./terms";

/** A layer that cannot be: what must hold and what was found. */
export class Impossible extends Error {}

export interface Outcome {
  shape: number[];
  readings: Reading[];
}

type Links = [number, IndexMap | null][];
type Rule = (op: Op, shapes: Shape[]) => Outcome;

const MOST_FEATURES = 1_000_000;
const BORDERS: Record<string, Border> = { constant: "nothing", replicate: "clamp", reflect: "reflect", circular: "wrap" };
const REACH: Record<string, number> = { nearest: 0, nearest_exact: 0, linear: 1, cubic: 2 };

/** What an operation makes of operands; `NotFollowed` if this page has no rule for it. */
export function outcomeOf(op: Op, shapes: Shape[]): Outcome {
  const rule = RULES[op.kind];
  if (!rule) throw new NotFollowed(`it is a ${op.kind} of fixed sizes or of its own rule`);
  const found = rule(op, shapes);
  const most = Math.max(...found.shape);
  if (most > MOST_FEATURES) throw new Impossible(`the page follows at most ${MOST_FEATURES.toLocaleString("en")} features along an axis, but here are ${most.toLocaleString("en")}`);
  return found;
}

/** Whether reading all of a dimension makes a path global. */
export function reduces(op: Op): boolean {
  return ["reduce", "contract", "opaque", "adaptive", "gather"].includes(op.kind);
}

const RULES: Record<string, Rule> = {
  window: (op, [shape]) => windowed(op, shape, windowSize, (n, out, k) => window(n, out, k.kernel, k.stride, k.dilation, k.before)),
  transposed: (op, [shape]) => windowed(op, shape, transposedSize, (n, out, k) => transposed(n, out, k.kernel, k.stride, k.dilation, k.before)),
  resample, pad, concat, contract, adaptive, reduce,
  pointwise: (_, shapes) => pointwise(shapes),
  permute: (op, [shape]) => {
    const order = op.order as number[];
    return { shape: order.map((d) => shape[d]), readings: [{ links: shape.map((_, d) => [order.indexOf(d), null] as const) }] };
  },
  slice: sliced,
  flip: (op, [shape]) => along(shape, (op.dims as number[]).map((dim) => within(dim, shape)), (n) => linear(n, n, n - 1, -1)),
};

// ------------------------------------------------------------------ windows

interface Numbers {
  kernel: number;
  stride: number;
  dilation: number;
  before: number;
  after: number;
  extra: number;
  ceil: boolean;
}

function windowed(op: Op, shape: Shape, size: (n: number, k: Numbers, axis: string) => number, map: (n: number, out: number, k: Numbers) => IndexMap): Outcome {
  const axes = (op.kernel as number[]).length;
  const first = shape.length - axes;
  if (first < 1) throw new Impossible(`the operand must have channels and ${axes} spatial dimensions, but is ${by(shape)}`);
  const of = (key: string, k: number) => (op[key] as number[] | undefined)?.[k] ?? 0;
  const links: Links = shape.slice(0, first).map((_, d) => [d, null]);
  const out = shape.slice();
  for (let k = 0; k < axes; k++) {
    const numbers: Numbers = {
      kernel: of("kernel", k), stride: of("stride", k), dilation: of("dilation", k), before: of("pad_before", k),
      after: of("pad_after", k), extra: of("output_padding", k), ceil: Boolean(op.ceil),
    };
    const axis = axes === 1 ? "" : ` along ${"zyx".slice(-axes)[k]}`;
    for (const name of ["kernel", "stride", "dilation"] as const) {
      if (!(numbers[name] >= 1)) throw new Impossible(`${name} must be at least 1${axis}, but is ${numbers[name]}`);
    }
    out[first + k] = size(shape[first + k], numbers, axis);
    if (out[first + k] > MOST_FEATURES) throw new Impossible(`the page follows at most ${MOST_FEATURES.toLocaleString("en")} features along an axis, but${axis} there would be ${out[first + k].toLocaleString("en")}`);
    const found = map(shape[first + k], out[first + k], numbers);
    links.push([first + k, isIdentity(found) ? null : found]);
  }
  [out[first - 1], links[first - 1]] = channelsOf(op, shape[first - 1], first - 1);
  return { shape: out, readings: [{ links }] };
}

function windowSize(n: number, { kernel, stride, dilation, before, after, ceil }: Numbers, axis: string): number {
  const reach = dilation * (kernel - 1) + 1;
  const padded = n + before + after;
  const from = before + after ? `${n} + padding ${before + after} = ${padded}` : `${n}`;
  if (padded < reach && !ceil) {
    throw new Impossible(`the window must fit its padded input, but${axis} it spans ${reach} of ${from}; take a smaller kernel or more padding`);
  }
  if (!ceil) return Math.floor((padded - reach) / stride) + 1;
  let out = Math.ceil((padded - reach) / stride) + 1;
  if ((out - 1) * stride >= n + before) out -= 1;
  if (out < 1) throw new Impossible(`the window spans ${reach} of ${from}${axis} and leaves no output; take a smaller kernel`);
  return out;
}

function transposedSize(n: number, { kernel, stride, dilation, before, after, extra }: Numbers, axis: string): number {
  const reach = dilation * (kernel - 1) + 1;
  const out = (n - 1) * stride - before - after + reach + extra;
  if (out < 1) throw new Impossible(`no output is left${axis}: (${n} − 1)·${stride} − ${before + after} + ${reach} + ${extra} = ${out}`);
  return out;
}

function channelsOf(op: Op, n: number, dim: number): [number, [number, IndexMap | null]] {
  if (op.channels === null || op.channels === undefined) return [n, [dim, null]];
  const channels = op.channels as number;
  const groups = (op.groups as number | undefined) ?? 1;
  if (n % groups || channels % groups) {
    throw new Impossible(`channels must divide evenly into groups, but ${n} → ${channels} channels meet ${groups} groups`);
  }
  if (groups === 1) return [channels, [-1, null]];
  const [perIn, perOut] = [n / groups, channels / groups];
  const map: IndexMap = {
    nIn: n, nOut: channels, period: perOut, advance: perIn, border: "nothing", lawful: true,
    taps: Array.from({ length: perOut }, () => [[0, perIn, 1] as const]),
  };
  return [channels, [dim, isIdentity(map) ? null : map]];
}

// ------------------------------------------------------------------ resampling, padding, slices

function resample(op: Op, [shape]: Shape[]): Outcome {
  const scales = (op.scales as (string | number | null)[] | undefined) ?? [];
  const first = shape.length - scales.length;
  if (op.align_corners || !scales.length || scales.some((scale) => scale === null)) {
    throw new NotFollowed("it resamples to a fixed size, which the model may have computed from another layer's");
  }
  const reach = REACH[op.method as string];
  const out = shape.slice();
  const links: Links = shape.map((_, d) => [d, null]);
  scales.forEach((scale, k) => {
    const [up, down] = fraction(scale as string | number);
    out[first + k] = Math.floor((shape[first + k] * up) / down);
    if (out[first + k] < 1) throw new Impossible(`the scale ${scale} leaves none of ${shape[first + k]} features`);
    // x(o) = o·down/up, moved by half a pixel of either side where the method has its centres there.
    const half = op.method === "nearest" ? 0 : down;
    const offset: [number, number] = [half - (reach > 0 ? up : 0), 2 * up];
    links[first + k] = [first + k, resampled(shape[first + k], out[first + k], [down, up], offset, reach)];
  });
  return { shape: out, readings: [{ links }] };
}

function fraction(scale: string | number): [number, number] {
  const [up, down] = `${scale}`.split("/").map(Number);
  return [up, down ?? 1];
}

function pad(op: Op, [shape]: Shape[]): Outcome {
  const [before, after] = [op.before as number[], op.after as number[]];
  const first = shape.length - before.length;
  const out = shape.slice();
  const links: Links = shape.map((_, d) => [d, null]);
  before.forEach((b, k) => {
    const n = shape[first + k];
    const a = after[k];
    const most = op.mode === "reflect" ? n - 1 : op.mode === "circular" ? n : Infinity;
    if (Math.max(a, b) > most) throw new Impossible(`${op.mode} padding must be at most ${most} for ${n} elements, but is ${b}+${a}`);
    if (n + a + b < 1) throw new Impossible(`cropping ${-b}+${-a} of ${n} elements leaves nothing`);
    out[first + k] = n + a + b;
    if (a || b) links[first + k] = [first + k, { ...linear(n, n + a + b, -b, 1), border: BORDERS[op.mode as string] }];
  });
  return { shape: out, readings: [{ links }] };
}

function adaptive(op: Op, [shape]: Shape[]): Outcome {
  const sizes = op.sizes as number[];
  const first = shape.length - sizes.length;
  const links: Links = shape.map((_, d) => [d, null]);
  sizes.forEach((n, k) => {
    if (n !== shape[first + k] || n === 1) links[first + k] = [first + k, n === 1 ? whole(shape[first + k]) : spread(shape[first + k], n)];
  });
  return { shape: [...shape.slice(0, first), ...sizes], readings: [{ links }] };
}

/** [⌊o·nIn/nOut⌋, ⌈(o+1)·nIn/nOut⌉) */
function spread(nIn: number, nOut: number): IndexMap {
  const shared = gcd(nIn, nOut);
  const taps = Array.from({ length: nOut / shared }, (_, o) => {
    const start = Math.floor((o * nIn) / nOut);
    return [[start, Math.ceil(((o + 1) * nIn) / nOut) - start, 1] as const];
  });
  return { nIn, nOut, period: nOut / shared, advance: nIn / shared, border: "nothing", lawful: true, taps };
}

function sliced(op: Op, [shape]: Shape[]): Outcome {
  const dim = within(op.dim as number, shape);
  const n = shape[dim];
  const step = (op.step as number | undefined) ?? 1;
  const bound = (value: unknown, open: number): number => {
    if (value === null || value === undefined) return open;
    const counted = (value as number) < 0 ? (value as number) + n : (value as number);
    return step > 0 ? Math.max(0, Math.min(n, counted)) : Math.max(-1, Math.min(n - 1, counted));
  };
  const start = bound(op.start, step > 0 ? 0 : n - 1);
  const stop = bound(op.stop, step > 0 ? n : -1);
  const kept = Math.max(0, Math.ceil((stop - start) / step));
  if (!kept) throw new Impossible(`the slice ${op.start ?? ""}:${op.stop ?? ""}:${step} of ${n} elements is empty`);
  return along(shape, [dim], () => linear(n, kept, start, step));
}

// ------------------------------------------------------------------ joining, reducing

function pointwise(shapes: Shape[]): Outcome {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const out = Array.from({ length: rank }, (_, d) => {
    const sizes = new Set(shapes.map((shape) => shape[d - rank + shape.length] ?? 1));
    sizes.delete(1);
    if (sizes.size > 1) throw new Impossible(`what meets here must have equal sizes, but is ${shapes.map(by).join(" and ")}`);
    return [...sizes][0] ?? 1;
  });
  return {
    shape: out,
    readings: shapes.map((shape): Access => ({
      links: shape.map((n, d) => {
        const at = d + rank - shape.length;
        return [at, n === out[at] ? null : linear(1, out[at], 0, 0)] as const;
      }),
    })),
  };
}

function concat(op: Op, shapes: Shape[]): Outcome {
  const dim = within(op.dim as number, shapes[0]);
  const rest = new Set(shapes.map((shape) => shape.filter((_, d) => d !== dim).join()));
  if (rest.size > 1) throw new Impossible(`what is laid together here must have equal sizes, but is ${shapes.map(by).join(" and ")}`);
  const total = shapes.reduce((sum, shape) => sum + shape[dim], 0);
  let at = 0;
  const readings = shapes.map((shape): Access => {
    const map = { ...linear(shape[dim], total, -at, 1), lawful: false };
    at += shape[dim];
    return { links: shape.map((n, d) => [d, d === dim && n !== total ? map : null] as const) };
  });
  return { shape: shapes[0].map((n, d) => (d === dim ? total : n)), readings };
}

function reduce(op: Op, [shape]: Shape[]): Outcome {
  const gone = new Set((op.dims as number[]).map((dim) => within(dim, shape)));
  const out: number[] = [];
  const links: Links = shape.map((n, d) => {
    if (!gone.has(d)) return [out.push(n) - 1, null];
    return op.keepdims ? [out.push(1) - 1, whole(n)] : [-1, null];
  });
  return { shape: out, readings: [{ links }] };
}

function contract(op: Op, shapes: Shape[]): Outcome {
  const sizes = new Map(op.new as [string, number][]);
  const operands = op.operands as string[][];
  const output = op.output as string[];
  operands.forEach((labels, k) => {
    if (labels.length !== shapes[k].length) throw new Impossible(`labels ${labels.join(" ")} do not fit ${by(shapes[k])}`);
    labels.forEach((label, d) => {
      const known = sizes.get(label) ?? shapes[k][d];
      if (known !== shapes[k][d]) throw new Impossible(`“${label}” must have one size, but has ${known} and ${shapes[k][d]}`);
      sizes.set(label, known);
    });
  });
  return {
    shape: output.map((label) => sizes.get(label) as number),
    readings: operands.map((labels): Access => ({ links: labels.map((label) => [output.indexOf(label), null] as const) })),
  };
}

// ------------------------------------------------------------------ maps

function linear(nIn: number, nOut: number, start: number, step: number): IndexMap {
  return { nIn, nOut, period: 1, advance: step, border: "nothing", lawful: true, taps: [[[start, 1, 1]]] };
}

function whole(nIn: number): IndexMap {
  return { nIn, nOut: 1, period: 1, advance: 0, border: "nothing", lawful: true, taps: [[[0, nIn, 1]]] };
}

function along(shape: Shape, dims: number[], map: (n: number) => IndexMap): Outcome {
  const links: Links = shape.map((n, d) => {
    const found = dims.includes(d) ? map(n) : null;
    return [d, found && !isIdentity(found) ? found : null];
  });
  return { shape: shape.map((n, d) => links[d][1]?.nOut ?? n), readings: [{ links }] };
}

function within(dim: number, shape: Shape): number {
  return dim < 0 ? dim + shape.length : dim;
}

export function by(shape: Shape): string {
  return shape.slice(1).join("×");
}
