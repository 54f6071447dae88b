/** A revision as words of an address: size=…, edit=…@layer, out=layer, add=…@layer. */

import { type Layer, layerText, ListError, parseLayer } from "./layers";
import type { Added, Base, Revision } from "./revision";

const MOST = 500;

export function writeRevision(words: URLSearchParams, { input, changes, added }: Revision): void {
  if (input) words.set("size", input.join("x"));
  for (const [key, layer] of changes) {
    if (layer) words.append("edit", `${layerText(layer, false)}@${key}`);
    else words.append("out", key);
  }
  for (const { after, layer } of added) words.append("add", `${layerText(layer)}@${after}`);
}

export function saysRevision(words: URLSearchParams): boolean {
  return ["size", "edit", "out", "add"].some((word) => words.has(word));
}

/** The revision that an address says; what does not fit the network is passed over. */
export function readRevision(words: URLSearchParams, base: Base): Revision | null {
  const changes = new Map<string, Layer | null>();
  for (const key of words.getAll("out").slice(0, MOST)) if (base.layer(key)) changes.set(key, null);
  for (const [layer, key] of placed(words.getAll("edit"), base)) if (base.layer(key)?.kind === layer.kind) changes.set(key, layer);
  const added: Added[] = [];
  for (const [layer, after] of placed(words.getAll("add"), base)) {
    const known = base.grows(after) || added.some((one) => one.layer.name === after);
    const taken = !layer.name || base.has(layer.name) || added.some((one) => one.layer.name === layer.name);
    if (known && !taken) added.push({ after, layer });
  }
  const input = sizeFrom(words.get("size"), base);
  return changes.size || added.length || input ? { input, changes, added } : null;
}

function placed(texts: string[], base: Base): [Layer, string][] {
  return texts.slice(0, MOST).flatMap((text): [Layer, string][] => {
    const found = /^([^@]*)@(.+)$/s.exec(text);
    if (!found) return [];
    try {
      return [[parseLayer(found[1], base.axes, 1)[0], found[2]]];
    } catch (error) {
      if (error instanceof ListError) return [];
      throw error;
    }
  });
}

function sizeFrom(text: string | null, base: Base): number[] | null {
  const sizes = text?.split("x").map(Number) ?? [];
  const fits = base.network.inputs.length === 1 && sizes.length === base.axes && sizes.every((n) => Number.isInteger(n) && n > 0 && n < 1e6);
  return fits ? sizes : null;
}
