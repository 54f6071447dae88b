/** A layer list as PyTorch code: a Sequential where one layer follows the other, else a module with a forward. */

import { type Entry, follows, type Listing } from "./listing";
import { ListError } from "./layers";

export function pytorchOf(listing: Listing): string {
  const { entries } = listing;
  const codes = entries.map((entry) => codeOf(entry, listing));
  const chain = codes.every(({ module }, k) => module && follows(entries, k));
  return chain ? sequential(entries, codes) : moduleText(entries, codes);
}

/** Either a module, or an expression of what is read. */
interface Code {
  module?: string;
  call?: (names: string[]) => string;
}

function sequential(entries: Entry[], codes: Code[]): string {
  const lines = codes.map(({ module }, k) => `    ${module},${comment(entries[k])}`);
  return ["from torch import nn", "", "model = nn.Sequential(", ...lines, ")", ""].join("\n");
}

function moduleText(entries: Entry[], codes: Code[]): string {
  const place = new Map(entries.map((entry, k) => [entry.name, `x${k + 1}`]));
  const named = (name: string) => place.get(name) ?? "x";
  const modules = codes.flatMap(({ module }, k) => (module ? [`        self.m${k + 1} = ${module}${comment(entries[k])}`] : []));
  const steps = codes.map(({ call }, k) => {
    const from = entries[k].from.map(named);
    return `        x${k + 1} = ${call ? `${call(from)}${comment(entries[k])}` : `self.m${k + 1}(${from[0]})`}`;
  });
  return [
    "import torch", "from torch import nn", "", "", "class Net(nn.Module):", "    def __init__(self):", "        super().__init__()", ...modules, "",
    "    def forward(self, x):", ...steps, `        return x${entries.length}`, "", "", "model = Net()", "",
  ].join("\n");
}

function comment({ name }: Entry): string {
  return `  # ${name.replace(/[^\x20-\x7e]/g, "?")}`;
}

// ------------------------------------------------------------------ one layer

function codeOf(entry: Entry, { input, axes }: Listing): Code {
  const { kind, settings, shapes } = entry;
  const d = input.length - 1;
  const numbers = (key: string) => settings[key] as number[];
  switch (kind) {
    case "conv": case "transposed": case "maxpool": case "avgpool": return { module: windowCode(entry, d) };
    case "pointwise": return { module: "nn.Identity()" };
    case "add": return { call: (names) => names.join(" + ") };
    case "mul": return { call: (names) => names.join(" * ") };
    case "concat": return { call: (names) => `torch.cat([${names.join(", ")}], dim=${settings.axis ? 2 + axes.indexOf(settings.axis as string) : 1})` };
    case "adaptive": return { module: `nn.AdaptiveAvgPool${d}d(${tuple(numbers("size"))})` };
    case "globalpool": return { module: `nn.AdaptiveAvgPool${d}d(1)` };
    case "flatten": return { module: "nn.Flatten()" };
    case "linear": {
      const linear = `nn.Linear(${shapes[0].slice(1).reduce((a, b) => a * b, 1)}, ${settings.channels})`;
      return { module: shapes[0].length > 2 ? `nn.Sequential(nn.Flatten(), ${linear})` : linear };
    }
    case "upsample": return { module: upsampleCode(entry, d) };
    case "pad": return { module: padCode(settings.padding as number[][], (settings.mode as string | undefined) ?? "constant", d, "0.0") };
    case "crop": return { module: padCode((settings.crop as number[][]).map((pair) => pair.map((n) => -n)), "constant", d, "0.0") };
    case "slice": return { call: ([name]) => `${name}[${sliceCode(entry, axes.indexOf(settings.axis as string))}]` };
    default: throw new ListError(`${entry.name}: this page has no PyTorch for ${kind}`);
  }
}

