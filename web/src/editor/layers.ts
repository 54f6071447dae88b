/** Layer lists as the editor holds them, and their one-line text: "conv k11 s4 | maxpool k3 s2 | conv k5 p2". */

export const KINDS = ["conv", "maxpool", "avgpool", "deconv", "upsample"] as const;
export type Kind = (typeof KINDS)[number];

/** One layer; every list holds one entry per axis. */
export interface Layer {
  name: string;
  kind: Kind;
  kernel: number[];
  stride: number[];
  dilation: number[];
  before: number[];
  after: number[];
  outputPadding: number[];
  scale: number[];
  method: "nearest" | "linear";
  ceil: boolean;
  channels: number | null;
}

export interface LayerList {
  name: string;
  /** Channels, then the size along every axis. */
  input: number[];
  layers: Layer[];
}

export class ListError extends Error {}

const WORDS: Record<string, Kind> = {
  conv: "conv", maxpool: "maxpool", pool: "maxpool", avgpool: "avgpool", deconv: "deconv", transposed: "deconv",
  convtranspose: "deconv", upsample: "upsample",
};

export function newLayer(kind: Kind, axes: number, name = ""): Layer {
  const all = (n: number) => Array.from({ length: axes }, () => n);
  const pool = kind === "maxpool" || kind === "avgpool";
  const k = pool || kind === "deconv" ? 2 : 3;
  return {
    name, kind, kernel: all(k), stride: all(k === 2 ? 2 : 1), dilation: all(1), before: all(k === 3 ? 1 : 0),
    after: all(k === 3 ? 1 : 0), outputPadding: all(0), scale: all(2), method: "nearest", ceil: false, channels: null,
  };
}

/** Names that are unique in the list, as eyeshot itself gives them: the kind and its number. */
export function named(layers: Layer[]): Layer[] {
  const taken = new Set(layers.map((layer) => layer.name).filter(Boolean));
  const counts = new Map<string, number>();
  const used = new Set<string>();
  return layers.map((layer) => {
    let name = layer.name;
    const stem = layer.kind;
    while (!name || used.has(name)) {
      const count = (counts.get(stem) ?? 0) + 1;
      counts.set(stem, count);
      name = `${stem}${count}`;
      if (taken.has(name) && !used.has(name) && layer.name !== name) name = "";
    }
    used.add(name);
    return { ...layer, name };
  });
}

// ------------------------------------------------------------------ text

export function textOf({ layers }: LayerList, names = true): string {
  return layers.map((layer) => layerText(layer, names)).join(" | ");
}

export function layerText(layer: Layer, names = true): string {
  const words: string[] = [layer.kind];
  if (layer.kind === "upsample") {
    words.push(`scale${joined(layer.scale)}`);
    if (layer.method !== "nearest") words.push(layer.method);
  } else {
    words.push(`k${joined(layer.kernel)}`);
    const pool = layer.kind === "maxpool" || layer.kind === "avgpool";
    // A pooling's stride is its kernel unless it is given.
    if (pool ? joined(layer.stride) !== joined(layer.kernel) : layer.stride.some((s) => s !== 1)) words.push(`s${joined(layer.stride)}`);
    if (layer.before.some(Boolean) || layer.after.some(Boolean)) words.push(`p${paddingText(layer)}`);
    if (layer.dilation.some((d) => d !== 1)) words.push(`d${joined(layer.dilation)}`);
    if (layer.outputPadding.some(Boolean)) words.push(`op${joined(layer.outputPadding)}`);
    if (layer.ceil) words.push("ceil");
    if (layer.channels !== null) words.push(`c${layer.channels}`);
  }
  if (names && layer.name && /^[A-Za-z_][\w.-]*$/.test(layer.name)) words.push(`name=${layer.name}`);
  return words.join(" ");
}

export function joined(values: readonly (number | string)[]): string {
  return values.every((value) => value === values[0]) ? `${values[0]}` : values.join("x");
}

