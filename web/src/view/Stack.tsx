/** The maps on the way to the chosen layer, and the windows that a feature reads in each of them. */

import { useEffect, useRef } from "preact/hooks";
import type { Network } from "../core/document";
import { type Region, windowOf } from "../core/region";
import { failed, type Session, type Spot } from "../state/session";
import { thinned } from "../state/path";
import { numeral, shown, sizeText } from "../editor/exports";
import { themeChanges, useDrawing, useMorph, useSize } from "./hooks";
import { FeatureGrid } from "./FeatureGrid";
import { paintStack } from "./paint-stack";
import { paletteOf, prepared } from "./palette";
import { around, at, corners, featureAt, type Plane, planesOf } from "./planes";
import { regionWords } from "./words";

const MAP_WIDTH = 84;

export function Stack({ session }: { session: Session }) {
  const [measure, paneWidth, height] = useSize();
  const canvas = useRef<HTMLCanvasElement>(null);
  const morph = useMorph(session.drawing.value === "fixed" ? 1 : 0);
  const network = session.network.value;
  const path = session.path.value;
  const room = Math.max(3, Math.floor(paneWidth / MAP_WIDTH));
  const ids = session.allMaps.value ? path : thinned(network, path, room);
  const width = Math.max(paneWidth, ids.length * MAP_WIDTH * (session.allMaps.value ? 1 : 0));
  const planes = width && height ? planesOf(network, ids, { width, height, morph }) : [];

  useDrawing(() => {
    themeChanges.value;
    const element = canvas.current;
    // Another network has come, and this pane is about to be rendered anew for it.
    if (!element || !planes.length || session.network.value !== network) return;
    const context = prepared(element, width, height);
    const reach = session.reach.value;
    const reached = reach && !failed(reach) ? reach.elements : null;
    if (context) paintStack(context, { network, planes, morph, palette: paletteOf(element), photo: session.photo.value, reached });
  });

  const find = (event: PointerEvent | MouseEvent): Spot | null => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    for (const plane of planes.slice().reverse()) {
      const feature = featureAt(network, plane, x, y, morph, baseOf(session, plane));
      if (feature) return { value: plane.value.id, feature };
    }
    return null;
  };
  const move = (event: PointerEvent) => {
    const spot = find(event);
    if (session.direction.value === "seen") {
      if (spot && spot.value === session.input.value) session.pixel.value = spot.feature;
    } else session.point(spot);
  };
  const press = (event: MouseEvent) => {
    const spot = find(event);
    if (!spot || session.direction.value === "seen") return;
    if (spot.value === session.layer.value) session.cursor.value = spot.feature;
    session.pin(spot);
  };

  return (
    <section class="ey-pane ey-stack" aria-label="Feature maps">
      <div class="ey-bar">
        <Choice session={session} />
        {path.length > room && (
          <label class="ey-check">
            <input type="checkbox" checked={session.allMaps.value} onChange={(event) => { session.allMaps.value = event.currentTarget.checked; }} />
            all {path.length} maps on the way
          </label>
        )}
      </div>
      <div class="ey-scroll" ref={measure} tabIndex={width > paneWidth ? 0 : undefined} role="group" aria-label="Stack of maps">
        <div class="ey-stage" style={{ width: `${width}px`, height: `${height}px` }} onPointerMove={move} onPointerLeave={() => session.point(null)} onClick={press}>
          <canvas ref={canvas} class="ey-canvas" style={{ width: `${width}px`, height: `${height}px` }} aria-hidden="true" />
          <Marks session={session} planes={planes} morph={morph} width={width} height={height} />
        </div>
      </div>
      <FeatureGrid session={session} />
    </section>
  );
}

/** Indices along the axes that a plane does not show: those of the window that is shown there. */
function baseOf(session: Session, plane: Plane): number[] {
  const { value } = plane;
  if (value.layout.extents.length < 3) return value.layout.extents.map((n) => n >> 1);
  if (value.id === session.layer.value) return session.cursor.value;
  const region = session.region.value;
  const window = failed(region) ? null : windowOf(value, region.elements);
  return value.layout.extents.map((n, axis) => (window ? (window[axis][0] + window[axis][1]) >> 1 : n >> 1));
}

function Choice({ session }: { session: Session }) {
  const drawing = session.drawing.value;
  const direction = session.direction.value;
  return (
    <>
      <div class="ey-switch" role="group" aria-label="Question">
        <button type="button" aria-pressed={direction === "sees"} onClick={() => { session.chosenDirection.value = "sees"; }}>
          What does a feature see?
        </button>
        <button type="button" aria-pressed={direction === "seen"} title="or hold Shift" onClick={() => { session.chosenDirection.value = "seen"; }}>
          Who sees a pixel?
        </button>
      </div>
      <div class="ey-switch" role="group" aria-label="Drawing">
        <button type="button" aria-pressed={drawing === "common"} title="every map as large as it has features" onClick={() => { session.drawing.value = "common"; }}>
          Maps shrink
        </button>
        <button type="button" aria-pressed={drawing === "fixed"} title="every feature at the centre of what it sees" onClick={() => { session.drawing.value = "fixed"; }}>
          Features in place
        </button>
      </div>
    </>
  );
}

