/** The list in other people's words: PyTorch, JSON, Markdown, LaTeX. */

import type { AxisNumbers, Network, Value } from "../core/document";
import { type Layer, type LayerList, ListError } from "./layers";

/** A number as people write it; a range where features differ. */
export function shown(numbers: AxisNumbers[], pick: (axis: AxisNumbers) => string): string {
  const words = numbers.map(pick);
  return words.length === 0 ? "–" : words.every((word) => word === words[0]) ? words[0] : words.join("×");
}

export function numeral(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en").replace(/,/g, "\u2009");
  return Number(value.toFixed(3)).toString();
}

export function sizeText(axis: AxisNumbers): string {
  if (axis.global && axis.local_size === null) return "all";
  if (axis.global) return numeral(axis.local_size as number);
  return axis.size_min === axis.size ? numeral(axis.size) : `${numeral(axis.size_min)}–${numeral(axis.size)}`;
}

export function jumpText(axis: AxisNumbers): string {
  return axis.local_size === null ? "–" : numeral(axis.jump);
}

export function cells(value: Value): string[] {
  return [
    value.name,
    value.kind,
    shown(value.numbers, (axis) => numeral(axis.n)),
    shown(value.numbers, jumpText),
    shown(value.numbers, sizeText),
    shown(value.numbers, (axis) => numeral(axis.start)),
  ];
}

const HEAD = ["layer", "kind", "n", "j", "r", "start"];

export function markdownOf(network: Network, values: Value[]): string {
  const escape = (text: string) => text.replace(/[\\|`*_<>&[\]]/g, (c) => `\\${c}`).replace(/\s+/g, " ");
  const line = (parts: string[]) => `| ${parts.join(" | ")} |`;
  const rows = values.map((value) => line(cells(value).map(escape)));
  return [`**${escape(network.model)}**`, "", line(HEAD), "| --- | --- | ---: | ---: | ---: | ---: |", ...rows, ""].join("\n");
}

export function latexOf(values: Value[]): string {
  const signs: Record<string, string> = {
    "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
    "#": "\\#", $: "\\$", "%": "\\%", "&": "\\&", _: "\\_", "<": "\\textless{}", ">": "\\textgreater{}",
    "×": "$\\times$", "–": "--", "\u2009": "\\,",
  };
  const escape = (text: string) => text.replace(/[\\{}~^#$%&_<>×–\u2009]/g, (c) => signs[c]).replace(/\n/g, " ");
  const rows = values.map((value) => `  ${cells(value).map(escape).join(" & ")} \\\\`);
  return ["\\begin{tabular}{llrrrr}", "  \\toprule", `  ${HEAD.join(" & ")} \\\\`, "  \\midrule", ...rows, "  \\bottomrule", "\\end{tabular}", ""].join("\n");
}

/** A layer-list file that eyeshot reads. */
export function jsonOf(list: LayerList): string {
  const layers = list.layers.map((layer) => {
    const entry: Record<string, unknown> = { name: layer.name, kind: layer.kind };
    if (layer.kind === "upsample") return { ...entry, scale: layer.scale, method: layer.method };
    Object.assign(entry, { kernel: layer.kernel, stride: layer.stride });
    if (layer.dilation.some((d) => d !== 1)) entry.dilation = layer.dilation;
    if (layer.before.some(Boolean) || layer.after.some(Boolean)) entry.padding = layer.before.map((b, k) => [b, layer.after[k]]);
    if (layer.outputPadding.some(Boolean)) entry.output_padding = layer.outputPadding;
    if (layer.ceil) entry.ceil = true;
    if (layer.channels !== null) entry.channels = layer.channels;
    return entry;
  });
  return `${JSON.stringify({ name: list.name, input: list.input, layers }, null, 1)}\n`;
}

export function pytorchOf(list: LayerList): string {
  const axes = list.input.length - 1;
  let channels = list.input[0];
  const lines: string[] = [];
  for (const layer of list.layers) {
    for (const line of modules(layer, axes, channels)) lines.push(`    ${line},  # ${layer.name.replace(/[^\x20-\x7e]/g, "?")}`);
    if ((layer.kind === "conv" || layer.kind === "deconv") && layer.channels !== null) channels = layer.channels;
  }
  return ["from torch import nn", "", "model = nn.Sequential(", ...lines, ")", ""].join("\n");
}

function modules(layer: Layer, axes: number, channels: number): string[] {
  const tuple = (values: number[]) => (values.every((v) => v === values[0]) ? `${values[0]}` : `(${values.join(", ")})`);
  if (layer.kind === "upsample") {
    const mode = layer.method === "nearest" ? "nearest" : ["", "linear", "bilinear", "trilinear"][axes];
    return [`nn.Upsample(scale_factor=${tuple(layer.scale)}, mode="${mode}")`];
  }
  if (layer.kind === "avgpool" && layer.dilation.some((d) => d !== 1)) throw new ListError(`${layer.name}: PyTorch's average pooling has no dilation`);
  // Padding that differs before and after is a module of its own; a max pooling must not see its zeros.
  const lopsided = layer.before.some((b, k) => b !== layer.after[k]) && layer.kind !== "deconv";
  const found: string[] = [];
  if (lopsided) {
    const sides = layer.before.map((b, k) => [b, layer.after[k]]).reverse().flat().join(", ");
    const fill = layer.kind === "maxpool" ? ', float("-inf")' : ", 0.0";
    found.push(`nn.ConstantPad${axes}d((${sides})${fill})`);
  }
  const options: string[] = [`kernel_size=${tuple(layer.kernel)}`, `stride=${tuple(layer.stride)}`];
  if (!lopsided && layer.before.some(Boolean)) options.push(`padding=${tuple(layer.before)}`);
  if (layer.dilation.some((d) => d !== 1)) options.push(`dilation=${tuple(layer.dilation)}`);
  if (layer.ceil) options.push("ceil_mode=True");
  if (layer.kind === "maxpool" || layer.kind === "avgpool") {
    found.push(`nn.${layer.kind === "maxpool" ? "Max" : "Avg"}Pool${axes}d(${options.join(", ")})`);
    return found;
  }
  const wide = layer.channels ?? channels;
  if (layer.kind === "conv") found.push(`nn.Conv${axes}d(${channels}, ${wide}, ${options.join(", ")})`);
  else {
    // Cropping more at the end than at the start is a smaller output: PyTorch says it by a larger output padding.
    const extra = layer.outputPadding.map((o, k) => o + layer.before[k] - layer.after[k]);
    if (extra.some((o, k) => o < 0 || o >= Math.max(layer.stride[k], layer.dilation[k], 1) + (o ? 0 : 1))) {
      throw new ListError(`${layer.name}: PyTorch's output padding must be at least 0 and below stride or dilation, but would be ${tuple(extra)}`);
    }
    if (extra.some(Boolean)) options.push(`output_padding=${tuple(extra)}`);
    found.push(`nn.ConvTranspose${axes}d(${channels}, ${wide}, ${options.join(", ")})`);
  }
  return found;
}
