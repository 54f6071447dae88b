/** Answers in words and formulas: the read-out, what a screen reader says, the strip of equations. */

import type { Network, Value } from "../core/document";
import { hullOf, volume } from "../core/boxes";
import { positions, type Reach, type Region } from "../core/region";
import { jumpText, numeral, shown, sizeText } from "../editor/exports";

const PLURALS: Record<string, string> = { y: "rows", x: "columns", z: "slices", t: "times" };

export function placeText(value: Value, feature: number[]): string {
  return feature.length ? `${value.name} (${feature.join(", ")})` : value.name;
}

function interval(axis: string, [lo, hi]: readonly number[]): string {
  const word = PLURALS[axis] ?? axis;
  return hi - lo === 1 ? `${word.replace(/s$/, "")} ${lo}` : `${word} ${lo}–${hi - 1}`;
}

export interface Words {
  title: string;
  facts: [string, string][];
  warnings: string[];
}

export function regionWords(network: Network, region: Region): Words {
  const value = network.values[region.value];
  const input = network.inputs[region.input];
  const total = input.extents.reduce((a, b) => a * b, 1);
  const title = placeText(value, region.feature);
  const warnings = trust(value, region.unknown);
  if (!region.read) return { title, facts: [["reads", `nothing of ${input.name}`]], warnings };
  const facts: [string, string][] = [
    ["sees", region.pixels.map((ends, axis) => interval(input.axes[axis], ends)).join(", ")],
    ["pixels read", `${numeral(region.read)} of ${numeral(total)} (${percent(region.read / total)})`],
  ];
  if (region.box) {
    const sizes = region.box.map(([lo, hi]) => hi - lo);
    const inside = region.box.map(([lo, hi], axis) => Math.max(0, Math.min(hi, input.extents[axis]) - Math.max(lo, 0)));
    const part = 1 - product(inside) / product(sizes);
    facts.unshift(["field", `${sizes.map(numeral).join(" × ")} px around (${region.box.map(([lo, hi]) => numeral((lo + hi) / 2)).join(", ")})`]);
    facts.push(["padding", part > 0 ? `${percent(part)} of the field lies outside the image` : "none"]);
  } else {
    facts.push(["field", "the box beyond the image is not held in this page for this layer"]);
  }
  const holes = product(region.pixels.map(([lo, hi]) => hi - lo)) - region.read;
  facts.push(["holes", holes ? `${numeral(holes)} pixels in between are never read` : "none"]);
  const global = value.outlook[region.input]?.global ?? [];
  if (global.length) facts.push(["global", `some path reads all of ${global.map((axis) => input.axes[axis]).join(", ")}`]);
  return { title, facts, warnings };
}

function trust(value: Value, unknown: string[]): string[] {
  const found: string[] = [];
  if (value.status === "bounded") found.push(`An outer bound: ${value.blamed.join(", ")} looks where data or random numbers say.`);
  if (value.status === "unsupported") found.push(`Not known: eyeshot has no rule for ${value.blamed.join(", ")} and takes it as reading everything.`);
  if (value.status === "partial") found.push("Partial: the model was read up to here only; what comes after it is not known.");
  if (unknown.length) found.push(`This page does not hold what ${[...new Set(unknown)].join(", ")} reads; ask “eyeshot at”.`);
  return found;
}

export function reachWords(network: Network, reach: Reach, ids: number[]): Words {
  const input = network.inputs[reach.input];
  const facts: [string, string][] = [];
  for (const id of ids) {
    const value = network.values[id];
    if (id < network.inputs.length) continue;
    const products = positions(value.layout, reach.elements.get(id) ?? []);
    const count = volume(products);
    const total = product(value.layout.extents);
    const where = hullOf(products, value.layout.extents.length).map(([lo, hi]) => (hi > lo ? `${lo}–${hi - 1}` : "none"));
    facts.push([value.name, count ? `${numeral(count)} of ${numeral(total)} features (${where.join(", ")})` : "no feature reads it"]);
  }
  return { title: `pixel (${reach.pixel.join(", ")}) of ${input.name} is seen by`, facts, warnings: trust(network.values[0], reach.unknown) };
}

export function plain({ title, facts, warnings }: Words): string {
  return [title, ...facts.map(([name, text]) => `${name}: ${text}`), ...warnings].join("\n");
}

export function product(values: readonly number[]): number {
  return values.reduce((a, b) => a * b, 1);
}

export function percent(part: number): string {
  if (part > 0 && part < 0.001) return "<0.1%";
  return `${Number((part * 100).toFixed(1))}%`;
}

// ------------------------------------------------------------------ formulas

export interface Formula {
  left: string;
  general: string;
  numbers: string;
  result: string;
}

