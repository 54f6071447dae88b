/**
 * Theoretical fields as unions of products of interval sequences (eyeshot/analyses/terms.py and transport.py), for as
 * much of them as stays in closed form along plain dimensions. Whatever else there is, is refused and never guessed.
 */

import { type Access, groupsOf, type Reading, type Regroup, type Shape } from "../core/boxes";
import type { Input } from "../core/document";
import { type IndexMap, isWhole, preimage } from "../core/maps";
import { constantOf, gapsOf, hullOfFirst, type Periodic, PIXELS, readsNothing, through, unionOf } from "../core/periodic";
import { isSpan, type Runs, span, union } from "../core/sets";

/** What this page cannot recompute: the reason, to be said with the layer's name. */
export class NotFollowed extends Error {}

/** One factor of a dimension. */
export interface Part {
  readonly size: number;
  /** The input axis that it belongs to, or −1. */
  readonly axis: number;
  /** Whether the field moves along the axis with the index. */
  readonly follows: boolean;
  /** Indices at which the term reads anything, where not all. */
  readonly mask: Runs | null;
}

export interface Term {
  readonly input: number;
  readonly dims: readonly (readonly Part[])[];
  readonly seqs: readonly Periodic[];
  readonly global: readonly number[];
}

const MOST_TERMS = 512;

export function plainPart(size: number, axis = -1): Part {
  return { size, axis, follows: false, mask: null };
}

/** The field of an input: every pixel reads itself. */
export function startOf(input: Input, position: number): Term {
  const dims = input.shape.map((n, d) => {
    const axis = input.dims.indexOf(d);
    return [{ size: n, axis, follows: axis >= 0, mask: null }];
  });
  return { input: position, dims, seqs: input.axes.map(() => PIXELS), global: [] };
}

/** The field of an operand as the output of an operation reads it. */
export function carried(terms: readonly Term[], reading: Reading, shape: Shape, reduces: boolean): Term[] {
  if ("from" in reading) return merged(terms.map((term) => regrouped(term, reading)));
  return merged(terms.flatMap((term) => mapped(contracted(term, reading, reduces), reading, shape)));
}

// ------------------------------------------------------------------ one access

/** The term with every dimension that is read whole taken together. */
function contracted(term: Term, { links }: Access, reduces: boolean): Term {
  const seqs = term.seqs.slice();
  const global = new Set(term.global);
  const dims = term.dims.map((parts, d) => {
    const [dim, map] = links[d];
    if (dim >= 0 && !(map && isWhole(map))) return parts;
    for (const part of parts) {
      if (!part.follows) continue;
      seqs[part.axis] = constantOf(hullOfFirst(seqs[part.axis], part.size));
      if (reduces) global.add(part.axis);
    }
    const labels = new Set(parts.map((part) => part.axis));
    return [plainPart(map ? map.nOut : 1, labels.size === 1 ? parts[0].axis : -1)];
  });
  return { input: term.input, dims, seqs, global: [...global].sort((a, b) => a - b) };
}

/** The term with every dimension in its place in the output; nothing if nothing is left of it. */
function mapped(term: Term, { links }: Access, shape: Shape): Term[] {
  const dims: (readonly Part[])[] = shape.map((n) => [plainPart(n)]);
  const seqs = term.seqs.slice();
  for (const [d, [dim, map]] of links.entries()) {
    if (dim < 0) continue;
    const parts = term.dims[d];
    if (!map || isWhole(map)) {
      dims[dim] = parts;
      continue;
    }
    if (parts.length !== 1) throw new NotFollowed("it reads several axes through one dimension");
    const [part] = parts;
    if (!part.follows) {
      const mask = preimage(map, part.mask ?? span(0, part.size));
      if (!mask.length) return [];
      dims[dim] = [{ ...plainPart(map.nOut, part.axis), mask: isSpan(mask, map.nOut) ? null : mask }];
      continue;
    }
    if (!map.lawful) throw new NotFollowed("what it reads follows no law along an axis");
    const constant = map.advance === 0 && map.period === 1;
    seqs[part.axis] = constant ? constantOf(firstOf(seqs[part.axis], map)) : through(seqs[part.axis], map);
    dims[dim] = constant ? [plainPart(map.nOut, part.axis)] : [{ ...part, size: map.nOut }];
  }
  return seqs.some(readsNothing) ? [] : [{ input: term.input, dims, seqs, global: term.global }];
}