export function paddingText(layer: Layer): string {
  return joined(layer.before.map((before, axis) => (before === layer.after[axis] ? `${before}` : `${before}:${layer.after[axis]}`)));
}

export function parseList(text: string, axes: number): Layer[] {
  const parts = text.split(/[|;\n]/).map((part) => part.trim()).filter(Boolean);
  if (!parts.length) throw new ListError("a layer list must have at least one layer, such as conv k3 s2 p1");
  if (parts.length > 500) throw new ListError(`the editor holds at most 500 layers, but here are ${parts.length}`);
  const layers: Layer[] = [];
  parts.forEach((part, number) => {
    const [layer, times] = parseLayer(part, axes, number + 1);
    for (let k = 0; k < times && layers.length <= 500; k++) layers.push({ ...layer, name: times > 1 ? "" : layer.name });
  });
  return named(layers);
}

export function parseLayer(text: string, axes: number, number: number): [Layer, number] {
  const [word, ...options] = text.split(/\s+/);
  const where = `layer ${number}`;
  const kind = WORDS[word.toLowerCase().replace(/[_-]|[123]d$/g, "")];
  if (!kind) throw new ListError(`${where}: the editor knows ${KINDS.join(", ")}; found “${word}”`);
  const layer = newLayer(kind, axes);
  layer.before = layer.before.map(() => 0);
  layer.after = layer.after.map(() => 0);
  layer.kernel = layer.kernel.map(() => 0);
  layer.stride = layer.stride.map(() => 0);
  let times = 1;
  for (const option of options) times = applyOption(layer, option, axes, where) ?? times;
  if (kind !== "upsample" && layer.kernel.includes(0)) throw new ListError(`${where}: ${word} must have a kernel, such as k3`);
  const pool = kind === "maxpool" || kind === "avgpool";
  layer.stride = layer.stride.map((s, axis) => s || (pool ? layer.kernel[axis] : 1));
  return [layer, times];
}

function applyOption(layer: Layer, option: string, axes: number, where: string): number | undefined {
  const repeat = /^[x*](\d{1,3})$/.exec(option);
  if (repeat) return Number(repeat[1]);
  const name = /^name=(.+)$/.exec(option);
  if (name) {
    layer.name = name[1];
    return;
  }
  if (option === "ceil") layer.ceil = true;
  else if (option === "linear" || option === "bilinear" || option === "trilinear") layer.method = "linear";
  else if (option === "nearest") layer.method = "nearest";
  else {
    const found = /^(op|scale|[ksdpc])(\d.*)$/.exec(option);
    if (!found) throw new ListError(`${where}: the editor does not know “${option}”; it takes k s p d op c scale ceil linear name= x3`);
    setNumbers(layer, found[1], perAxis(found[2], axes, where), where);
  }
}

/** One part per axis of "3", "3x5", "1:2x0:0". */
export function perAxis(text: string, axes: number, where: string): string[] {
  const parts = text.split("x");
  if (parts.length !== 1 && parts.length !== axes) throw new ListError(`${where}: “${text}” must be one number or ${axes}, one for each axis`);
  return Array.from({ length: axes }, (_, axis) => parts[parts.length === 1 ? 0 : axis]);
}

export function setNumbers(layer: Layer, letter: string, parts: string[], where: string): void {
  const whole = (text: string): number => {
    if (!/^\d{1,7}$/.test(text)) throw new ListError(`${where}: ${letter} takes whole numbers from 0 on; found “${text}”`);
    return Number(text);
  };
  if (letter === "p") {
    layer.before = parts.map((part) => whole(part.split(":")[0]));
    layer.after = parts.map((part) => whole(part.split(":")[1] ?? part.split(":")[0]));
  } else if (letter === "c") layer.channels = whole(parts[0]);
  else if (letter === "op") layer.outputPadding = parts.map(whole);
  else if (letter === "scale") layer.scale = parts.map(whole);
  else layer[letter === "k" ? "kernel" : letter === "s" ? "stride" : "dilation"] = parts.map(whole);
}
