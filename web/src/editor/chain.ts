/** From a layer list to a network that the page can walk: shapes, index maps, fields; or why a layer cannot be. */

import type { Reading } from "../core/boxes";
import { type AxisNumbers, type Input, inputValue, type Layout, type Network, type Value } from "../core/document";
import { type IndexMap, resampled, transposed, window } from "../core/maps";
import { intervalOf, type Periodic, PIXELS, through } from "../core/periodic";
import type { Layer, LayerList } from "./layers";

export interface Chain {
  network: Network;
  /** The first layer that cannot be, and why; the network ends before it. */
  broken: { index: number; why: string } | null;
}

const AXES = ["", "t", "yx", "zyx"];
const MOST_PIXELS = 1_000_000;

export function chainOf(list: LayerList): Chain {
  const [channels, ...extents] = list.input;
  const axes = AXES[extents.length].split("");
  const input: Input = { name: "input", shape: list.input.length ? [1, channels, ...extents] : [], axes, dims: extents.map((_, k) => k + 2), extents };
  const network: Network = { model: list.name, status: "exact", inputs: [input], values: [inputValue(input, 0, 1)], calls: [], notes: [] };
  let sequences: Periodic[] = extents.map(() => PIXELS);
  for (const [index, layer] of list.layers.entries()) {
    try {
      const before = network.values[network.values.length - 1];
      const maps = axes.map((axis, k) => mapOf(layer, k, before.shape[k + 2], axis));
      sequences = sequences.map((sequence, k) => through(sequence, maps[k]));
      network.values.push(valueOf(layer, before, maps, sequences, axes));
    } catch (error) {
      return { network, broken: { index, why: (error as Error).message } };
    }
  }
  return { network, broken: null };
}

function mapOf(layer: Layer, k: number, n: number, axis: string): IndexMap {
  const [kernel, stride, dilation, before, after] = [layer.kernel[k], layer.stride[k], layer.dilation[k], layer.before[k], layer.after[k]];
  if (layer.kind === "upsample") {
    const scale = layer.scale[k];
    if (!(scale >= 1)) throw new Error(`scale must be at least 1 along ${axis}, but is ${scale}`);
    bounded(n * scale, axis);
    const linear = layer.method === "linear";
    // nearest reads ⌊o/scale⌋; linear lies at (o + ½)/scale − ½.
    return linear ? resampled(n, n * scale, [1, scale], [1 - scale, 2 * scale], 1) : resampled(n, n * scale, [1, scale], [0, 1], 0);
  }
  for (const [name, value] of Object.entries({ kernel, stride, dilation })) {
    if (!(value >= 1)) throw new Error(`${name} must be at least 1 along ${axis}, but is ${value}`);
  }
  const reach = dilation * (kernel - 1) + 1;
  if (layer.kind === "deconv") {
    const out = (n - 1) * stride - before - after + reach + layer.outputPadding[k];
    if (out < 1) throw new Error(`no output is left along ${axis}: (${n} − 1)·${stride} − ${before + after} + ${reach} = ${out}`);
    bounded(out, axis);
    return transposed(n, out, kernel, stride, dilation, before);
  }
  const padded = n + before + after;
  if (padded < reach) {
    const from = before + after ? `${n} + padding ${before + after} = ${padded}` : `${n}`;
    throw new Error(`the window must fit its padded input, but along ${axis} it spans ${reach} of ${from}; take a smaller kernel or more padding`);
  }
  let out = Math.floor((padded - reach) / stride) + 1;
  if (layer.ceil) {
    out = Math.ceil((padded - reach) / stride) + 1;
    if ((out - 1) * stride >= n + before) out -= 1;
  }
  return window(n, out, kernel, stride, dilation, before);
}

function bounded(n: number, axis: string): void {
  if (n > MOST_PIXELS) throw new Error(`the editor draws at most ${MOST_PIXELS.toLocaleString("en")} features along an axis, but ${axis} would have ${n.toLocaleString("en")}`);
}

