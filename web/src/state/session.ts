/** What a person has chosen and points at; everything shown follows from it. */

import { batch, computed, type Signal, signal } from "@preact/signals";
import { range } from "../core/boxes";
import type { Network, Value } from "../core/document";
import { type Reach, type Region, reachOf, regionOf, theoryOf } from "../core/region";
import { LimitError } from "../core/sets";
import { pathTo } from "./path";

/** One feature of one value. */
export interface Spot {
  value: number;
  feature: number[];
}

export type Drawing = "common" | "fixed";
/** What a feature sees, or who sees a pixel. */
export type Direction = "sees" | "seen";

export interface Failure {
  failure: string;
}

export class Session {
  readonly network: Signal<Network>;
  /** The layer whose path is drawn. */
  readonly layer: Signal<number>;
  /** The feature of that layer that the keyboard moves. */
  readonly cursor: Signal<number[]>;
  readonly hover = signal<Spot | null>(null);
  readonly pins = signal<Spot[]>([]);
  readonly pixel = signal<number[] | null>(null);
  readonly input: Signal<number>;
  readonly drawing = signal<Drawing>("common");
  readonly chosenDirection = signal<Direction>("sees");
  readonly shift = signal(false);
  readonly allMaps = signal(false);
  readonly onlyChanges = signal(true);
  readonly search = signal("");
  readonly folded = signal<ReadonlySet<string>>(new Set());
  readonly photo = signal<ImageBitmap | HTMLImageElement | null>(null);
  /** What is said aloud to a screen reader. */
  readonly said = signal("");
  readonly trouble = signal<string | null>(null);
  readonly help = signal(false);
  readonly editing = signal(false);

  constructor(network: Network) {
    this.network = signal(network);
    this.input = signal(firstInput(network));
    this.layer = signal(firstLayer(network));
    this.cursor = signal(middle(network.values[this.layer.value]));
  }

  readonly direction = computed<Direction>(() => (this.shift.value ? "seen" : this.chosenDirection.value));

  /** The feature that is shown: what is pointed at, else the last pin, else the cursor. */
  readonly spot = computed<Spot>(() => {
    const pins = this.pins.value;
    return this.hover.value ?? pins[pins.length - 1] ?? { value: this.layer.value, feature: this.cursor.value };
  });

  readonly region = computed<Region | Failure>(() => this.regionAt(this.spot.value));
  readonly pinned = computed<(Region | Failure)[]>(() => this.pins.value.map((pin) => this.regionAt(pin)));
  readonly reach = computed<Reach | Failure | null>(() => {
    if (this.direction.value !== "seen") return null;
    const input = this.input.value;
    const pixel = this.pixel.value ?? this.pixelUnderSpot();
    return attempt(() => reachOf(this.network.value, pixel, input));
  });

  /** Values drawn in the stack, from the input to the chosen layer. */
  readonly path = computed(() => pathTo(this.network.value, this.layer.value, this.input.value));

  value(id: number): Value {
    return this.network.value.values[id];
  }

  private regionAt(spot: Spot): Region | Failure {
    return attempt(() => regionOf(this.network.value, spot.value, spot.feature, this.input.value));
  }

  /** The pixel in the middle of what the shown feature sees. */
  private pixelUnderSpot(): number[] {
    const { extents } = this.network.value.inputs[this.input.value];
    const { value, feature } = this.spot.value;
    const box = theoryOf(this.value(value), feature, this.input.value, extents.length);
    return extents.map((n, axis) => Math.max(0, Math.min(n - 1, box ? Math.floor((box[axis][0] + box[axis][1]) / 2) : n >> 1)));
  }

  // ---------------------------------------------------------------- what a person does

  choose(id: number, feature?: number[]): void {
    batch(() => {
      const before = this.value(this.layer.value);
      const after = this.value(id);
      this.cursor.value = feature ?? follow(before, this.cursor.value, after);
      this.layer.value = id;
      this.hover.value = null;
    });
  }

  point(spot: Spot | null): void {
    this.hover.value = spot;
  }

  /** Pin a feature, or take its pin away; at most two are kept. */
  pin(spot: Spot): void {
    const same = (pin: Spot) => pin.value === spot.value && pin.feature.join() === spot.feature.join();
    const pins = this.pins.value;
    this.pins.value = pins.some(same) ? pins.filter((pin) => !same(pin)) : [...pins.slice(-1), spot];
  }

  clear(): void {
    batch(() => {
      this.pins.value = [];
      this.hover.value = null;
      this.pixel.value = null;
    });
  }

  replace(network: Network, keep = false): void {
    batch(() => {
      const name = this.value(this.layer.value)?.name;
      const feature = this.cursor.value;
      const old = this.value(this.layer.value);
      this.clear();
      this.input.value = firstInput(network);
      const found = keep ? network.values.findIndex((value) => value.name === name) : -1;
      const id = found >= 0 ? found : firstLayer(network);
      this.network.value = network;
      this.layer.value = id;
      this.cursor.value = keep && old ? follow(old, feature, network.values[id]) : middle(network.values[id]);
    });
  }
}

export function failed(answer: unknown): answer is Failure {
  return typeof answer === "object" && answer !== null && "failure" in answer;
}

function attempt<T>(answer: () => T): T | Failure {
  try {
    return answer();
  } catch (error) {
    if (error instanceof LimitError) return { failure: `This cannot be followed here: ${error.message}.` };
    throw error;
  }
}

export function middle(value: Value): number[] {
  return value.layout.extents.map((n) => n >> 1);
}

/** The feature of another layer at the same place of the map. */
function follow(before: Value, feature: number[], after: Value): number[] {
  const [from, to] = [before.layout, after.layout];
  return to.extents.map((n, axis) => {
    const was = from.axes.indexOf(to.axes[axis]);
    if (was < 0) return n >> 1;
    return Math.min(n - 1, Math.floor(((feature[was] + 0.5) / from.extents[was]) * n));
  });
}

/** The first input that has pixels. */
function firstInput(network: Network): number {
  return Math.max(0, network.inputs.findIndex((input) => input.extents.length > 0));
}

/** The deepest layer whose field is still a part of the image: there is most to see. */
export function firstLayer(network: Network): number {
  const rows = network.values.filter((value) => value.level > 0 && value.id >= network.inputs.length && value.layout.extents.length);
  const partly = rows.filter((value) =>
    value.numbers.length > 0 && value.layout.extents.every((n) => n > 1) &&
    value.numbers.every((axis) => {
      const input = network.inputs.find((one) => one.name === axis.input) ?? network.inputs[0];
      return !axis.global && axis.size <= 0.8 * input.extents[input.axes.indexOf(axis.axis)];
    }),
  );
  const best = partly[partly.length - 1] ?? rows[rows.length - 1] ?? network.values[network.values.length - 1];
  return best.id;
}

export function sameFeature(a: number[], b: number[]): boolean {
  return a.length === b.length && range(0, a.length).every((k) => a[k] === b[k]);
}
