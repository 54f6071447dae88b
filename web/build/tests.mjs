// test/walks.test.ts
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

// src/core/sets.ts
var EMPTY = [];
var MAX_RUNS = 2e5;
var LimitError = class extends Error {
};
function span(start, stop) {
  return stop > start ? [start, stop] : EMPTY;
}
function isSpan(set, n) {
  return set.length === 2 && set[0] === 0 && set[1] === n;
}
function size(set) {
  let total = 0;
  for (let i = 0; i < set.length; i += 2) total += set[i + 1] - set[i];
  return total;
}
function has(set, index) {
  let low = 0;
  let high = set.length / 2;
  while (low < high) {
    const middle = low + high >> 1;
    if (set[2 * middle + 1] <= index) low = middle + 1;
    else high = middle;
  }
  return low < set.length / 2 && set[2 * low] <= index;
}
function equal(a, b) {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
function joined(pairs2) {
  if (pairs2.length === 1) return span(pairs2[0][0], pairs2[0][1]);
  if (pairs2.length > MAX_RUNS) throw new LimitError(`a set of more than ${MAX_RUNS.toLocaleString("en")} pieces`);
  pairs2.sort((p, q) => p[0] - q[0]);
  const out = [];
  for (const [start, stop] of pairs2) {
    if (stop <= start) continue;
    const last = out.length - 1;
    if (last > 0 && start <= out[last]) {
      if (stop > out[last]) out[last] = stop;
    } else {
      out.push(start, stop);
    }
  }
  return out;
}
function pairs(set) {
  const out = [];
  for (let i = 0; i < set.length; i += 2) out.push([set[i], set[i + 1]]);
  return out;
}
function union(a, b) {
  if (!a.length || equal(a, b)) return b;
  if (!b.length) return a;
  return joined([...pairs(a), ...pairs(b)]);
}
function intersection(a, b) {
  const out = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const start = Math.max(a[i], b[j]);
    const stop = Math.min(a[i + 1], b[j + 1]);
    if (stop > start) out.push(start, stop);
    if (a[i + 1] < b[j + 1]) i += 2;
    else j += 2;
  }
  return out;
}
function within(a, b) {
  return equal(intersection(a, b), a);
}

