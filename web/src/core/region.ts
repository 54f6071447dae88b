/** What one feature reads, and what one pixel reaches: walks over the network, exact with all holes. */

import { backward, type Box, forward, hullOf, mergeSets, range, shared, splitSet, unite, volume } from "./boxes";
import type { Along, Layout, Network, Outlook, Value } from "./document";
import { mod } from "./maps";
import { has, type Runs, span } from "./sets";

export type Interval = [number, number];

export interface Region {
  value: number;
  feature: number[];
  input: number;
  /** Elements read of every value on the way, the feature itself included. */
  elements: Map<number, Box[]>;
  /** The theoretical box, beyond the image too; null where this page does not hold it. */
  box: Interval[] | null;
  /** The smallest box of all pixels really read. */
  pixels: Interval[];
  /** The exact set: a union of products of runs. */
  products: Box[];
  read: number;
  /** Names of nodes of which this page does not know what they read. */
  unknown: string[];
}

export interface Reach {
  input: number;
  pixel: number[];
  elements: Map<number, Box[]>;
  unknown: string[];
}

export function regionOf(network: Network, id: number, feature: number[], input = 0): Region {
  const value = network.values[id];
  const elements = new Map<number, Box[]>([[id, [locate(value.layout, feature)]]]);
  const unknown: string[] = [];
  for (let k = id; k >= network.inputs.length; k--) {
    const wanted = elements.get(k);
    if (!wanted?.length) continue;
    const node = network.values[k];
    node.inputs.forEach((source, position) => {
      const reading = node.readings[position];
      if (!reading) {
        unknown.push(node.name);
        return;
      }
      const found = backward(wanted, reading, network.values[source].shape);
      const known = elements.get(source);
      if (known) elements.set(source, unite([...known, ...found]));
      else if (found.length) elements.set(source, found.length > 1 ? unite(found) : found);
    });
  }
  const { dims } = network.inputs[input];
  const read = elements.get(input) ?? [];
  const products = unite(read.map((box) => dims.map((d) => box[d])));
  return {
    value: id,
    feature,
    input,
    elements,
    box: theoryOf(value, feature, input, dims.length),
    pixels: hullOf(products, dims.length),
    products,
    read: volume(products),
    unknown,
  };
}

export function reachOf(network: Network, pixel: number[], input = 0): Reach {
  const { shape, dims } = network.inputs[input];
  const at = shape.map((n, d) => (dims.includes(d) ? span(pixel[dims.indexOf(d)], pixel[dims.indexOf(d)] + 1) : span(0, n)));
  const elements = new Map<number, Box[]>([[input, [at]]]);
  const unknown: string[] = [];
  for (let k = network.inputs.length; k < network.values.length; k++) {
    const node = network.values[k];
    const found: Box[] = [];
    node.inputs.forEach((source, position) => {
      const given = elements.get(source);
      if (!given) return;
      const reading = node.readings[position];
      if (reading) found.push(...forward(given, reading, node.shape));
      else unknown.push(node.name);
    });
    if (found.length) elements.set(k, found.length > 1 ? unite(found) : found);
  }
  return { input, pixel, elements, unknown };
}

/** Pixels that both of two features read, and intersection over union. */
export function compare(a: Region, b: Region): { products: Box[]; both: number; iou: number } {
  const products = shared(a.products, b.products);
  const both = volume(products);
  const either = a.read + b.read - both;
  return { products, both, iou: either ? both / either : 0 };
}

// ------------------------------------------------------------------ theoretical boxes

export function theoryOf(value: Value, feature: number[], input: number, axes: number): Interval[] | null {
  const outlook = value.outlook[input];
  if (!outlook) return null;
  if (outlook.listed) {
    const ends = outlook.listed[value.layout.extents.reduce((number, n, axis) => number * n + feature[axis], 0)];
    return range(0, axes).map((axis) => [ends[2 * axis], ends[2 * axis + 1]]);
  }
  return hullOfPieces(outlook, feature, axes);
}

function hullOfPieces(outlook: Outlook, feature: number[], axes: number): Interval[] {
  let hull: Interval[] | null = null;
  for (const [along, masks] of outlook.pieces ?? []) {
    if (!masks.every(([axis, runs]) => has(runs, feature[axis]))) continue;
    const box = along.map((one) => intervalAt(one, feature));
    if (!box.every(([lo, hi]) => hi > lo)) continue;
    hull = hull ? hull.map(([lo, hi], axis) => [Math.min(lo, box[axis][0]), Math.max(hi, box[axis][1])]) : box;
  }
  return hull ?? range(0, axes).map(() => [0, 0]);
}

function intervalAt([axis, period, advance, lo, hi]: Along, feature: number[]): Interval {
  const i = axis < 0 ? 0 : feature[axis];
  const phase = mod(i, period);
  const moved = ((i - phase) / period) * advance;
  return [lo[phase] + moved, hi[phase] + moved];
}

// ------------------------------------------------------------------ features and elements

/** Elements of a value that are a feature, as one set per dimension. */
export function locate(layout: Layout, feature: number[]): Runs[] {
  const left = feature.slice();
  const digits = layout.dims.map((factors) => factors.map(() => -1));
  for (let d = layout.dims.length - 1; d >= 0; d--) {
    for (let p = layout.dims[d].length - 1; p >= 0; p--) {
      const [n, axis] = layout.dims[d][p];
      if (axis < 0) continue;
      digits[d][p] = mod(left[axis], n);
      left[axis] = Math.floor(left[axis] / n);
    }
  }
  return layout.dims.map((factors, d) =>
    mergeSets(
      factors.map(([n], p) => (digits[d][p] < 0 ? span(0, n) : span(digits[d][p], digits[d][p] + 1))),
      factors.map(([n]) => n),
    ),
  );
}

/** Features that have an element in some products of sets, as products of sets per axis of features. */
export function positions(layout: Layout, boxes: readonly Box[]): Box[] {
  const found: Box[] = [];
  for (const box of boxes) {
    let products: Runs[][][] = [[]];
    layout.dims.forEach((factors, d) => {
      const pieces = splitSet(box[d], factors.map(([n]) => n));
      products = products.flatMap((product) => pieces.map((piece) => [...product, piece as Runs[]]));
    });
    for (const product of products) found.push(gathered(layout, product));
  }
  return unite(found);
}

function gathered(layout: Layout, product: Runs[][]): Box {
  return layout.extents.map((_, axis) => {
    const sets: Runs[] = [];
    const sizes: number[] = [];
    layout.dims.forEach((factors, d) => {
      factors.forEach(([n, a], p) => {
        if (a !== axis) return;
        sets.push(product[d][p]);
        sizes.push(n);
      });
    });
    return mergeSets(sets, sizes);
  });
}

/** The window of features of a value that a walk has touched; null if none. */
export function windowOf(value: Value, elements: Map<number, Box[]>): Interval[] | null {
  const boxes = elements.get(value.id);
  if (!boxes?.length) return null;
  return hullOf(positions(value.layout, boxes), value.layout.extents.length);
}