/** The four equations of a layer along one axis with this network's numbers; a sentence where they do not hold. */
export function formulas(network: Network, value: Value, axis: number): Formula[] | string {
  const mine = value.numbers[axis];
  if (!mine) return "This layer follows no axis of the input.";
  if (value.inputs.length === 0) return "A pixel sees itself: j = 1, r = 1, start = 0.5.";
  if (value.inputs.length > 1) {
    const sizes = value.inputs.map((id) => network.values[id].numbers[axis]).map((one) => (one ? sizeText(one) : "–"));
    return `Branches meet: a feature sees what any of them sees. r = ${sizeText(mine)} from branches with r = ${sizes.join(", ")}.`;
  }
  const before = network.values[value.inputs[0]].numbers[axis];
  const position = axisOfSettings(value, mine.axis);
  if (value.op.kind === "window" && before && position >= 0 && !before.global) return windowFormulas(value, before, mine, position);
  if (value.op.kind === "transposed" && before && position >= 0) return transposedFormulas(value, before, mine, position);
  const j = jumpText(mine);
  return `${value.kind}: n = ${numeral(mine.n)}, j = ${j}, r = ${sizeText(mine)}, start = ${numeral(mine.start)}.`;
}

function axisOfSettings(value: Value, axis: string): number {
  const kernel = value.op.kernel as number[] | undefined;
  const named = value.layout.axes.indexOf(axis);
  if (!kernel || named < 0) return -1;
  return named - (value.layout.axes.length - kernel.length);
}

function settings(value: Value, k: number): { kernel: number; s: number; d: number; before: number; after: number } {
  const of = (name: string) => (value.op[name] as number[])[k];
  return { kernel: of("kernel"), s: of("stride"), d: of("dilation"), before: of("pad_before"), after: of("pad_after") };
}

type Numbers = Value["numbers"][number];

function windowFormulas(value: Value, before: Numbers, mine: Numbers, k: number): Formula[] {
  const { kernel, s, d, before: p, after: q } = settings(value, k);
  const reach = d * (kernel - 1) + 1;
  const j = jumpText(before);
  const [floor, roof] = value.op.ceil ? ["⌈", "⌉"] : ["⌊", "⌋"];
  const counts = [
    { left: "n", general: `${floor}(n + 2p − k)/s${roof} + 1`, numbers: `${floor}(${numeral(before.n)} + ${p + q} − ${reach})/${s}${roof} + 1`, result: numeral(mine.n) },
    { left: "j", general: "j · s", numbers: `${j} · ${s}`, result: jumpText(mine) },
  ];
  if (before.period !== 1 || before.size !== before.size_min) {
    // Features differ, so no single pair of equations holds for all of them.
    return [...counts, { left: "r", general: mine.period ? `differs, again after ${mine.period} features` : "differs from feature to feature", numbers: "", result: sizeText(mine) }];
  }
  return [
    ...counts,
    { left: "r", general: "r + (k − 1) · j", numbers: `${numeral(before.size)} + (${reach} − 1) · ${j}`, result: numeral(mine.size) },
    { left: "start", general: "start + ((k − 1)/2 − p) · j", numbers: `${numeral(before.start)} + (${(reach - 1) / 2} − ${p}) · ${j}`, result: numeral(mine.start) },
  ];
}

function transposedFormulas(value: Value, before: Numbers, mine: Numbers, k: number): Formula[] {
  const { kernel, s, d, before: p, after: q } = settings(value, k);
  const reach = d * (kernel - 1) + 1;
  const out = (value.op.output_padding as number[] | undefined)?.[k] ?? 0;
  return [
    { left: "n", general: "(n − 1) · s − 2p + k + op", numbers: `(${numeral(before.n)} − 1) · ${s} − ${p + q} + ${reach} + ${out}`, result: numeral(mine.n) },
    { left: "j", general: "j / s", numbers: `${jumpText(before)} / ${s}`, result: jumpText(mine) },
    { left: "r", general: `by phase, ${mine.period ?? "no"} of them`, numbers: "", result: sizeText(mine) },
  ];
}

/** Settings of a layer in the words of a layer list. */
export function settingsText(value: Value): string {
  const { op } = value;
  const word = (letter: string, list: unknown, plainValue: number | null) => {
    const values = list as number[] | undefined;
    if (!Array.isArray(values) || !values.length || values.every((n) => n === plainValue)) return "";
    return ` ${letter}${shown(values.map((n) => ({ n }) as Numbers), (one) => `${one.n}`)}`;
  };
  if (op.kind !== "window" && op.kind !== "transposed") return "";
  return (word("k", op.kernel, null) + word("s", op.stride, 1) + word("p", op.pad_before, 0) + word("d", op.dilation, 1)).trim();
}
