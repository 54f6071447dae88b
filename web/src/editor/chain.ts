/** From a layer list to a network that the page can walk: shapes, index maps, fields; or why a layer cannot be. */

import { type Input, inputValue, type Network, type Op, type Value } from "../core/document";
import { LimitError } from "../core/sets";
import { Impossible } from "../follow/operations";
import { type Followed, recomputed } from "../follow/recompute";
import { NotFollowed, startOf } from "../follow/terms";
import type { Layer, LayerList } from "./layers";

export interface Chain {
  network: Network;
  /** The first layer that cannot be, and why; the network ends before it. */
  broken: { index: number; why: string } | null;
}

const AXES = ["", "t", "yx", "zyx"];

export function chainOf(list: LayerList): Chain {
  const [channels, ...extents] = list.input;
  const axes = AXES[extents.length].split("");
  const input: Input = { name: "input", shape: [1, channels, ...extents], axes, dims: extents.map((_, k) => k + 2), extents };
  const network: Network = { model: list.name, status: "exact", inputs: [input], values: [inputValue(input, 0, 1)], calls: [], notes: [] };
  let before: Followed = { value: network.values[0], terms: [startOf(input, 0)] };
  for (const [index, layer] of list.layers.entries()) {
    try {
      before = next(input, layer, before);
      network.values.push(before.value);
    } catch (error) {
      if (error instanceof Impossible || error instanceof NotFollowed || error instanceof LimitError) return { network, broken: { index, why: error.message } };
      throw error;
    }
  }
  return { network, broken: null };
}

function next(input: Input, layer: Layer, before: Followed): Followed {
  const { value: source } = before;
  const op = opOf(layer, null, source.shape[1]);
  const given: Value = { ...source, id: source.id + 1, name: layer.name, kind: layer.kind, inputs: [source.id], readings: [], op };
  const { value, terms } = recomputed([input], { given, op, operands: [before], shapes: null });
  const same = source.numbers.every((old, k) => old.n === value.numbers[k].n && old.jump === value.numbers[k].jump && old.size === value.numbers[k].size);
  return { value: { ...value, level: same ? 1 : 2 }, terms };
}

/** A layer as an operation; one that was changed keeps what the editor does not hold of it. */
export function opOf(layer: Layer, given: Op | null, channels: number): Op {
  if (layer.kind === "upsample") return { ...given, kind: "resample", method: layer.method, scales: layer.scale };
  const mixes = layer.kind === "conv" || layer.kind === "deconv";
  return {
    ...(given ?? { channels: mixes ? (layer.channels ?? channels) : null, groups: 1 }),
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
      return `${network.model} branches at ${value.name}`;
    }
    if (value.op.kind === "pointwise") continue;
    const layer = layerOf(value, extents.length);
    if (!layer) return `${network.model} has ${value.name} (${value.kind}), which the editor does not know`;
    layers.push(layer);
  }
  return { name: network.model, input: [shape[dims[0] - 1] ?? 1, ...extents], layers };
}

/** A layer as the editor holds it, if it is a window or an upsampling along so many axes. */
export function layerOf(value: Value, axes: number): Layer | null {
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
  const kind = op.kind === "transposed" ? "deconv" : pool ? (/avg|average/i.test(value.kind) ? "avgpool" : "maxpool") : "conv";
  const layer: Layer = {
    ...base, kind, kernel: ints("kernel"), stride: ints("stride"), dilation: ints("dilation"), before: ints("pad_before"),
    after: ints("pad_after"), channels: pool ? null : (op.channels as number),
  };
  if (kind === "deconv") layer.outputPadding = ints("output_padding");
  return layer;
}