// src/core/maps.ts
var MAX_STEPS = 2e6;
function isIdentity(map) {
  if (map.nIn !== map.nOut || map.period !== 1 || map.advance !== 1 || map.taps[0].length !== 1) return false;
  const [first, count] = map.taps[0][0];
  return first === 0 && count === 1;
}
function isWhole(map) {
  if (map.advance !== 0 || map.period !== 1 || map.taps[0].length !== 1) return false;
  const [first, count, step] = map.taps[0][0];
  return first === 0 && count === map.nIn && (step === 1 || count === 1);
}
function image(map, outs) {
  if (!outs.length || isIdentity(map)) return outs;
  if (isWhole(map)) return span(0, map.nIn);
  const found = [];
  let steps = 0;
  for (let r = 0; r < outs.length; r += 2) {
    const [a, b] = [outs[r], outs[r + 1]];
    const phases = Math.min(map.period, b - a);
    for (let k = 0; k < phases; k++) {
      const phase = mod(a + k, map.period);
      const first = Math.ceil((a - phase) / map.period);
      const last = Math.ceil((b - phase) / map.period);
      for (const tap of map.taps[phase]) {
        steps += progress(tap, map.advance, first, last, found);
        if (steps > MAX_STEPS) throw new LimitError("too many single taps to follow");
      }
    }
  }
  return folded(map, found);
}
function progress([start, count, step], advance, first, last, found) {
  if (last <= first || count === 0) return 0;
  const [low, high] = advance >= 0 ? [first, last - 1] : [last - 1, first];
  if (step === 1 && (count >= Math.abs(advance) || last - first === 1)) {
    found.push([start + low * advance, start + high * advance + count]);
    return 1;
  }
  if (Math.abs(advance) <= 1) {
    for (let t = 0; t < count; t++) {
      const tap = start + t * step;
      found.push([tap + low * advance, tap + high * advance + 1]);
    }
    return count;
  }
  for (let turn = first; turn < last; turn++) {
    for (let t = 0; t < count; t++) {
      const tap = start + t * step + turn * advance;
      found.push([tap, tap + 1]);
    }
  }
  return (last - first) * count;
}
function folded(map, taps) {
  const n = map.nIn;
  if (n === 0) return EMPTY;
  const found = [];
  for (const [start, stop] of taps) {
    if (start >= 0 && stop <= n) found.push([start, stop]);
    else if (map.border === "nothing") found.push([Math.max(0, start), Math.min(n, stop)]);
    else if (map.border === "clamp") found.push([clamp(start, n), clamp(stop - 1, n) + 1]);
    else unfoldedRun(map.border, n, start, stop, found);
  }
  return found.length ? joined(found) : EMPTY;
}
function unfoldedRun(border, n, start, stop, found) {
  const turn = border === "wrap" || n === 1 ? n : 2 * (n - 1);
  if (stop - start >= turn) {
    found.push([0, n]);
    return;
  }
  const first = Math.floor(start / turn) * turn;
  for (let base = first; base < stop; base += turn) {
    const [a, b] = [Math.max(start, base) - base, Math.min(stop, base + turn) - base];
    if (b <= a) continue;
    found.push([Math.min(a, n), Math.min(b, n)]);
    if (turn > n && b > n) found.push([turn - b + 1, turn - Math.max(a, n) + 1]);
  }
}
function preimage(map, ins) {
  if (!ins.length || isIdentity(map)) return ins;
  if (isWhole(map)) return span(0, map.nOut);
  const wanted = map.border === "nothing" ? ins : unfolded(map, ins);
  const found = [];
  for (let phase = 0; phase < Math.min(map.period, map.nOut); phase++) {
    for (const [start, count, step] of map.taps[phase]) {
      const solid = step === 1 || count === 1;
      for (let t = 0; t < (solid ? Math.min(1, count) : count); t++) {
        const [low, high] = solid ? [start, start + count] : [start + t * step, start + t * step + 1];
        for (let r = 0; r < wanted.length; r += 2) turnsInto(map, phase, low, high, wanted[r], wanted[r + 1], found);
      }
    }
    if (found.length > MAX_STEPS) throw new LimitError("too many single taps to follow");
  }
  return found.length ? joined(found) : EMPTY;
}
function turnsInto(map, phase, low, high, x, y, found) {
  const { period, advance, nOut } = map;
  let first = 0;
  let last = Math.ceil((nOut - phase) / period);
  if (advance === 0) {
    if (low >= y || high <= x) return;
  } else if (advance > 0) {
    first = Math.max(first, Math.floor((x - high) / advance) + 1);
    last = Math.min(last, Math.ceil((y - low) / advance));
  } else {
    first = Math.max(first, Math.floor((low - y) / -advance) + 1);
    last = Math.min(last, Math.ceil((high - x) / -advance));
  }
  if (period === 1) {
    if (last > first) found.push([first, last]);
    return;
  }
  for (let turn = first; turn < last; turn++) {
    const o = phase + turn * period;
    if (o < nOut) found.push([o, o + 1]);
  }
}
function unfolded(map, ins) {
  const [low, high] = tapRange(map);
  const n = map.nIn;
  const found = pairs(ins);
  if (map.border === "clamp") {
    if (ins[0] === 0 && low < 0) found.push([low, 0]);
    if (ins[ins.length - 1] === n && high >= n) found.push([n, high + 1]);
    return joined(found);
  }
  const turn = map.border === "wrap" || n === 1 ? n : 2 * (n - 1);
  for (let base = Math.floor(low / turn) * turn; base <= high; base += turn) {
    for (let r = 0; r < ins.length; r += 2) {
      found.push([base + ins[r], base + ins[r + 1]]);
      if (turn !== n) found.push([base + turn - ins[r + 1] + 1, base + turn - ins[r] + 1]);
    }
  }
  return joined(found);
}
function tapRange(map) {
  let [low, high] = [0, 0];
  const turns = Math.floor((map.nOut - 1) / map.period);
  for (const phase of map.taps) {
    for (const [start, count, step] of phase) {
      const ends = [start, start + (count - 1) * step];
      for (const end of [...ends, ...ends.map((e) => e + turns * map.advance)]) {
        low = Math.min(low, end);
        high = Math.max(high, end);
      }
    }
  }
  return [low, high];
}
function clamp(index, n) {
  return Math.max(0, Math.min(n - 1, index));
}
function mod(a, b) {
  return (a % b + b) % b;
}

