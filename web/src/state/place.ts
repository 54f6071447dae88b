/** Where a person is, as the part of the page's address behind #: it can be sent to others. */

import { type Draft, isList } from "../editor/history";
import { type LayerList, ListError, parseList, textOf } from "../editor/layers";
import { writeRevision } from "../editor/words";
import type { Drawing } from "./session";

const REST = 120;

export interface NamedSpot {
  layer: string;
  at?: number[];
}

export interface Place {
  spot?: NamedSpot;
  pins: NamedSpot[];
  drawing: Drawing;
  list: LayerList | null;
}

export function writePlace({ spot, pins, drawing }: Omit<Place, "list">, draft: Draft | null): void {
  const words = new URLSearchParams();
  if (spot) words.set("at", spotText(spot));
  for (const pin of pins) words.append("pin", spotText(pin));
  if (drawing !== "common") words.set("drawing", drawing);
  if (draft && isList(draft)) {
    words.set("name", draft.name);
    words.set("input", draft.input.join("x"));
    words.set("list", textOf(draft));
  } else if (draft) writeRevision(words, draft);
  later(`#${words}`);
}

let waiting: ReturnType<typeof setTimeout> | undefined;

/** Once the hand rests: browsers take their time for an address, and refuse hundreds of them. */
function later(hash: string): void {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    // A page may be shown where its address must not change; it works without.
    if (hash !== location.hash && location.protocol !== "about:") history.replaceState(null, "", hash);
  }, REST);
}

export function wordsOf(hash: string): URLSearchParams {
  return new URLSearchParams(hash.replace(/^#/, ""));
}

export function readPlace(hash: string): Place {
  const words = wordsOf(hash);
  return {
    spot: parseSpot(words.get("at")),
    pins: words.getAll("pin").slice(0, 2).flatMap((text) => parseSpot(text) ?? []),
    drawing: words.get("drawing") === "fixed" ? "fixed" : "common",
    list: parseWhole(words),
  };
}

function spotText({ layer, at }: NamedSpot): string {
  return `${layer}@${(at ?? []).join(",")}`;
}

function parseSpot(text: string | null): NamedSpot | undefined {
  const found = text ? /^(.+)@([\d,]*)$/s.exec(text) : null;
  return found ? { layer: found[1], at: found[2] ? found[2].split(",").map(Number) : [] } : undefined;
}

function parseWhole(words: URLSearchParams): LayerList | null {
  const input = (words.get("input") ?? "").split("x").map(Number);
  const text = words.get("list");
  if (!text || input.length < 2 || input.length > 4 || !input.every((n) => Number.isInteger(n) && n > 0 && n < 1e6)) return null;
  try {
    return { name: (words.get("name") ?? "layers").slice(0, 80), input, layers: parseList(text, input.length - 1) };
  } catch (error) {
    if (error instanceof ListError) return null;
    throw error;
  }
}
