/** The image: which pixels a feature reads, where its field reaches into padding, and the holes. */

import { useRef } from "preact/hooks";
import { compare, type Interval, theoryOf } from "../core/region";
import { failed, type Session } from "../state/session";
import { numeral } from "../editor/exports";
import { themeChanges, useDrawing, useSize } from "./hooks";
import { type Frame, paintImage } from "./paint-image";
import { paletteOf, prepared } from "./palette";
import { shownRegions } from "./Stack";

export function ImagePane({ session }: { session: Session }) {
  const [measure, width, height] = useSize();
  const canvas = useRef<HTMLCanvasElement>(null);
  const network = session.network.value;
  const input = network.inputs[session.input.value];
  const frame = width && height ? frameOf(session, width, height) : null;
  const slice = sliceOf(session);

  useDrawing(() => {
    themeChanges.value;
    const element = canvas.current;
    // Another network has come, and this pane is about to be rendered anew for it.
    if (!element || !frame || session.network.value !== network) return;
    const context = prepared(element, width, height);
    if (!context) return;
    const shown = session.direction.value === "sees" ? shownRegions(session) : [];
    const regions = shown.map(({ region }) => region);
    paintImage(context, { frame, extents: input.extents, slice, palette: paletteOf(element), photo: session.photo.value, regions });
  });

  const pixelAt = (event: PointerEvent): number[] | null => {
    if (!frame) return null;
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const place = [event.clientX - box.left, event.clientY - box.top];
    const pixel = slice.slice();
    for (const [k, axis] of [[0, frame.across], [1, frame.down]]) {
      if (axis < 0) continue;
      pixel[axis] = Math.floor((place[k] - frame.origin[k]) / frame.scale);
      if (pixel[axis] < 0 || pixel[axis] >= input.extents[axis]) return null;
    }
    return pixel;
  };
  const move = (event: PointerEvent) => {
    const pixel = pixelAt(event);
    if (session.direction.value === "seen") {
      if (pixel) session.pixel.value = pixel;
    } else session.point(pixel && nearestFeature(session, pixel));
  };

  return (
    <section class="ey-pane ey-image" aria-label="Image">
      <div class="ey-bar">
        <h2>{input.name} <span class="ey-muted">{input.extents.map(numeral).join(" × ")}</span></h2>
        {network.inputs.length > 1 && (
          <select aria-label="Input" value={session.input.value} onChange={(event) => { session.input.value = Number(event.currentTarget.value); }}>
            {network.inputs.map((one, k) => one.extents.length > 0 && <option key={one.name} value={k}>{one.name}</option>)}
          </select>
        )}
        {slice.length > 2 && <span class="ey-muted">slice {input.axes[0]} = {slice[0]}</span>}
      </div>
      <div class="ey-stage ey-fill" ref={measure} onPointerMove={move} onPointerLeave={() => session.point(null)}
        onClick={() => { const spot = session.hover.value; if (spot) session.pin(spot); }}>
        <canvas ref={canvas} class="ey-canvas" style={{ width: `${width}px`, height: `${height}px` }} aria-hidden="true" />
        {frame && <Outlines session={session} frame={frame} width={width} height={height} />}
      </div>
      <ul class="ey-legend" aria-label="Pixels">
        <li><i class="ey-key-read" />read</li>
        <li><i class="ey-key-hole" />hole: inside, never read</li>
        <li><i class="ey-key-pad" />padding: beyond the image</li>
        <li><i class="ey-key-out" />outside</li>
      </ul>
    </section>
  );
}

/** The indices of the slice that is shown, for inputs with more than two axes: the middle of what is read. */
function sliceOf(session: Session): number[] {
  const { extents } = session.network.value.inputs[session.input.value];
  const region = session.region.value;
  const pixel = session.direction.value === "seen" ? session.pixel.value : null;
  return extents.map((n, axis) => {
    if (pixel) return pixel[axis];
    const [lo, hi] = failed(region) ? [0, n] : region.pixels[axis];
    return Math.min(n - 1, (lo + hi) >> 1);
  });
}

/** The feature of the chosen layer whose field lies nearest around a pixel. */
function nearestFeature(session: Session, pixel: number[]) {
  const value = session.value(session.layer.value);
  const input = session.network.value.inputs[session.input.value];
  const feature = session.cursor.value.map((i, k) => {
    const name = value.layout.axes[k];
    const numbers = value.numbers.find((one) => one.axis === name && one.input === input.name);
    const at = pixel[input.axes.indexOf(name)];
    if (!numbers || at === undefined || !numbers.jump || numbers.local_size === null) return i;
    return Math.max(0, Math.min(value.layout.extents[k] - 1, Math.round((at + 0.5 - numbers.start) / numbers.jump)));
  });
  return { value: value.id, feature };
}