// ------------------------------------------------------------------ marks above the canvas

interface Shown {
  region: Region;
  style: string;
  label: string;
}

/** Regions to draw: the pins, and what is pointed at or the cursor. */
export function shownRegions(session: Session): Shown[] {
  const pinned = session.pinned.value.map((region, k) => ({ region, style: `ey-pin-${k}`, label: "AB"[k] }));
  const now = session.region.value;
  const all = session.hover.value || !pinned.length ? [...pinned, { region: now, style: "ey-now", label: "" }] : pinned;
  return all.flatMap((one) => (failed(one.region) ? [] : [{ ...one, region: one.region }]));
}

function Marks({ session, planes, morph, width, height }: { session: Session; planes: Plane[]; morph: number; width: number; height: number }) {
  const network = session.network.value;
  const regions = session.direction.value === "sees" ? shownRegions(session) : [];
  const svg = useRef<SVGSVGElement>(null);
  const hint = usesHint(session);
  return (
    <svg ref={svg} class="ey-marks" width={width} height={height} aria-hidden="true">
      {regions.map(({ region, style, label }) => (
        <Windows key={style} network={network} planes={planes} region={region} style={style} label={label} morph={morph} />
      ))}
      {planes.map((plane) => (
        <Caption key={plane.value.id} plane={plane} chosen={plane.value.id === session.layer.value} room={width / planes.length} base={height} />
      ))}
      {hint && planes.length > 0 && <Hint planes={planes} />}
    </svg>
  );
}

function Windows({ network, planes, region, style, label, morph }: { network: Network; planes: Plane[]; region: Region; style: string; label: string; morph: number }) {
  const found = planes.flatMap((plane) => {
    const window = windowOf(plane.value, region.elements);
    return window && plane.value.id <= region.value ? [{ plane, quad: corners(network, plane, window, morph) }] : [];
  });
  const points = (list: [number, number][]) => list.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const last = found[found.length - 1];
  return (
    <g class={style}>
      {found.slice(1).map(({ plane, quad }, k) => (
        <polygon key={plane.value.id} class="ey-ribbon" points={points(around([...found[k].quad, ...quad]))} />
      ))}
      {found.map(({ plane, quad }) => (
        <polygon key={plane.value.id} class={plane.value.id === region.value ? "ey-window ey-feature" : "ey-window"} points={points(quad)} data-value={plane.value.id} />
      ))}
      {label && last && (
        <text class="ey-label" x={last.quad[1][0] + 4} y={last.quad[1][1] - 4}>{label}</text>
      )}
    </g>
  );
}

function Caption({ plane, chosen, room, base }: { plane: Plane; chosen: boolean; room: number; base: number }) {
  const { value } = plane;
  const most = Math.max(5, Math.floor(room / 7.6));
  const name = value.name.length > most ? `…${value.name.slice(1 - most)}` : value.name;
  const n = shown(value.layout.extents.map((count) => ({ n: count }) as never), (axis: { n: number }) => numeral(axis.n));
  return (
    <g class={chosen ? "ey-caption ey-chosen" : "ey-caption"}>
      <text x={plane.x} y={base - 34}>{name}<title>{value.name}</title></text>
      <text class="ey-small" x={plane.x} y={base - 20}>{n}</text>
      <text class="ey-small" x={plane.x} y={base - 7}>{value.numbers.length ? `r ${shown(value.numbers, sizeText)}` : ""}</text>
    </g>
  );
}

/** Whether nobody has pointed at anything yet. */
function usesHint(session: Session): boolean {
  const seen = useRef(false);
  if (session.hover.value || session.pins.value.length || session.direction.value === "seen") seen.current = true;
  return !seen.current;
}

function Hint({ planes }: { planes: Plane[] }) {
  const plane = planes[planes.length - 1];
  const [x, y] = at(plane, 0.5, 0);
  return (
    <g class="ey-hint">
      <text x={x} y={Math.max(14, y - 14)}>point here</text>
      <path d={`M${x} ${Math.max(18, y - 9)} v8 m-3 -3 l3 3 l3 -3`} />
    </g>
  );
}

/** Speaks of the shown feature whenever it has rested for a moment. */
export function useSpeech(session: Session): void {
  useEffect(() => {
    let timer = 0;
    const stop = session.region.subscribe((region) => {
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        if (failed(region)) session.said.value = region.failure;
        else {
          const words = regionWords(session.network.value, region);
          session.said.value = `${words.title}: ${words.facts.map((fact) => fact.join(" ")).join("; ")}`;
        }
      }, 350);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [session]);
}
