/** Numbers as people write them, and the table as Markdown and LaTeX. */

import type { AxisNumbers, Network, Value } from "../core/document";

/** A number as people write it; a range where features differ. */
export function shown(numbers: AxisNumbers[], pick: (axis: AxisNumbers) => string): string {
  const words = numbers.map(pick);
  return words.length === 0 ? "–" : words.every((word) => word === words[0]) ? words[0] : words.join("×");
}

export function numeral(value: number): string {
  // By hand: the browser's own way asks for a locale each time, and a list has hundreds of numbers.
  if (Number.isInteger(value)) return Math.abs(value) < 1000 ? `${value}` : `${value}`.replace(/\B(?=(\d{3})+$)/g, "\u2009");
  return Number(value.toFixed(3)).toString();
}

export function sizeText(axis: AxisNumbers): string {
  if (axis.global && axis.local_size === null) return "all";
  if (axis.global) return numeral(axis.local_size as number);
  return axis.size_min === axis.size ? numeral(axis.size) : `${numeral(axis.size_min)}–${numeral(axis.size)}`;
}

export function jumpText(axis: AxisNumbers): string {
  if (axis.global && axis.local_size === null) return "–";
  return axis.jump === null ? "varies" : numeral(axis.jump);
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
