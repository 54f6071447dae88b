/** Where the stack's maps stand: planes seen from the side, and the way between places on the screen and features. */

import type { Network, Value } from "../core/document";
import type { Interval } from "../core/region";

export interface Plane {
  value: Value;
  /** Axes of features shown along the plane's width and height; −1 where there is none. */
  across: number;
  down: number;
  /** Centre, width, rise of the right edge, and height, in CSS pixels. */
  x: number;
  y: number;
  width: number;
  rise: number;
  height: number;
}

export interface Pane {
  width: number;
  height: number;
  /** 0: the usual drawing, 1: the fixed-size drawing. */
  morph: number;
}

export function planesOf(network: Network, ids: number[], pane: Pane): Plane[] {
  const input = network.values[ids[0]];
  const counts = ids.map((id) => Math.max(...network.values[id].layout.extents.slice(-2), 1));
  const most = Math.max(...counts);
  const room = pane.height - 62;
  const flat = input.layout.extents.length < 2;
  const step = pane.width / Math.max(ids.length, 2);
  const full = Math.min(room * 0.9, flat ? room : step * 3.5);
  return ids.map((id, k) => {
    const value = network.values[id];
    const axes = value.layout.extents.length;
    // Sizes fall with a root of the count of features: 6 of 227 would be a speck.
    const common = full * Math.max(0.36, (counts[k] / most) ** 0.3);
    const side = common + (full - common) * pane.morph;
    const [w, h] = proportions(value);
    const width = axes < 2 ? 14 : Math.min(step * 0.9, side * 0.6) * w;
    return {
      value,
      across: axes < 2 ? -1 : axes - 1,
      down: axes < 1 ? -1 : Math.max(axes - 2, 0),
      x: (k + 0.5) * step,
      y: room / 2 + 10,
      width,
      rise: axes < 2 ? 0 : Math.min(width * 0.4, side * 0.22),
      height: side * h * (axes < 2 ? 1 : 0.86),
    };
  });
}

/** Width and height of a map relative to its larger side. */
function proportions({ layout: { extents } }: Value): [number, number] {
  if (extents.length < 2) return [1, 1];
  const [h, w] = extents.slice(-2);
  const larger = Math.max(h, w, 1);
  return [Math.max(0.25, w / larger), Math.max(0.25, h / larger)];
}

export function at(plane: Plane, u: number, v: number): [number, number] {
  return [plane.x + (u - 0.5) * plane.width, plane.y + (v - 0.5) * plane.height - (u - 0.5) * plane.rise];
}

/** The place on a plane below a point of the screen. */
export function under(plane: Plane, x: number, y: number): [number, number] {
  const u = (x - plane.x) / plane.width + 0.5;
  return [u, (y - plane.y + (u - 0.5) * plane.rise) / plane.height + 0.5];
}

/**
 * The ends of a feature's cell along an axis, as parts of the plane: in the usual drawing one of n equal cells, in
 * the fixed one a jump wide around the centre of what it sees.
 */
export function cell(network: Network, plane: Plane, axis: number, i: number, morph: number): [number, number] {
  if (axis < 0) return [0, 1];
  const n = plane.value.layout.extents[axis];
  const [lo, hi] = [i / n, (i + 1) / n];
  if (morph === 0) return [lo, hi];
  const [centre, jump, pixels] = placing(network, plane.value, axis);
  const fixed = (centre + i * jump) / pixels;
  const half = Math.max(jump / pixels / 2, 0.004);
  return [lo + (fixed - half - lo) * morph, hi + (fixed + half - hi) * morph];
}

/** Centre of the first feature, jump, and pixels along the axis of the input that an axis of features follows. */
function placing(network: Network, value: Value, axis: number): [number, number, number] {
  const name = value.layout.axes[axis];
  const n = value.layout.extents[axis];
  const numbers = value.numbers.find((one) => one.axis === name);
  const input = network.inputs.find((one) => one.name === numbers?.input);
  const pixels = input?.extents[input.axes.indexOf(name)];
  // Features without a place in the image stand evenly.
  if (!numbers || !pixels || numbers.local_size === null || !numbers.jump) return [0.5, 1, n];
  return [numbers.start, numbers.jump, pixels];
}

/** The feature below a point of the screen; null beside the map. */
export function featureAt(network: Network, plane: Plane, x: number, y: number, morph: number, base: number[]): number[] | null {
  const [u, v] = under(plane, x, y);
  if (u < -0.02 || u > 1.02 || v < -0.02 || v > 1.02) return null;
  const feature = base.slice();
  if (plane.across >= 0) feature[plane.across] = nearest(network, plane, plane.across, u, morph);
  if (plane.down >= 0) feature[plane.down] = nearest(network, plane, plane.down, v, morph);
  return feature;
}

function nearest(network: Network, plane: Plane, axis: number, part: number, morph: number): number {
  const n = plane.value.layout.extents[axis];
  const middleOf = (i: number) => {
    const [lo, hi] = cell(network, plane, axis, i, morph);
    return (lo + hi) / 2;
  };
  const [first, last] = [middleOf(0), middleOf(n - 1)];
  if (n === 1 || first === last) return 0;
  return Math.max(0, Math.min(n - 1, Math.round(((part - first) / (last - first)) * (n - 1))));
}

/** Corners on the screen of a window of features. */
export function corners(network: Network, plane: Plane, window: Interval[], morph: number): [number, number][] {
  const side = (axis: number): [number, number] => {
    if (axis < 0) return [0, 1];
    const [lo, hi] = window[axis];
    return [cell(network, plane, axis, lo, morph)[0], cell(network, plane, axis, hi - 1, morph)[1]];
  };
  const [left, right] = side(plane.across);
  const [top, bottom] = side(plane.down);
  return [at(plane, left, top), at(plane, right, top), at(plane, right, bottom), at(plane, left, bottom)];
}

/** The smallest convex polygon around points, in order. */
export function around(points: [number, number][]): [number, number][] {
  const sorted = points.slice().sort((p, q) => p[0] - q[0] || p[1] - q[1]);
  const turn = (o: number[], a: number[], b: number[]) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  const half = (list: [number, number][]) => {
    const chain: [number, number][] = [];
    for (const p of list) {
      while (chain.length > 1 && turn(chain[chain.length - 2], chain[chain.length - 1], p) <= 0) chain.pop();
      chain.push(p);
    }
    return chain.slice(0, -1);
  };
  return [...half(sorted), ...half(sorted.reverse())];
}