// src/core/boxes.ts
var MAX_BOXES = 5e3;
function backward(boxes, reading, shape) {
  if ("from" in reading) return regrouped(boxes, reading.to, reading.from);
  const found = [];
  for (const out of boxes) {
    const sets = [];
    for (let d = 0; d < shape.length; d++) {
      const [dim, map] = reading.links[d];
      sets.push(dim < 0 ? span(0, shape[d]) : map ? image(map, out[dim]) : out[dim]);
      if (!sets[d].length) break;
    }
    if (sets.length === shape.length && (!shape.length || sets[shape.length - 1].length)) found.push(sets);
  }
  return found;
}
function forward(boxes, reading, shape) {
  if ("from" in reading) return regrouped(boxes, reading.from, reading.to);
  const found = [];
  for (const given of boxes) {
    const sets = shape.map((n) => span(0, n));
    let some = true;
    reading.links.forEach(([dim, map], d) => {
      if (dim < 0) return;
      sets[dim] = map ? preimage(map, given[d]) : given[d];
      some &&= sets[dim].length > 0;
    });
    if (some) found.push(sets);
  }
  return found;
}
function groupsOf(from, to) {
  const groups = [];
  let i = 0;
  let o = 0;
  while (i < from.length || o < to.length) {
    const [endI, endO] = groupEnd(from, to, i, o);
    groups.push([range(i, endI), range(o, endO)]);
    [i, o] = [endI, endO];
  }
  return groups;
}
function groupEnd(from, to, i, o) {
  const oneIn = i < from.length && from[i] === 1;
  const oneOut = o < to.length && to[o] === 1;
  if (oneIn || oneOut) return [i + Number(oneIn), o + Number(oneOut)];
  let sizeIn = from[i++];
  let sizeOut = to[o++];
  while (sizeIn !== sizeOut) {
    if (sizeIn < sizeOut) sizeIn *= from[i++];
    else sizeOut *= to[o++];
  }
  return [i, o];
}
function regrouped(boxes, here, there) {
  const groups = groupsOf(here, there);
  const found = [];
  for (const box of boxes) {
    let choices = [there.map(() => EMPTY)];
    for (const [mine, theirs] of groups) {
      const merged = mergeSets(mine.map((d) => box[d]), mine.map((d) => here[d]));
      const pieces = splitSet(merged, theirs.map((d) => there[d]));
      if (choices.length * pieces.length > MAX_BOXES) throw tooMany();
      choices = choices.flatMap(
        (choice) => pieces.map((piece) => {
          const next = choice.slice();
          theirs.forEach((d, k) => {
            next[d] = piece[k];
          });
          return next;
        })
      );
    }
    found.push(...choices);
    if (found.length > MAX_BOXES) throw tooMany();
  }
  return found;
}
function mergeSets(sets, sizes) {
  let merged = [0, 1];
  let inner = 1;
  for (let d = sets.length - 1; d >= 0; d--) {
    if (isSpan(merged, inner)) {
      const scale = inner;
      merged = sets[d].map((end) => end * scale);
    } else {
      const runs = [];
      for (const [a, b] of pairs(sets[d])) {
        for (let i = a; i < b; i++) for (const [x, y] of pairs(merged)) runs.push([i * inner + x, i * inner + y]);
      }
      merged = joined(runs);
    }
    inner *= sizes[d];
  }
  return merged;
}
function splitSet(merged, sizes) {
  if (!merged.length) return [];
  if (sizes.length <= 1) return [sizes.length ? [merged] : []];
  const inner = sizes.slice(1).reduce((a, b) => a * b, 1);
  if (isSpan(merged, sizes[0] * inner)) return [sizes.map((n) => span(0, n))];
  const whole = [];
  const partial = /* @__PURE__ */ new Map();
  for (const [start, stop] of pairs(merged)) {
    const [first, last] = [Math.ceil(start / inner), Math.floor(stop / inner)];
    if (first < last) whole.push([first, last]);
    for (const row of /* @__PURE__ */ new Set([Math.floor(start / inner), Math.floor((stop - 1) / inner)])) {
      const [a, b] = [Math.max(start, row * inner), Math.min(stop, (row + 1) * inner)];
      if (b - a < inner) partial.set(row, [...partial.get(row) ?? [], [a - row * inner, b - row * inner]]);
    }
  }
  const rows = /* @__PURE__ */ new Map();
  if (whole.length) rows.set(`0,${inner}`, { columns: span(0, inner), listed: whole });
  for (const [row, runs] of partial) {
    const columns = joined(runs);
    const known = rows.get(columns.join());
    if (known) known.listed.push([row, row + 1]);
    else rows.set(columns.join(), { columns, listed: [[row, row + 1]] });
  }
  const found = [];
  for (const { columns, listed } of rows.values()) {
    for (const deeper of splitSet(columns, sizes.slice(1))) found.push([joined(listed), ...deeper]);
  }
  return found;
}
function unite(boxes) {
  if (boxes.length < 2) return boxes.slice();
  const united = [];
  const waiting = boxes.slice();
  for (let box = waiting.pop(); box; box = waiting.pop()) {
    let done = false;
    for (let k = 0; k < united.length && !done; k++) {
      const other = united[k];
      const both = joinedBoxes(box, other);
      if (!both) continue;
      done = true;
      if (both !== other) {
        united.splice(k, 1);
        waiting.push(both);
      }
    }
    if (!done) united.push(box);
    if (united.length > MAX_BOXES) throw tooMany();
  }
  return united;
}
function joinedBoxes(a, b) {
  let differing = -1;
  let several = false;
  for (let d = 0; d < a.length; d++) {
    if (equal(a[d], b[d])) continue;
    several ||= differing >= 0;
    differing = d;
  }
  if (differing < 0) return b;
  if (!several) {
    const both = union(a[differing], b[differing]);
    return equal(both, b[differing]) ? b : b.map((set, d) => d === differing ? both : set);
  }
  if (a.every((set, d) => within(set, b[d]))) return b;
  if (b.every((set, d) => within(set, a[d]))) return a;
  return null;
}
function volume(boxes) {
  if (!boxes.length) return 0;
  if (boxes.length === 1 || !boxes[0].length) return boxes[0].reduce((product, set) => product * size(set), 1);
  const ends = [...new Set(boxes.flatMap((box) => [...box[0]]))].sort((p, q) => p - q);
  const cache = /* @__PURE__ */ new Map();
  let total = 0;
  for (let e = 0; e + 1 < ends.length; e++) {
    const here = boxes.flatMap((box, k) => has(box[0], ends[e]) ? [k] : []);
    if (!here.length) continue;
    const key = here.join();
    let rest = cache.get(key);
    if (rest === void 0) {
      rest = boxes[0].length === 1 ? 1 : volume(unite(here.map((k) => boxes[k].slice(1))));
      cache.set(key, rest);
    }
    total += (ends[e + 1] - ends[e]) * rest;
  }
  return total;
}
function hullOf(boxes, dimensions) {
  return range(0, dimensions).map((d) => {
    if (!boxes.length) return [0, 0];
    let [low, high] = [Infinity, -Infinity];
    for (const box of boxes) {
      low = Math.min(low, box[d][0]);
      high = Math.max(high, box[d][box[d].length - 1]);
    }
    return [low, high];
  });
}
function range(start, stop) {
  return Array.from({ length: Math.max(0, stop - start) }, (_, k) => start + k);
}
function tooMany() {
  return new LimitError(`what a feature reads here falls into more than ${MAX_BOXES.toLocaleString("en")} pieces`);
}

