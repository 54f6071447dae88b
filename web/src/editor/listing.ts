/** Any network as a layer list that names what each layer reads, as far as its operations have words there. */

import type { Shape } from "../core/boxes";
import type { Network, Value } from "../core/document";
import { ListError, joined } from "./layers";

/** One layer: its kind, its name, what it reads, and its settings by the keys of a layer-list file. */
export interface Entry {
  kind: string;
  name: string;
  from: string[];
  settings: Record<string, Setting>;
  /** Shapes of what it reads. */
  shapes: Shape[];
}

type Setting = number | string | boolean | (number | string | number[])[];

export interface Listing {
  name: string;
  /** Channels, then the size along every axis. */
  input: number[];
  axes: string[];
  entries: Entry[];
}

/** The layers of a network; a `ListError` names what has no words in a layer list. */
export function listingOf(network: Network): Listing {
  if (network.inputs.length !== 1) throw new ListError(`a layer list has one input, but ${network.model} has ${network.inputs.length}`);
  const { shape, dims, extents, name } = network.inputs[0];
  if (dims.length < 1 || dims.length > 3 || dims.some((d, k) => d !== k + 2) || shape.length !== dims.length + 2) {
    throw new ListError(`the input of a layer list is batch, channels and one to three axes, but ${name} is ${shape.join("×")}`);
  }
  return new Writer(network).written({ name: network.model, input: [shape[1], ...extents], axes: network.inputs[0].axes, entries: [] });
}

class Writer {
  private readonly names = new Set(["input"]);
  /** By value what it is called in the list. */
  private readonly called: string[] = [];

  constructor(private readonly network: Network) {}

  written(listing: Listing): Listing {
    for (const value of this.network.values) {
      if (value.id < this.network.inputs.length) this.called.push("input");
      else this.called.push(this.put(value, listing.entries));
    }
    return listing;
  }

  /** Adds what a value becomes, and says what those read that read it. */
  private put(value: Value, entries: Entry[]): string {
    let from = value.inputs.map((id) => this.called[id]);
    let shapes = value.inputs.map((id) => this.network.values[id].shape);
    const parts = partsOf(this.network, value);
    parts.forEach(([kind, settings], k) => {
      const last = k === parts.length - 1;
      const name = this.named(last ? value.name : `${value.name}.${kind}`);
      entries.push({ kind, name, from, settings, shapes });
      from = [name];
      if (kind === "globalpool") shapes = [shapes[0].map((n, d) => (d < 2 ? n : 1))];
    });
    return from[0];
  }

  private named(name: string): string {
    const stem = name.replace(/[\s,|;=]+/g, "_") || "layer";
    let free = stem;
    for (let k = 2; this.names.has(free); k++) free = `${stem}_${k}`;
    this.names.add(free);
    return free;
  }
}

type Part = [string, Record<string, Setting>];

/** The layers that an operation becomes, one after the other; none if it moves no index and nobody looks at it. */
function partsOf(network: Network, value: Value): Part[] {
  const { op, inputs } = value;
  const shapes = inputs.map((id) => network.values[id].shape);
  const [shape] = shapes;
  const axes = network.inputs[0].extents.length;
  const spatial = shape?.length === axes + 2 && value.shape[0] === shape[0];
  const refuse = (what: string) => new ListError(`${value.name} (${value.kind}) ${what}; a layer list has no words for it`);
  if (value.status !== "exact" || !inputs.length) throw refuse("has no exact rule or reads nothing");
  switch (op.kind) {
    case "window":
    case "transposed":
      if (!spatial || (op.kernel as number[]).length !== axes) throw refuse("is a window along other dimensions");
      return [windowPart(value)];
    case "pointwise":
      if (inputs.length === 1) return value.level ? [["pointwise", {}]] : [];
      if (shapes.some((one) => one.length !== shape.length)) throw refuse("joins values of different dimensions");
      return [[/mul|product/i.test(value.kind) ? "mul" : "add", {}]];
    case "concat":
      if (!spatial || op.dim === 0) throw refuse("joins along the batch");
      return [["concat", op.dim === 1 ? {} : { axis: axisName(network, op.dim as number) }]];
    case "resample":
      if (!spatial || (op.sizes as number[]).length !== axes) throw refuse("resamples other dimensions");
      return [["upsample", resampleSettings(op)]];
    case "adaptive":
      if (!spatial || (op.sizes as number[]).length !== axes) throw refuse("pools other dimensions");
      return [["adaptive", { size: op.sizes as number[] }]];
    case "pad":
      if (!spatial || (op.before as number[]).length !== axes) throw refuse("pads other dimensions");
      return padParts(op.before as number[], op.after as number[], op.mode as string);
    case "slice":
      if (!spatial || (op.dim as number) < 2) throw refuse("takes a part of the channels");
      return [["slice", { axis: axisName(network, op.dim as number), ...sliceSettings(op) }]];
    case "reduce": {
      const dims = (op.dims as number[]).map((d) => (d < 0 ? d + shape.length : d)).sort((a, b) => a - b);
      if (!spatial || dims.join() !== network.inputs[0].dims.join()) throw refuse("reduces other dimensions than all axes");
      return op.keepdims ? [["globalpool", {}]] : [["globalpool", {}], ["flatten", {}]];
    }
    case "contract":
      if (inputs.length !== 1 || value.shape.length !== 2 || !(op.new as unknown[]).length) throw refuse("is a product along some dimensions");
      return [["linear", { channels: value.shape[1] }]];
    case "reshape":
      if (value.shape.length === 2 && value.shape[0] === shape[0]) return shape.length === 2 ? [] : [["flatten", {}]];
      throw refuse("rearranges dimensions");
    default: throw refuse(`is a ${op.kind}`);
  }
}

