/** The stack's canvas: planes with their cells. Windows and ribbons lie above it, in SVG. */

import type { Box } from "../core/boxes";
import type { Network } from "../core/document";
import { positions } from "../core/region";
import type { Palette } from "./palette";
import { drawPicture, type Photo } from "./picture";
import { at, cell, type Plane } from "./planes";

const MOST_CELLS = 56;

export interface Scene {
  network: Network;
  planes: Plane[];
  morph: number;
  palette: Palette;
  photo: Photo | null;
  /** Elements that a pixel reaches, where that is shown. */
  reached: Map<number, Box[]> | null;
}

export function paintStack(context: CanvasRenderingContext2D, scene: Scene): void {
  for (const plane of scene.planes) {
    outline(context, plane);
    context.fillStyle = scene.palette.plane;
    context.fill();
    if (plane.value.id < scene.network.inputs.length && plane.across >= 0) paintInput(context, scene, plane);
    else paintCells(context, scene, plane);
    if (scene.reached) paintReached(context, scene, plane, scene.reached);
    outline(context, plane);
    context.strokeStyle = scene.palette.line;
    context.lineWidth = 1;
    context.stroke();
  }
}

function outline(context: CanvasRenderingContext2D, plane: Plane): void {
  context.beginPath();
  context.moveTo(...at(plane, 0, 0));
  for (const [u, v] of [[1, 0], [1, 1], [0, 1]]) context.lineTo(...at(plane, u, v));
  context.closePath();
}

function paintInput(context: CanvasRenderingContext2D, { network, palette, photo }: Scene, plane: Plane): void {
  const input = network.inputs[plane.value.id];
  const [h, w] = input.extents.length > 1 ? input.extents.slice(-2) : [input.extents[0] ?? 1, 1];
  const [ox, oy] = at(plane, 0, 0);
  context.save();
  outline(context, plane);
  context.clip();
  // The plane is a sheared rectangle, so one matrix carries the whole picture.
  context.transform(plane.width / 1000, -plane.rise / 1000, 0, plane.height / 1000, ox, oy);
  drawPicture(context, photo, palette, [w, h], [0, 0, 1000, 1000]);
  context.restore();
}

function paintCells(context: CanvasRenderingContext2D, { network, morph, palette }: Scene, plane: Plane): void {
  const ends = (axis: number): [number, number][] => {
    const n = axis < 0 ? 1 : plane.value.layout.extents[axis];
    const step = Math.max(1, Math.ceil(n / MOST_CELLS));
    const found: [number, number][] = [];
    for (let i = 0; i < n; i += step) {
      const [lo] = cell(network, plane, axis, i, morph);
      const [, hi] = cell(network, plane, axis, Math.min(n, i + step) - 1, morph);
      const gap = (hi - lo) * (0.09 + 0.14 * morph);
      found.push([lo + gap, hi - gap]);
    }
    return found;
  };
  const [columns, rows] = [ends(plane.across), ends(plane.down)].map((cells) => cells.sort((a, b) => a[0] - b[0]));
  const [left, right, top, bottom] = [columns[0][0], columns[columns.length - 1][1], rows[0][0], rows[rows.length - 1][1]];
  context.fillStyle = palette.cell;
  context.beginPath();
  quad(context, plane, left, right, top, bottom);
  context.fill();
  // Thousands of cells are as many quadrangles, but a hundred strips between them.
  context.fillStyle = palette.plane;
  context.beginPath();
  for (const [start, stop] of gaps(columns)) quad(context, plane, start, stop, top, bottom);
  for (const [start, stop] of gaps(rows)) quad(context, plane, left, right, start, stop);
  context.fill();
}

function gaps(cells: [number, number][]): [number, number][] {
  return cells.slice(1).map(([next], k): [number, number] => [cells[k][1], next]).filter(([start, stop]) => stop > start);
}

function quad(context: CanvasRenderingContext2D, plane: Plane, left: number, right: number, top: number, bottom: number): void {
  context.moveTo(...at(plane, left, top));
  context.lineTo(...at(plane, right, top));
  context.lineTo(...at(plane, right, bottom));
  context.lineTo(...at(plane, left, bottom));
}

function paintReached(context: CanvasRenderingContext2D, { network, morph, palette }: Scene, plane: Plane, reached: Map<number, Box[]>): void {
  const boxes = reached.get(plane.value.id);
  if (!boxes) return;
  context.fillStyle = palette.reach;
  context.beginPath();
  for (const product of positions(plane.value.layout, boxes)) {
    const runs = (axis: number): [number, number][] => {
      if (axis < 0) return [[0, 1]];
      const found: [number, number][] = [];
      for (let k = 0; k < product[axis].length; k += 2) {
        const [first] = cell(network, plane, axis, product[axis][k], morph);
        const [, last] = cell(network, plane, axis, product[axis][k + 1] - 1, morph);
        found.push([first, last]);
      }
      return found;
    };
    for (const [top, bottom] of runs(plane.down)) {
      for (const [left, right] of runs(plane.across)) quad(context, plane, left, right, top, bottom);
    }
  }
  context.fill();
}