// src/core/document.ts
var SCHEMA = "eyeshot.explorer/1";
function networkOf(document) {
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
      readings: read.map((number) => number === null ? null : readings[number]),
      op: document.ops[op],
      outlook: document.outlooks[outlook],
      numbers: numbers.map((number) => document.numbers[number]),
      status,
      level,
      blamed
    });
  }
  const first = inputs.length;
  const calls = document.calls.map(([name, kind, a, b]) => ({ name, kind, first: a + first, stop: b + first }));
  return { model: document.model, status: document.status, inputs, values, calls, notes: document.notes };
}
function mapOf([nIn, nOut, period, advance, border, lawful, taps]) {
  return { nIn, nOut, period, advance, border, lawful: Boolean(lawful), taps };
}
function readingOf(raw, maps) {
  if ("from" in raw) return raw;
  const links = raw.links.map(([dim, map]) => [dim, map < 0 ? null : maps[map]]);
  return { links };
}
function inputValue(input, id, inputs) {
  const pixel = input.axes.map((_, axis) => [axis, 1, 1, [0], [1]]);
  const dims = input.shape.map((n, d) => [[n, input.dims.indexOf(d)]]);
  return {
    id,
    name: input.name,
    kind: "input",
    shape: input.shape,
    layout: { axes: input.axes, extents: input.extents, dims },
    inputs: [],
    readings: [],
    op: { kind: "input" },
    outlook: Array.from({ length: inputs }, (_, k) => ({ global: [], pieces: k === id ? [[pixel, []]] : [] })),
    numbers: input.axes.map((axis, k) => ({
      input: input.name,
      axis,
      n: input.extents[k],
      jump: 1,
      size: 1,
      size_min: 1,
      start: 0.5,
      padding: 0,
      period: 1,
      global: false,
      local_size: 1,
      misaligned: 0
    })),
    status: "exact",
    level: 2,
    blamed: []
  };
}

