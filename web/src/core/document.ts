/** The document that Python writes (schema eyeshot.explorer/1), and the network that the page makes of it. */

import type { Access, Reading, Shape } from "./boxes";
import type { Border, IndexMap, Tap } from "./maps";
import type { Runs } from "./sets";

export const SCHEMA = "eyeshot.explorer/1";

/** Numbers of a row along one axis, as in eyeshot.table/1. */
export interface AxisNumbers {
  input: string;
  axis: string;
  n: number;
  /** Null where it varies: no single distance exists. */
  jump: number | null;
  size: number;
  size_min: number;
  start: number;
  padding: number;
  period: number | null;
  global: boolean;
  /** "local", "global", "causal" (all up to here) or "anticausal". */
  reach: string;
  local_size: number | null;
  /** null where it is no one distance. */
  misaligned: number | null;
}

export interface Layout {
  axes: string[];
  extents: number[];
  /** The value's dimensions as row-major products of factors: size, and axis of features or −1. */
  dims: [number, number][][];
}

/** Axis of features (−1: none), period, advance, lo, hi: intervals along one axis of an input. */
export type Along = [number, number, number, number[], number[]];
export type Piece = [Along[], [number, number[]][]];
export interface Outlook {
  global: number[];
  pieces?: Piece[];
  listed?: number[][];
}

export interface Op {
  kind: string;
  [setting: string]: unknown;
}

/** How far an answer can be trusted; a network that was read up to a data-dependent step only, and its last value, are partial. */
export type Status = "exact" | "bounded" | "partial" | "unsupported";

type RawMap = [number, number, number, number, Border, number, Tap[][]];
type RawReading = { links: [number, number][] } | { from: number[]; to: number[] };
type RawNode = [
  string, string, number[], number[], (number | null)[], number, number, number, number[], Status, number, string[],
];

export interface Document {
  schema: string;
  model: string;
  status: Status;
  inputs: { name: string; shape: number[]; axes: [string, number][] }[];
  maps: RawMap[];
  readings: RawReading[];
  layouts: Layout[];
  outlooks: (Outlook | null)[][];
  ops: Op[];
  numbers: AxisNumbers[];
  nodes: RawNode[];
  calls: [string, string, number, number][];
  notes: string[];
}

/** An input of the network, or what a node made. */
export interface Value {
  id: number;
  name: string;
  kind: string;
  shape: Shape;
  layout: Layout;
  inputs: number[];
  /** What is read of each of them; null where it is too irregular to be in the page. */
  readings: (Reading | null)[];
  op: Op;
  outlook: (Outlook | null)[];
  numbers: AxisNumbers[];
  status: Status;
  /** 0: one operation of many; 1: a row of the table; 2: a row whose numbers are new. */
  level: number;
  blamed: string[];
}

export interface Input {
  name: string;
  shape: Shape;
  axes: string[];
  dims: number[];
  extents: number[];
}

export interface Call {
  name: string;
  kind: string;
  /** Values [first, stop). */
  first: number;
  stop: number;
}

export interface Network {
  model: string;
  status: Status;
  inputs: Input[];
  /** Inputs first, then nodes in the order of execution. */
  values: Value[];
  calls: Call[];
  notes: string[];
}

export function networkOf(document: Document): Network {
  if (document?.schema !== SCHEMA) throw new Error(`a document must say its schema ${SCHEMA}`);
  const maps = document.maps.map(mapOf);
  const readings = document.readings.map((raw) => readingOf(raw, maps));
  const inputs = document.inputs.map(({ name, shape, axes }) => {
    const dims = axes.map(([, dim]) => dim);
    return { name, shape, axes: axes.map(([axis]) => axis), dims, extents: dims.map((d) => shape[d]) };
  });
  const values = inputs.map((input, id) => inputValue(input, id, inputs.length));
  for (const [name, kind, shape, from, read, op, layout, outlook, numbers, status, level, blamed] of document.nodes) {
    values.push({
      id: values.length,
      name,
      kind,
      shape,
      layout: document.layouts[layout],
      inputs: from,
      readings: read.map((number) => (number === null ? null : readings[number])),
      op: document.ops[op],
      outlook: document.outlooks[outlook],
      numbers: numbers.map((number) => document.numbers[number]),
      status,
      level,
      blamed,
    });
  }
  const first = inputs.length;
  const calls = document.calls.map(([name, kind, a, b]) => ({ name, kind, first: a + first, stop: b + first }));
  return { model: document.model, status: document.status, inputs, values, calls, notes: document.notes };
}

function mapOf([nIn, nOut, period, advance, border, lawful, taps]: RawMap): IndexMap {
  return { nIn, nOut, period, advance, border, lawful: Boolean(lawful), taps };
}

function readingOf(raw: RawReading, maps: IndexMap[]): Reading {
  if ("from" in raw) return raw;
  const links: Access["links"] = raw.links.map(([dim, map]) => [dim, map < 0 ? null : maps[map]] as const);
  return { links };
}

export function inputValue(input: Input, id: number, inputs: number): Value {
  const pixel: Along[] = input.axes.map((_, axis) => [axis, 1, 1, [0], [1]]);
  const dims = input.shape.map((n, d): [number, number][] => [[n, input.dims.indexOf(d)]]);
  return {
    id,
    name: input.name,
    kind: "input",
    shape: input.shape,
    layout: { axes: input.axes, extents: input.extents, dims },
    inputs: [],
    readings: [],
    op: { kind: "input" },
    outlook: Array.from({ length: inputs }, (_, k) => ({ global: [], pieces: k === id ? [[pixel, []] as Piece] : [] })),
    numbers: input.axes.map((axis, k) => ({
      input: input.name, axis, n: input.extents[k], jump: 1, size: 1, size_min: 1, start: 0.5, padding: 0, period: 1,
      global: false, reach: "local", local_size: 1, misaligned: 0,
    })),
    status: "exact",
    level: 2,
    blamed: [],
  };
}

export type { Reading, Runs };