/** What part of the plane is shown: the image, and as much around it as the chosen layer's fields reach, within reason. */
function frameOf(session: Session, width: number, height: number): Frame {
  const network = session.network.value;
  const input = network.inputs[session.input.value];
  const value = session.value(session.layer.value);
  const axes = input.extents.length;
  const down = axes > 1 ? axes - 2 : -1;
  const across = axes - 1;
  const first = theoryOf(value, value.layout.extents.map(() => 0), session.input.value, axes);
  const last = theoryOf(value, value.layout.extents.map((n) => n - 1), session.input.value, axes);
  const span = (axis: number): Interval => {
    if (axis < 0) return [0, 1];
    const n = input.extents[axis];
    const reach = (beyond: number) => Math.min(Math.max(beyond, 0.04 * n), 0.17 * n);
    return [-reach(-(first?.[axis][0] ?? 0)), n + reach((last?.[axis][1] ?? n) - n)];
  };
  const [x0, x1] = span(across);
  const [y0, y1] = span(down);
  const scale = down < 0 ? (width - 24) / (x1 - x0) : Math.min((width - 56) / (x1 - x0), (height - 36) / (y1 - y0));
  const thick = down < 0 ? Math.min(90, height * 0.5) / scale : 1;
  const origin: [number, number] = [
    (width - (x1 - x0) * scale) / 2 - x0 * scale,
    down < 0 ? (height - thick * scale) / 2 : (height - (y1 - y0) * scale) / 2 - y0 * scale,
  ];
  return { across, down, scale, origin, thick };
}

function Outlines({ session, frame, width, height }: { session: Session; frame: Frame; width: number; height: number }) {
  const input = session.network.value.inputs[session.input.value];
  const rect = (box: Interval[]) => {
    const side = (axis: number, k: number): [number, number] => {
      if (axis < 0) return [frame.origin[k], frame.thick * frame.scale];
      return [frame.origin[k] + box[axis][0] * frame.scale, (box[axis][1] - box[axis][0]) * frame.scale];
    };
    const [x, w] = side(frame.across, 0);
    const [y, h] = side(frame.down, 1);
    return { x, y, width: Math.max(w, 1), height: Math.max(h, 1) };
  };
  const seen = session.direction.value === "seen";
  const shown = seen ? [] : shownRegions(session);
  const whole = rect(input.extents.map((n) => [0, n]));
  const reach = session.reach.value;
  const both = shown.length === 2 && session.pins.value.length === 2 && !session.hover.value ? compare(shown[0].region, shown[1].region) : null;
  return (
    <svg class="ey-marks" width={width} height={height} aria-hidden="true">
      <rect class="ey-frame" {...whole} />
      <text class="ey-tick" x={whole.x} y={whole.y - 4}>0</text>
      <text class="ey-tick ey-end" x={whole.x + whole.width} y={whole.y - 4}>{numeral(input.extents[frame.across] ?? 1)}</text>
      {frame.down >= 0 && <text class="ey-tick ey-end" x={whole.x - 4} y={whole.y + whole.height}>{numeral(input.extents[frame.down])}</text>}
      {shown.map(({ region, style, label }) => (
        <g key={style} class={style}>
          {region.box && <rect class="ey-theory" {...rect(region.box)} />}
          {region.read > 0 && <rect class="ey-actual" {...rect(region.pixels)} />}
          {region.box && region.read > 0 && <Cross box={rect(region.box)} />}
          {label && region.read > 0 && <text class="ey-label" x={rect(region.pixels).x + 5} y={rect(region.pixels).y + 15}>{label}</text>}
        </g>
      ))}
      {both && both.both > 0 && both.products.length === 1 && <rect class="ey-both" {...rect(both.products[0].map((set) => [set[0], set[set.length - 1]] as Interval))} />}
      {seen && reach && !failed(reach) && <Target box={rect(reach.pixel.map((i) => [i, i + 1] as Interval))} />}
    </svg>
  );
}

interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

function Cross({ box }: { box: Rect }) {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  return <path class="ey-cross" d={`M${x - 4} ${y}h8M${x} ${y - 4}v8`} />;
}

function Target({ box }: { box: Rect }) {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  return (
    <g class="ey-target">
      <circle cx={x} cy={y} r={9} />
      <path d={`M${x - 15} ${y}h10M${x + 5} ${y}h10M${x} ${y - 15}v10M${x} ${y + 5}v10`} />
    </g>
  );
}