function firstOf(seq: Periodic, map: IndexMap): [number, number] {
  const first = through(seq, { ...map, nOut: 1, taps: map.taps.slice(0, 1) });
  return [first.lo[0], first.hi[0]];
}

/** The term as seen through a reshape that keeps dimensions, merges them, or splits none that tell positions. */
function regrouped(term: Term, { from, to }: Regroup): Term {
  const dims: (readonly Part[])[] = to.map((n) => [plainPart(n)]);
  for (const [ins, outs] of groupsOf(from, to)) {
    const parts = ins.flatMap((d) => term.dims[d]);
    const told = parts.filter((part) => part.size > 1);
    if (ins.length === 1 && outs.length === 1) dims[outs[0]] = parts;
    else if (outs.length === 1 && told.length) dims[outs[0]] = told;
    else if (told.some((part) => part.axis >= 0)) throw new NotFollowed("it splits a dimension that tells positions apart");
    else if (told.some((part) => part.mask)) throw new NotFollowed("it splits channels that have different fields");
  }
  return { ...term, dims };
}

// ------------------------------------------------------------------ terms made one

/** The same field in fewer terms: those that read something at the same indices are one, and so are equal channels. */
export function merged(terms: Term[]): Term[] {
  if (terms.length < 2) return terms;
  let found = grouped(terms, (term) => `${head(term)}|${dimsText(term, true)}|${term.seqs.map(gapsOf)}`, united);
  if (found.length > 1) {
    const likeness = (term: Term) => `${head(term)}|${dimsText(term, !maskAt(term))}|${maskAt(term)}|${JSON.stringify(term.seqs)}`;
    found = grouped(found, likeness, joinedMasks);
  }
  if (found.length > MOST_TERMS) throw new NotFollowed(`it has more than ${MOST_TERMS} branches with different fields`);
  return found;
}

function grouped(terms: Term[], keyOf: (term: Term) => string, both: (a: Term, b: Term) => Term): Term[] {
  const known = new Map<string, Term>();
  for (const term of terms) {
    const key = keyOf(term);
    const other = known.get(key);
    known.set(key, other ? both(other, term) : term);
  }
  return [...known.values()];
}

function united(a: Term, b: Term): Term {
  return { ...a, seqs: a.seqs.map((seq, axis) => unionOrRefuse(seq, b.seqs[axis])) };
}

export function unionOrRefuse(a: Periodic, b: Periodic): Periodic {
  const both = a === b ? a : unionOf(a, b);
  if (!both) throw new NotFollowed("branches with different jumps meet");
  return both;
}

/** The place of a term's mask, if it has just one. */
function maskAt(term: Term): [number, number] | null {
  const places = term.dims.flatMap((parts, d) => parts.flatMap((part, p): [number, number][] => (part.mask ? [[d, p]] : [])));
  return places.length === 1 ? places[0] : null;
}

function head(term: Term): string {
  return `${term.input}|${term.global}`;
}

/** What the dimensions of a term are, as text; with or without its masks. */
function dimsText(term: Term, masks: boolean): string {
  let text = "";
  for (const parts of term.dims) {
    for (const part of parts) text += `${part.size},${part.axis}${part.follows ? "f" : ""}${masks && part.mask ? `m${part.mask}` : ""};`;
    text += "/";
  }
  return text;
}

function joinedMasks(a: Term, b: Term): Term {
  const place = maskAt(a);
  if (!place) return a;
  const [d, p] = place;
  const both = union(a.dims[d][p].mask as Runs, b.dims[d][p].mask as Runs);
  const mask = isSpan(both, a.dims[d][p].size) ? null : both;
  return { ...a, dims: a.dims.map((parts, k) => (k === d ? parts.map((part, q) => (q === p ? { ...part, mask } : part)) : parts)) };
}
