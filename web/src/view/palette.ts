/** Colours of canvases, read from the style sheet so that themes are said in one place. */

export interface Palette {
  ink: string;
  muted: string;
  line: string;
  panel: string;
  cell: string;
  plane: string;
  accent: string;
  reach: string;
  hole: string;
  pad: string;
  dim: string;
  boardA: string;
  boardB: string;
}

const NAMES: Record<keyof Palette, string> = {
  ink: "--ink", muted: "--muted", line: "--line", panel: "--panel", cell: "--cell", plane: "--plane", accent: "--accent",
  reach: "--reach", hole: "--hole", pad: "--pad", dim: "--dim", boardA: "--board-a", boardB: "--board-b",
};

export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  return Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [key, style.getPropertyValue(name).trim()])) as unknown as Palette;
}

/** A canvas of the device's own pixels, drawn on in CSS pixels. */
export function prepared(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = Math.min(window.devicePixelRatio || 1, 3);
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = canvas.getContext("2d");
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, width, height);
  return context;
}

/** Slanted lines as a fill: a state is never told by colour alone. */
export function hatch(context: CanvasRenderingContext2D, colour: string, back: string, slope: 1 | -1): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  if (!pen) return back;
  pen.fillStyle = back;
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.6;
  pen.beginPath();
  for (const shift of [-8, 0, 8]) {
    pen.moveTo(shift, slope > 0 ? 8 : 0);
    pen.lineTo(shift + 8, slope > 0 ? 0 : 8);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat") ?? back;
}