// src/core/region.ts
function regionOf(network, id, feature, input = 0) {
  const value = network.values[id];
  const elements = /* @__PURE__ */ new Map([[id, [locate(value.layout, feature)]]]);
  const unknown = [];
  for (let k = id; k >= network.inputs.length; k--) {
    const wanted = elements.get(k);
    if (!wanted?.length) continue;
    const node = network.values[k];
    node.inputs.forEach((source, position) => {
      const reading = node.readings[position];
      if (!reading) {
        unknown.push(node.name);
        return;
      }
      const found = backward(wanted, reading, network.values[source].shape);
      const known = elements.get(source);
      if (known) elements.set(source, unite([...known, ...found]));
      else if (found.length) elements.set(source, found.length > 1 ? unite(found) : found);
    });
  }
  const { dims } = network.inputs[input];
  const read = elements.get(input) ?? [];
  const products = unite(read.map((box) => dims.map((d) => box[d])));
  return {
    value: id,
    feature,
    input,
    elements,
    box: theoryOf(value, feature, input, dims.length),
    pixels: hullOf(products, dims.length),
    products,
    read: volume(products),
    unknown
  };
}
function reachOf(network, pixel, input = 0) {
  const { shape, dims } = network.inputs[input];
  const at = shape.map((n, d) => dims.includes(d) ? span(pixel[dims.indexOf(d)], pixel[dims.indexOf(d)] + 1) : span(0, n));
  const elements = /* @__PURE__ */ new Map([[input, [at]]]);
  const unknown = [];
  for (let k = network.inputs.length; k < network.values.length; k++) {
    const node = network.values[k];
    const found = [];
    node.inputs.forEach((source, position) => {
      const given = elements.get(source);
      if (!given) return;
      const reading = node.readings[position];
      if (reading) found.push(...forward(given, reading, node.shape));
      else unknown.push(node.name);
    });
    if (found.length) elements.set(k, found.length > 1 ? unite(found) : found);
  }
  return { input, pixel, elements, unknown };
}
function theoryOf(value, feature, input, axes) {
  const outlook = value.outlook[input];
  if (!outlook) return null;
  if (outlook.listed) {
    const ends = outlook.listed[value.layout.extents.reduce((number, n, axis) => number * n + feature[axis], 0)];
    return range(0, axes).map((axis) => [ends[2 * axis], ends[2 * axis + 1]]);
  }
  return hullOfPieces(outlook, feature, axes);
}
function hullOfPieces(outlook, feature, axes) {
  let hull = null;
  for (const [along, masks] of outlook.pieces ?? []) {
    if (!masks.every(([axis, runs]) => has(runs, feature[axis]))) continue;
    const box = along.map((one) => intervalAt(one, feature));
    if (!box.every(([lo, hi]) => hi > lo)) continue;
    hull = hull ? hull.map(([lo, hi], axis) => [Math.min(lo, box[axis][0]), Math.max(hi, box[axis][1])]) : box;
  }
  return hull ?? range(0, axes).map(() => [0, 0]);
}
function intervalAt([axis, period, advance, lo, hi], feature) {
  const i = axis < 0 ? 0 : feature[axis];
  const phase = mod(i, period);
  const moved = (i - phase) / period * advance;
  return [lo[phase] + moved, hi[phase] + moved];
}
function locate(layout, feature) {
  const left = feature.slice();
  const digits = layout.dims.map((factors) => factors.map(() => -1));
  for (let d = layout.dims.length - 1; d >= 0; d--) {
    for (let p = layout.dims[d].length - 1; p >= 0; p--) {
      const [n, axis] = layout.dims[d][p];
      if (axis < 0) continue;
      digits[d][p] = mod(left[axis], n);
      left[axis] = Math.floor(left[axis] / n);
    }
  }
  return layout.dims.map(
    (factors, d) => mergeSets(
      factors.map(([n], p) => digits[d][p] < 0 ? span(0, n) : span(digits[d][p], digits[d][p] + 1)),
      factors.map(([n]) => n)
    )
  );
}
function positions(layout, boxes) {
  const found = [];
  for (const box of boxes) {
    let products = [[]];
    layout.dims.forEach((factors, d) => {
      const pieces = splitSet(box[d], factors.map(([n]) => n));
      products = products.flatMap((product) => pieces.map((piece) => [...product, piece]));
    });
    for (const product of products) found.push(gathered(layout, product));
  }
  return unite(found);
}
function gathered(layout, product) {
  return layout.extents.map((_, axis) => {
    const sets = [];
    const sizes = [];
    layout.dims.forEach((factors, d) => {
      factors.forEach(([n, a], p) => {
        if (a !== axis) return;
        sets.push(product[d][p]);
        sizes.push(n);
      });
    });
    return mergeSets(sets, sizes);
  });
}

