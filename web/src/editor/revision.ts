/** Changes to a network that Python gave, branches and all: other numbers, layers left out, layers put in. */

import { type Input, inputValue, type Network, type Value } from "../core/document";
import { LimitError } from "../core/sets";
import { Impossible } from "../follow/operations";
import { type Followed, followedOf, recomputed } from "../follow/recompute";
import { NotFollowed, startOf } from "../follow/terms";
import { layerOf, opOf } from "./chain";
import { type Layer, layerText } from "./layers";

export interface Revision {
  /** The size of the input along every axis; null as it was. */
  input: readonly number[] | null;
  /** By the key of a layer what it has become; null where it is left out. */
  changes: ReadonlyMap<string, Layer | null>;
  /** Layers put in, each on every way that leaves another one. */
  added: readonly Added[];
}

export interface Added {
  after: string;
  layer: Layer;
}

export const UNCHANGED: Revision = { input: null, changes: new Map(), added: [] };

/** A line of the editor. */
export interface Line {
  key: string;
  name: string;
  kind: string;
  /** What can be changed of it; null for what only follows. */
  layer: Layer | null;
  /** What it is in the revised network; null where it is not in it. */
  value: Value | null;
  /** Why it cannot be; "" if only something before it cannot. */
  why: string | null;
  state: "given" | "changed" | "out" | "added";
  /** Whether it may be left out, and whether a layer may be put behind it. */
  goes: boolean;
  grows: boolean;
}

export interface Revised {
  network: Network;
  lines: Line[];
}

/** What is known of a network before any change. */
export class Base {
  readonly followed: Followed[];
  readonly keys: string[];
  /** Of a program that was watched every row of the table is one that changes. */
  readonly isProgram: boolean;
  private readonly places = new Map<string, number>();
  private readonly layers: (Layer | null)[];

  constructor(readonly network: Network) {
    this.followed = followedOf(network);
    this.keys = network.values.map(({ name, id }) => {
      const key = this.places.has(name) ? `${name}#${id}` : name;
      this.places.set(key, id);
      return key;
    });
    this.layers = network.values.map((value) => (value.id < network.inputs.length ? null : layerOf(value, spatial(value))));
    this.isProgram = network.values.every((value) => value.level !== 1);
  }

  get axes(): number {
    return this.network.inputs[0].extents.length;
  }

  has(key: string): boolean {
    return this.places.has(key);
  }

  /** What the editor may change of a layer; null if nothing. */
  layer(key: string): Layer | null {
    return this.layers[this.places.get(key) ?? 0];
  }

  grows(key: string): boolean {
    const id = this.places.get(key);
    return id !== undefined && spatial(this.network.values[id]) === this.axes;
  }
}

/** The number of dimensions behind batch and channels, if they are the axes of the features; else 0. */
function spatial({ layout }: Value): number {
  const axes = layout.dims.length - 2;
  const plain = layout.dims.every((factors, d) => factors.length === 1 && factors[0][1] === (d < 2 ? -1 : d - 2));
  return axes >= 1 && axes <= 3 && plain && layout.extents.length === axes ? axes : 0;
}

/** A revision in which one layer has become another one, or is left out (null). */
export function changed(base: Base, revision: Revision, key: string, layer: Layer | null): Revision {
  const added = revision.added.findIndex((one) => one.layer.name === key);
  if (added >= 0) {
    const { after } = revision.added[added];
    if (layer) return { ...revision, added: revision.added.map((one, k) => (k === added ? { after, layer } : one)) };
    // What stood behind a layer that goes stands behind the one before it.
    const rest = revision.added.filter((_, k) => k !== added);
    return { ...revision, added: rest.map((one) => (one.after === key ? { ...one, after } : one)) };
  }
  const was = base.layer(key);
  if (!was) return revision;
  const changes = new Map(revision.changes);
  if (layer && layerText(layer, false) === layerText(was, false)) changes.delete(key);
  else changes.set(key, layer);
  return { ...revision, changes };
}

export function revise(base: Base, revision: Revision): Revised {
  return new Pass(base, revision).run();
}

interface Place extends Followed {
  /** Whether nothing before it was changed, itself included. */
  same: boolean;
}

/** One way through a network from its inputs on. */
class Pass {
  private readonly values: Value[] = [];
  private readonly lines: Line[] = [];
  private readonly now: (Place | null)[] = [];
  private readonly starts: number[] = [];
  private readonly inputs: Input[];

  constructor(private readonly base: Base, private readonly revision: Revision) {
    this.inputs = base.network.inputs.map((input) => (revision.input ? resized(input, revision.input) : input));
  }

