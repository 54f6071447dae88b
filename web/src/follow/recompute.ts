/** A value computed anew from what it reads; and everything that Python computed, computed again to be sure of it. */

import type { Reading, Shape } from "../core/boxes";
import type { Input, Layout, Network, Op, Value } from "../core/document";
import { LimitError } from "../core/sets";
import { numbersOf, outlookOf } from "./numbers";
import { outcomeOf, reduces } from "./operations";
import { carried, merged, NotFollowed, startOf, type Term } from "./terms";

/** A value with the field that its numbers were made from; or why this page does not know that field. */
export interface Followed {
  value: Value;
  terms: Term[] | string;
}

/** Something to compute: what Python wrote of it, with other settings or other operands. */
export interface Task {
  given: Value;
  op: Op;
  operands: Followed[];
  /** Shapes for which the readings that Python wrote hold; null for a layer that it does not know. */
  shapes: Shape[] | null;
}

/**
 * The value of a node for other operands or other settings.
 *
 * Throws `Impossible` if the layer cannot be, `NotFollowed` if this page cannot compute it.
 */
export function recomputed(inputs: Input[], { given, op, operands, shapes }: Task): Followed {
  if (given.status !== "exact") throw new NotFollowed("its field is not exact");
  const found = operands.map(({ value }) => value.shape);
  const same = op === given.op && shapes !== null && found.every((shape, k) => shape.join() === shapes[k].join());
  const { shape, readings } = same ? { shape: given.shape.slice(), readings: given.readings } : outcomeOf(op, found);
  if (operands.length === 1 && passes(readings[0], shape)) return passed(given, op, operands[0]);
  const branches = operands.map(({ terms }, k) => {
    if (typeof terms === "string") throw new NotFollowed(`it reads ${terms}`);
    const reading = readings[k];
    if (!reading) throw new NotFollowed("what it reads is too irregular to be in this page");
    return { terms: carried(terms, reading, shape, reduces(op)), reading };
  });
  const terms = branches.length === 1 ? branches[0].terms : merged(branches.flatMap((branch) => branch.terms));
  const layout = layoutFor(given, shape);
  const numbers = numbersOf(inputs, terms, branches);
  const value: Value = { ...given, op, shape, readings: readings as Reading[], layout, numbers, outlook: outlookOf(inputs, terms, layout) };
  return { value, terms };
}

/** Whether every element reads just itself: activations and normalisations, of which a program has hundreds. */
function passes(reading: Reading | null, shape: Shape): boolean {
  return reading !== null && "links" in reading && reading.links.length === shape.length && reading.links.every(([dim, map], d) => dim === d && !map);
}

/** A value with the field of what it reads. */
function passed(given: Value, op: Op, { value: source, terms }: Followed): Followed {
  if (typeof terms === "string") throw new NotFollowed(`it reads ${terms}`);
  const numbers = source.numbers.every((axis) => axis.misaligned === 0) ? source.numbers : source.numbers.map((axis) => ({ ...axis, misaligned: 0 }));
  const links = source.shape.map((_, d) => [d, null] as const);
  return { value: { ...given, op, shape: source.shape, readings: [{ links }], layout: source.layout, numbers, outlook: source.outlook }, terms };
}

/** The numbering of features for another shape. */
function layoutFor({ layout, shape: old }: Value, shape: Shape): Layout {
  if (old.join() === shape.join()) return layout;
  if (old.length !== shape.length || layout.dims.some((factors) => factors.length > 1)) {
    throw new NotFollowed("its features are numbered in a way that the page does not hold");
  }
  const dims = layout.dims.map((factors, d): [number, number][] => [[shape[d], factors[0]?.[1] ?? -1]]);
  const extents = layout.extents.map((_, axis) => shape[dims.findIndex(([[, own]]) => own === axis)]);
  return { axes: layout.axes, extents, dims };
}

/**
 * Every value of a network with its field.
 *
 * A field is believed only if the numbers that follow from it are those that Python wrote.
 */
export function followedOf(network: Network): Followed[] {
  const found: Followed[] = network.inputs.map((input, k) => ({ value: network.values[k], terms: [startOf(input, k)] }));
  for (const given of network.values.slice(network.inputs.length)) {
    const operands = given.inputs.map((id) => found[id]);
    const lost = operands.map(({ terms }) => terms).find((terms) => typeof terms === "string");
    const task = { given, op: given.op, operands, shapes: operands.map(({ value }) => value.shape) };
    found.push({ value: given, terms: lost ?? believed(network.inputs, task) });
  }
  return found;
}

function believed(inputs: Input[], task: Task): Term[] | string {
  try {
    const { value, terms } = recomputed(inputs, task);
    return JSON.stringify(value.numbers.map(told)) === JSON.stringify(task.given.numbers.map(told)) ? terms : `${task.given.name}, ${MISMATCH}`;
  } catch (error) {
    if (error instanceof NotFollowed || error instanceof LimitError) return `${task.given.name} (${task.given.kind}): ${error.message}`;
    throw error;
  }
}

export const MISMATCH = "for which this page would compute other numbers than eyeshot did";

function told(axis: Value["numbers"][number]): unknown[] {
  return [axis.input, axis.axis, axis.n, axis.jump, axis.size, axis.size_min, axis.start, axis.padding, axis.period, axis.global, axis.local_size, axis.misaligned];
}