function windowCode({ kind, name, settings, shapes }: Entry, d: number): string {
  const of = (key: string, none: number) => (settings[key] as number[] | undefined) ?? Array.from({ length: d }, () => none);
  const [kernel, stride, dilation, extra] = [of("kernel", 1), of("stride", 1), of("dilation", 1), of("output_padding", 0)];
  const pairs = (settings.padding as number[][] | undefined) ?? kernel.map(() => [0, 0]);
  const pool = kind === "maxpool" || kind === "avgpool";
  if (kind === "avgpool" && dilation.some((n) => n !== 1)) throw new ListError(`${name}: PyTorch's average pooling has no dilation`);
  // Padding that differs before and after, or that a pooling does not take, is a module of its own; a maximum must not see its zeros.
  const apart = kind !== "transposed" && pairs.some(([before, after], k) => before !== after || (pool && 2 * before > kernel[k]));
  if (apart && settings.ceil) throw new ListError(`${name}: PyTorch has no rounding up with padding that differs before and after`);
  const options = [`kernel_size=${tuple(kernel)}`, `stride=${tuple(stride)}`];
  if (!apart && pairs.some(([before]) => before)) options.push(`padding=${tuple(pairs.map(([before]) => before))}`);
  if (dilation.some((n) => n !== 1)) options.push(`dilation=${tuple(dilation)}`);
  if (settings.ceil) options.push("ceil_mode=True");
  if (kind === "transposed") {
    // Cropping more at the end than at the start is a smaller output: PyTorch says it by a larger output padding.
    const larger = extra.map((n, k) => n + pairs[k][0] - pairs[k][1]);
    if (larger.some((n, k) => n < 0 || n >= Math.max(stride[k], dilation[k], 1) + (n ? 0 : 1))) {
      throw new ListError(`${name}: PyTorch's output padding must be at least 0 and below stride or dilation, but would be ${tuple(larger)}`);
    }
    if (larger.some(Boolean)) options.push(`output_padding=${tuple(larger)}`);
  }
  if (settings.groups) options.push(`groups=${settings.groups}`);
  const made = pool
    ? `nn.${kind === "maxpool" ? "Max" : "Avg"}Pool${d}d(${options.join(", ")})`
    : `nn.Conv${kind === "transposed" ? "Transpose" : ""}${d}d(${shapes[0][1]}, ${settings.channels}, ${options.join(", ")})`;
  return apart ? `nn.Sequential(${padCode(pairs, "constant", d, kind === "maxpool" ? 'float("-inf")' : "0.0")}, ${made})` : made;
}

function padCode(pairs: number[][], mode: string, d: number, fill: string): string {
  const names: Record<string, string> = { constant: "Constant", reflect: "Reflection", replicate: "Replication", circular: "Circular" };
  return `nn.${names[mode]}Pad${d}d((${pairs.slice().reverse().flat().join(", ")})${mode === "constant" ? `, ${fill}` : ""})`;
}

function upsampleCode({ name, settings }: Entry, d: number): string {
  const method = (settings.method as string | undefined) ?? "nearest";
  const modes: Record<string, string | undefined> = { nearest: "nearest", nearest_exact: "nearest-exact", linear: ["", "linear", "bilinear", "trilinear"][d], cubic: d === 2 ? "bicubic" : undefined };
  if (!modes[method]) throw new ListError(`${name}: PyTorch has no ${method} upsampling along ${d} axes`);
  const scale = (settings.scale as string[] | undefined)?.map((text) => (text.includes("/") ? text.split("/").join(" / ") : text));
  const size = scale ? `scale_factor=${tuple(scale)}` : `size=${tuple(settings.size as number[])}`;
  return `nn.Upsample(${size}, mode="${modes[method]}"${settings.align_corners ? ", align_corners=True" : ""})`;
}

function sliceCode({ name, settings }: Entry, axis: number): string {
  if (((settings.step as number | undefined) ?? 1) < 1) throw new ListError(`${name}: PyTorch has no slices with negative steps`);
  const { start = "", stop = "", step } = settings;
  return [...Array.from({ length: 2 + axis }, () => ":"), `${start}:${stop}${step ? `:${step}` : ""}`].join(", ");
}

function tuple(values: readonly (number | string)[]): string {
  return values.every((value) => value === values[0]) ? `${values[0]}` : `(${values.join(", ")})`;
}