  run(): Revised {
    const { network } = this.base;
    for (const given of network.values) {
      this.starts.push(this.values.length);
      this.now.push(given.id < this.inputs.length ? this.entered(given) : this.stepped(given));
      this.grow(given);
    }
    const at = (id: number) => this.starts[id] ?? this.values.length;
    const calls = network.calls.map((call) => ({ ...call, first: at(call.first), stop: at(call.stop) })).filter((call) => call.stop > call.first);
    return { network: { ...network, inputs: this.inputs, values: this.values, calls }, lines: this.lines };
  }

  private entered(given: Value): Place {
    const input = this.inputs[given.id];
    const same = input === this.base.network.inputs[given.id];
    const value = same ? given : inputValue(input, given.id, this.inputs.length);
    this.values.push(value);
    return { value, terms: [startOf(input, given.id)], same };
  }

  private stepped(given: Value): Place | null {
    const key = this.base.keys[given.id];
    const change = this.revision.changes.get(key);
    const sources = given.inputs.map((id) => this.now[id]);
    const was = this.base.layer(key);
    const line: Line = {
      key, name: given.name, kind: given.kind, layer: change ?? was, value: null, why: null, goes: was !== null, grows: this.base.grows(key),
      state: change === undefined ? "given" : change ? "changed" : "out",
    };
    const place = change === null ? this.passed(sources[0]) : this.placed(given, sources, change ?? null, line);
    if (place && change !== null) line.value = place.value;
    if (given.level > 0 || was || line.why) this.lines.push(line);
    return place;
  }

  /** Whoever reads a layer that is left out reads what it read. */
  private passed(source: Place | null): Place | null {
    return source && { ...source, same: false };
  }

  private placed(given: Value, sources: (Place | null)[], change: Layer | null, line: Line): Place | null {
    const operands = sources.filter((source) => source !== null);
    if (operands.length < sources.length) {
      line.why = "";
      return null;
    }
    const inputs = operands.map(({ value }) => value.id);
    if (!change && operands.every(({ same }) => same)) return this.emitted({ ...this.base.followed[given.id], same: true }, inputs);
    const op = change ? opOf(change, given.op, 0) : given.op;
    const shapes = given.inputs.map((id) => this.base.network.values[id].shape);
    const found = this.attempted(() => recomputed(this.inputs, { given, op, operands, shapes }), line);
    if (!found) return null;
    const level = this.levelOf(given, found.value, operands, change !== null);
    return this.emitted({ ...found, value: { ...found.value, level }, same: false }, inputs);
  }

  private levelOf(given: Value, value: Value, operands: Followed[], isChanged: boolean): number {
    if (this.base.isProgram && given.level) return 2;
    const differs = operands.some((source) => source.value.id < this.inputs.length || told(source.value) !== told(value));
    return given.level ? (differs ? 2 : 1) : isChanged && differs ? 2 : 0;
  }

  private attempted(compute: () => Followed, line: Line): Followed | null {
    try {
      return compute();
    } catch (error) {
      if (error instanceof Impossible) line.why = error.message;
      else if (error instanceof NotFollowed || error instanceof LimitError) {
        line.why = `the page cannot compute this layer anew: ${error.message}; change the model itself and run eyeshot again`;
      } else throw error;
      return null;
    }
  }

  private emitted(place: Place, inputs: number[]): Place {
    const { value } = place;
    const id = this.values.length;
    const moved = value.id !== id || value.inputs.join() !== inputs.join() ? { ...value, id, inputs } : value;
    this.values.push(moved);
    return { ...place, value: moved };
  }

  /** Layers that are put in behind a layer, and those behind them. */
  private grow(given: Value): void {
    const key = this.base.keys[given.id];
    const waiting = this.revision.added.filter((one) => one.after === key);
    while (waiting.length) {
      const { layer } = waiting.shift() as Added;
      this.now[given.id] = this.put(layer, this.now[given.id]);
      waiting.unshift(...this.revision.added.filter((one) => one.after === layer.name));
    }
  }

  private put(layer: Layer, source: Place | null): Place | null {
    const line: Line = { key: layer.name, name: layer.name, kind: layer.kind, layer, value: null, why: source ? null : "", state: "added", goes: true, grows: true };
    this.lines.push(line);
    if (!source) return null;
    const op = opOf(layer, null, source.value.shape[1]);
    const given: Value = { ...source.value, name: layer.name, kind: layer.kind, op, level: 2 };
    const found = this.attempted(() => recomputed(this.inputs, { given, op, operands: [source], shapes: null }), line);
    if (!found) return null;
    const place = this.emitted({ ...found, same: false }, [source.value.id]);
    line.value = place.value;
    return place;
  }
}

function resized(input: Input, extents: readonly number[]): Input {
  const shape = input.shape.slice();
  input.dims.forEach((d, k) => {
    shape[d] = extents[k];
  });
  return { ...input, shape, extents: extents.slice() };
}

function told(value: Value): string {
  return JSON.stringify(value.numbers.map((axis) => [axis.axis, axis.n, axis.jump, axis.size, axis.local_size, axis.start]));
}