// test/walks.test.ts
var cases = JSON.parse(readFileSync("../tests/explorer/golden/walks.json", "utf8"));
for (const [name, { document, regions, reaches }] of Object.entries(cases)) {
  const network = networkOf(document);
  test(`fields of ${name}`, () => {
    for (const [id, feature, input, box, pixels, read, mask] of regions) {
      const region = regionOf(network, id, feature, input);
      const where = `${network.values[id].name} at ${feature}`;
      assert.deepEqual(region.unknown, [], where);
      assert.deepEqual(region.box, box, where);
      assert.deepEqual(region.pixels, pixels, where);
      assert.equal(region.read, read, where);
      if (mask !== null) assert.equal(maskOf(region.products, pixels), mask, where);
    }
  });
  test(`reach of ${name}`, () => {
    for (const [input, pixel, counted] of reaches) {
      const reach = reachOf(network, pixel, input);
      for (const [id, features, count] of counted) {
        const { layout } = network.values[id];
        const products = positions(layout, reach.elements.get(id) ?? []);
        assert.deepEqual(hullOf(products, layout.extents.length), features, `${network.values[id].name} from ${pixel}`);
        assert.equal(volume(products), count, `${network.values[id].name} from ${pixel}`);
      }
    }
  });
}
test("the golden file holds cases", () => assert.ok(Object.keys(cases).length > 50));
function maskOf(products, box) {
  let cells = [[]];
  for (const [lo, hi] of box) {
    cells = cells.flatMap((cell) => Array.from({ length: hi - lo }, (_, k) => [...cell, lo + k]));
  }
  if (box.some(([lo, hi]) => hi <= lo)) return "";
  return cells.map((cell) => products.some((p) => p.every((set, d) => has(set, cell[d]))) ? "1" : "0").join("");
}