function valueOf(layer: Layer, before: Value, maps: IndexMap[], sequences: Periodic[], axes: string[]): Value {
  const mixes = layer.kind === "conv" || layer.kind === "deconv";
  const channels = mixes ? (layer.channels ?? before.shape[1]) : before.shape[1];
  const extents = maps.map((map) => map.nOut);
  const shape = [1, channels, ...extents];
  const layout: Layout = { axes, extents, dims: shape.map((n, d): [number, number][] => [[n, d - 2 < 0 ? -1 : d - 2]]) };
  const reading: Reading = {
    links: [[0, null], [mixes ? -1 : 1, null], ...maps.map((map, k) => [k + 2, map] as const)],
  };
  const along = sequences.map((s, axis): [number, number, number, number[], number[]] => [axis, s.period, s.advance, [...s.lo], [...s.hi]]);
  const numbers = sequences.map((sequence, k) => numbersOf(sequence, axes[k], extents[k]));
  const same = before.numbers.every((old, k) => old.n === numbers[k].n && old.jump === numbers[k].jump && old.size === numbers[k].size);
  return {
    id: before.id + 1,
    name: layer.name,
    kind: layer.kind,
    shape,
    layout,
    inputs: [before.id],
    readings: [reading],
    op: opOf(layer),
    outlook: [{ global: [], pieces: [[along, []]] }],
    numbers,
    status: "exact",
    level: same ? 1 : 2,
    blamed: [],
  };
}

function numbersOf(sequence: Periodic, axis: string, n: number): AxisNumbers {
  const pairs = Array.from({ length: Math.min(n, sequence.period) }, (_, i) => intervalOf(sequence, i)).filter(([lo, hi]) => hi > lo);
  const sizes = pairs.length ? pairs.map(([lo, hi]) => hi - lo) : [0];
  const [lo, hi] = pairs[0] ?? [0, 0];
  const size = Math.max(...sizes);
  return {
    input: "input", axis, n, jump: sequence.advance / sequence.period, size, size_min: Math.min(...sizes),
    start: (lo + hi) / 2, padding: -lo || 0, period: sequence.period, global: false, local_size: size, misaligned: 0,
  };
}

function opOf(layer: Layer): Value["op"] {
  if (layer.kind === "upsample") return { kind: "resample", method: layer.method, scales: layer.scale };
  return {
    kind: layer.kind === "deconv" ? "transposed" : "window",
    kernel: layer.kernel,
    stride: layer.stride,
    dilation: layer.dilation,
    pad_before: layer.before,
    pad_after: layer.after,
    output_padding: layer.outputPadding,
    ceil: layer.ceil,
  };
}

// ------------------------------------------------------------------ from a network

/** The layer list of a network, if it is a chain of layers that the editor knows; else why not. */
export function listOf(network: Network): LayerList | string {
  if (network.inputs.length !== 1) return `${network.model} has ${network.inputs.length} inputs; the editor holds a chain with one`;
  const { shape, dims, extents } = network.inputs[0];
  if (extents.length < 1 || extents.length > 3) return `${network.model} has ${extents.length} spatial axes; the editor takes one to three`;
  const layers: Layer[] = [];
  for (const value of network.values.slice(1)) {
    if (value.inputs.length !== 1 || value.inputs[0] !== value.id - 1) {
      return `${network.model} branches at ${value.name}; the editor holds a chain`;
    }
    if (value.op.kind === "pointwise") continue;
    const layer = layerOf(value, extents.length);
    if (!layer) return `${network.model} has ${value.name} (${value.kind}), which the editor does not know`;
    layers.push(layer);
  }
  return { name: network.model, input: [shape[dims[0] - 1] ?? 1, ...extents], layers };
}

function layerOf(value: Value, axes: number): Layer | null {
  const { op } = value;
  const ints = (key: string) => (op[key] as number[] | undefined)?.slice() ?? [];
  const base = { name: value.name, outputPadding: Array(axes).fill(0), scale: Array(axes).fill(2), method: "nearest" as const, ceil: Boolean(op.ceil) };
  if (op.kind === "resample" && (op.method === "nearest" || op.method === "linear") && !op.align_corners) {
    const scale = (op.scales as (string | number | null)[]).map(Number);
    if (scale.length !== axes || scale.some((s) => !Number.isInteger(s) || s < 1)) return null;
    return { ...base, kind: "upsample", kernel: [], stride: [], dilation: [], before: [], after: [], scale, method: op.method, channels: null };
  }
  if (op.kind !== "window" && op.kind !== "transposed") return null;
  if (ints("kernel").length !== axes) return null;
  const pool = op.channels === null || op.channels === undefined;
  const kind = op.kind === "transposed" ? "deconv" : pool ? (value.kind.includes("avg") ? "avgpool" : "maxpool") : "conv";
  const layer: Layer = {
    ...base, kind, kernel: ints("kernel"), stride: ints("stride"), dilation: ints("dilation"), before: ints("pad_before"),
    after: ints("pad_after"), channels: pool ? null : (op.channels as number),
  };
  if (kind === "deconv") layer.outputPadding = ints("output_padding");
  return layer;
}
