/** The image's canvas: pixels in four states. Outlines and labels lie above it, in SVG. */

import type { Box } from "../core/boxes";
import type { Region } from "../core/region";
import { has, type Runs, size, span } from "../core/sets";
import { hatch, type Palette } from "./palette";
import { drawPicture, type Photo } from "./picture";

/** How the input's pixels lie on the pane; an input of one axis is a band of some thickness. */
export interface Frame {
  across: number;
  down: number;
  scale: number;
  origin: [number, number];
  thick: number;
}

export interface View {
  frame: Frame;
  extents: readonly number[];
  slice: readonly number[];
  palette: Palette;
  photo: Photo | null;
  /** What is shown; the last one is in front. */
  regions: readonly Region[];
}

const MOST_RECTANGLES = 2000;

export function paintImage(context: CanvasRenderingContext2D, view: View): void {
  const { frame, extents, palette, regions } = view;
  const whole = rectangle(frame, extents.map((n) => [0, n]));
  picture(context, view, whole);
  if (!regions.length) return;
  context.fillStyle = palette.dim;
  context.fillRect(...whole);
  const parts = regions.map((region) => region.products.filter((box) => inSlice(box, view)));
  context.fillStyle = hatch(context, palette.hole, palette.panel, -1);
  regions.forEach((region, k) => {
    if (region.box) paintPadding(context, view, whole, region.box);
    if (parts[k].length && holes(parts[k], region)) context.fillRect(...rectangle(frame, region.pixels));
  });
  // What any of them reads lies above the holes of the others.
  for (const products of parts) if (products.length) paintRead(context, view, whole, products);
}

function inSlice(box: Box, { frame, slice }: View): boolean {
  return box.every((set, axis) => axis === frame.across || axis === frame.down || has(set, slice[axis]));
}

/** Whether anything inside the box is not read; then it is hatched before what is read is drawn over it. */
function holes(products: Box[], region: Region): boolean {
  const whole = region.pixels.every(([lo, hi], axis) => products.length === 1 && size(products[0][axis]) === hi - lo);
  return !whole;
}

function paintPadding(context: CanvasRenderingContext2D, { frame, palette }: View, whole: Rect4, box: [number, number][]): void {
  context.save();
  context.beginPath();
  context.rect(...rectangle(frame, box));
  context.clip();
  context.beginPath();
  context.rect(0, 0, context.canvas.width, context.canvas.height);
  context.rect(...whole);
  context.fillStyle = hatch(context, palette.pad, palette.panel, 1);
  context.fill("evenodd");
  context.restore();
}

/** The picture again, where it is read. */
function paintRead(context: CanvasRenderingContext2D, view: View, whole: Rect4, products: Box[]): void {
  const { frame } = view;
  const sides = (box: Box): [Runs, Runs] => [frame.across < 0 ? span(0, 1) : box[frame.across], frame.down < 0 ? span(0, 1) : box[frame.down]];
  const count = products.reduce((sum, box) => sum + sides(box).reduce((n, runs) => (n * runs.length) / 2, 1), 0);
  if (count <= MOST_RECTANGLES) {
    context.save();
    context.beginPath();
    for (const box of products) {
      const [columns, rows] = sides(box);
      for (let r = 0; r < rows.length; r += 2) {
        for (let c = 0; c < columns.length; c += 2) context.rect(...between(frame, [columns[c], columns[c + 1]], [rows[r], rows[r + 1]]));
      }
    }
    context.clip();
    picture(context, view, whole);
    context.restore();
    return;
  }
  // A product of many runs is the overlap of stripes across and stripes down: drawn so, it costs their sum.
  for (const box of products) stripes(context, view, whole, sides(box));
}

function stripes(context: CanvasRenderingContext2D, view: View, whole: Rect4, [columns, rows]: [Runs, Runs]): void {
  const layer = new OffscreenCanvas(context.canvas.width, context.canvas.height);
  const pen = layer.getContext("2d");
  if (!pen) return;
  pen.setTransform(context.getTransform());
  picture(pen as unknown as CanvasRenderingContext2D, view, whole);
  pen.globalCompositeOperation = "destination-in";
  const everything: [number, number] = [-1e6, 1e6];
  for (const [runs, down] of [[columns, false], [rows, true]] as const) {
    pen.beginPath();
    for (let k = 0; k < runs.length; k += 2) {
      const run: [number, number] = [runs[k], runs[k + 1]];
      pen.rect(...(down ? between(view.frame, everything, run) : between(view.frame, run, everything)));
    }
    pen.fill();
  }
  context.save();
  context.resetTransform();
  context.drawImage(layer, 0, 0);
  context.restore();
}

type Rect4 = [number, number, number, number];

function picture(context: CanvasRenderingContext2D, { extents, frame, palette, photo }: View, whole: Rect4): void {
  const size: [number, number] = [extents[frame.across] ?? 1, frame.down < 0 ? frame.thick : extents[frame.down]];
  drawPicture(context, frame.down < 0 ? null : photo, palette, size, whole);
}

function rectangle(frame: Frame, box: readonly (readonly number[])[]): Rect4 {
  return between(frame, frame.across < 0 ? [0, 1] : box[frame.across], frame.down < 0 ? [0, 1] : box[frame.down]);
}

function between({ origin, scale, down, thick }: Frame, columns: readonly number[], rows: readonly number[]): Rect4 {
  const [top, high] = down < 0 ? [0, thick] : [rows[0], rows[1] - rows[0]];
  return [origin[0] + columns[0] * scale, origin[1] + top * scale, (columns[1] - columns[0]) * scale, high * scale];
}