function windowPart(value: Value): Part {
  const { op } = value;
  const ints = (key: string) => (op[key] as number[] | undefined) ?? [];
  const pool = op.channels === null || op.channels === undefined;
  const settings: Part[1] = { kernel: ints("kernel"), stride: ints("stride") };
  if (ints("dilation").some((d) => d !== 1)) settings.dilation = ints("dilation");
  const [before, after] = [ints("pad_before"), ints("pad_after")];
  if (before.some(Boolean) || after.some(Boolean)) settings.padding = before.map((b, k) => [b, after[k]]);
  if (op.kind === "transposed" && ints("output_padding").some(Boolean)) settings.output_padding = ints("output_padding");
  if (op.ceil) settings.ceil = true;
  if (!pool) settings.channels = op.channels as number;
  if (!pool && (op.groups as number) > 1) settings.groups = op.groups as number;
  return [op.kind === "transposed" ? "transposed" : !pool ? "conv" : /avg|average/i.test(value.kind) ? "avgpool" : "maxpool", settings];
}

function resampleSettings(op: Value["op"]): Part[1] {
  const scales = (op.scales as (string | null)[] | undefined) ?? [];
  const settings: Part[1] = scales.length && scales.every((scale) => scale !== null) ? { scale: scales.map(String) } : { size: op.sizes as number[] };
  if (op.method !== "nearest") settings.method = op.method as string;
  if (op.align_corners) settings.align_corners = true;
  return settings;
}

/** Padding and cropping are layers of their own. */
function padParts(before: number[], after: number[], mode: string): Part[] {
  const pairs = before.map((b, k) => [b, after[k]]);
  const [pads, crops] = [pairs.map((pair) => pair.map((n) => Math.max(0, n))), pairs.map((pair) => pair.map((n) => Math.max(0, -n)))];
  const parts: Part[] = [];
  if (crops.flat().some(Boolean)) parts.push(["crop", { crop: crops }]);
  if (pads.flat().some(Boolean)) parts.push(["pad", { padding: pads, ...(mode === "constant" ? {} : { mode }) }]);
  return parts;
}

function sliceSettings(op: Value["op"]): Part[1] {
  const settings: Part[1] = {};
  for (const key of ["start", "stop", "step"]) if (op[key] !== null && op[key] !== undefined) settings[key] = op[key] as number;
  return settings;
}

function axisName(network: Network, dim: number): string {
  const { axes, dims } = network.inputs[0];
  return axes[dims.indexOf(dim)];
}

// ------------------------------------------------------------------ written

/** A layer-list file as JSON. */
export function jsonOf({ name, input, entries }: Listing): string {
  const layers = entries.map((entry, k) => ({ name: entry.name, kind: entry.kind, ...(follows(entries, k) ? {} : { from: entry.from }), ...entry.settings }));
  const lines = layers.map((layer) => `  ${JSON.stringify(layer)}`);
  return `{\n "name": ${JSON.stringify(name)},\n "input": ${JSON.stringify(input)},\n "layers": [\n${lines.join(",\n")}\n ]\n}\n`;
}

/** A layer list as text: on one line where each layer reads the one before it. */
export function textOf({ entries }: Listing): string {
  const chain = entries.every((_, k) => follows(entries, k));
  return `${entries.map((entry, k) => layerText(entry, follows(entries, k))).join(chain ? " | " : "\n")}\n`;
}

/** Whether a layer reads just the one before it, which goes without saying. */
export function follows(entries: Entry[], k: number): boolean {
  const { from } = entries[k];
  return from.length === 1 && from[0] === (k ? entries[k - 1].name : "input");
}

const LETTERS: Record<string, string> = { kernel: "k", stride: "s", dilation: "d", padding: "p", crop: "p", channels: "c", groups: "g", output_padding: "op", scale: "scale", size: "size" };

function layerText({ kind, name, from, settings }: Entry, plain: boolean): string {
  const words = Object.entries(settings).map(([key, value]) => {
    if (key === "ceil") return "ceil";
    if (key === "align_corners") return "align";
    if (key === "method" || key === "mode") return `${value}`;
    if (!LETTERS[key]) return `${key}=${value}`;
    if (!Array.isArray(value)) return `${LETTERS[key]}${value}`;
    return LETTERS[key] + joined(value.map((one) => (Array.isArray(one) ? (one[0] === one[1] ? one[0] : one.join(":")) : one)));
  });
  return [kind, ...words, `name=${name}`, ...(plain ? [] : [`from=${from.join(",")}`])].join(" ");
}
