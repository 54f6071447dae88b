/** The picture below everything: the photo, cut to the input's shape, or a checkerboard. */

import type { Palette } from "./palette";

export type Photo = ImageBitmap | HTMLImageElement;

/** The part of a photo that has the proportions of the input, around its middle. */
export function cut(photo: Photo, width: number, height: number): [number, number, number, number] {
  const [w, h] = photo instanceof HTMLImageElement ? [photo.naturalWidth, photo.naturalHeight] : [photo.width, photo.height];
  const scale = Math.min(w / width, h / height);
  return [(w - width * scale) / 2, (h - height * scale) / 2, width * scale, height * scale];
}

const TILES = 12;

/** Draws the picture of an input of some size into a rectangle. */
export function drawPicture(
  context: CanvasRenderingContext2D, photo: Photo | null, palette: Palette, size: [number, number], [x, y, w, h]: [number, number, number, number],
): void {
  if (photo) {
    context.drawImage(photo, ...cut(photo, size[0], size[1]), x, y, w, h);
    return;
  }
  const side = Math.max(w, h) / TILES;
  context.fillStyle = palette.boardA;
  context.fillRect(x, y, w, h);
  context.fillStyle = palette.boardB;
  for (let row = 0; row * side < h; row++) {
    for (let column = row % 2; column * side < w; column += 2) {
      context.fillRect(x + column * side, y + row * side, Math.min(side, w - column * side), Math.min(side, h - row * side));
    }
  }
}
