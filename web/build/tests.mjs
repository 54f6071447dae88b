// test/chains.test.ts
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

// src/core/document.ts
var SCHEMA = "eyeshot.explorer/1";
function networkOf(document2) {
  if (document2?.schema !== SCHEMA) throw new Error(`a document must say its schema ${SCHEMA}`);
  const maps = document2.maps.map(mapOf);
  const readings = document2.readings.map((raw) => readingOf(raw, maps));
  const inputs = document2.inputs.map(({ name, shape, axes }) => {
    const dims = axes.map(([, dim]) => dim);
    return { name, shape, axes: axes.map(([axis]) => axis), dims, extents: dims.map((d4) => shape[d4]) };
  });
  const values = inputs.map((input, id) => inputValue(input, id, inputs.length));
  for (const [name, kind, shape, from, read, op, layout, outlook, numbers, status, level, blamed] of document2.nodes) {
    values.push({
      id: values.length,
      name,
      kind,
      shape,
      layout: document2.layouts[layout],
      inputs: from,
      readings: read.map((number) => number === null ? null : readings[number]),
      op: document2.ops[op],
      outlook: document2.outlooks[outlook],
      numbers: numbers.map((number) => document2.numbers[number]),
      status,
      level,
      blamed
    });
  }
  const first = inputs.length;
  const calls = document2.calls.map(([name, kind, a4, b4]) => ({ name, kind, first: a4 + first, stop: b4 + first }));
  return { model: document2.model, status: document2.status, inputs, values, calls, notes: document2.notes };
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
  const pixel = input.axes.map((_3, axis) => [axis, 1, 1, [0], [1]]);
  const dims = input.shape.map((n3, d4) => [[n3, input.dims.indexOf(d4)]]);
  return {
    id,
    name: input.name,
    kind: "input",
    shape: input.shape,
    layout: { axes: input.axes, extents: input.extents, dims },
    inputs: [],
    readings: [],
    op: { kind: "input" },
    outlook: Array.from({ length: inputs }, (_3, k5) => ({ global: [], pieces: k5 === id ? [[pixel, []]] : [] })),
    numbers: input.axes.map((axis, k5) => ({
      input: input.name,
      axis,
      n: input.extents[k5],
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

// src/core/sets.ts
var EMPTY = [];
var MAX_RUNS = 2e5;
var LimitError = class extends Error {
};
function span(start, stop) {
  return stop > start ? [start, stop] : EMPTY;
}
function isSpan(set, n3) {
  return set.length === 2 && set[0] === 0 && set[1] === n3;
}
function size(set) {
  let total = 0;
  for (let i4 = 0; i4 < set.length; i4 += 2) total += set[i4 + 1] - set[i4];
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
function equal(a4, b4) {
  if (a4 === b4) return true;
  if (a4.length !== b4.length) return false;
  for (let i4 = 0; i4 < a4.length; i4++) if (a4[i4] !== b4[i4]) return false;
  return true;
}
function joined(pairs2) {
  if (pairs2.length === 1) return span(pairs2[0][0], pairs2[0][1]);
  if (pairs2.length > MAX_RUNS) throw new LimitError(`a set of more than ${MAX_RUNS.toLocaleString("en")} pieces`);
  pairs2.sort((p5, q2) => p5[0] - q2[0]);
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
  for (let i4 = 0; i4 < set.length; i4 += 2) out.push([set[i4], set[i4 + 1]]);
  return out;
}
function union(a4, b4) {
  if (!a4.length || equal(a4, b4)) return b4;
  if (!b4.length) return a4;
  return joined([...pairs(a4), ...pairs(b4)]);
}
function intersection(a4, b4) {
  const out = [];
  let i4 = 0;
  let j4 = 0;
  while (i4 < a4.length && j4 < b4.length) {
    const start = Math.max(a4[i4], b4[j4]);
    const stop = Math.min(a4[i4 + 1], b4[j4 + 1]);
    if (stop > start) out.push(start, stop);
    if (a4[i4 + 1] < b4[j4 + 1]) i4 += 2;
    else j4 += 2;
  }
  return out;
}
function within(a4, b4) {
  return equal(intersection(a4, b4), a4);
}

// src/core/maps.ts
var MAX_STEPS = 2e6;
function window2(nIn, nOut, k5, s4, d4, p5) {
  return { nIn, nOut, period: 1, advance: s4, border: "nothing", lawful: true, taps: [[[-p5, k5, d4]]] };
}
function transposed(nIn, nOut, k5, s4, d4, p5) {
  const taps = [];
  for (let phase = 0; phase < s4; phase++) {
    const found = [];
    for (let t4 = k5 - 1; t4 >= 0; t4--) {
      const rest = phase + p5 - d4 * t4;
      if (rest % s4 === 0) found.push([rest / s4, 1, 1]);
    }
    taps.push(found);
  }
  return { nIn, nOut, period: s4, advance: 1, border: "nothing", lawful: true, taps };
}
function resampled(nIn, nOut, ratio, offset, reach) {
  const shared2 = gcd(ratio[0], ratio[1]);
  const [up, down] = [ratio[0] / shared2, ratio[1] / shared2];
  const taps = [];
  for (let o4 = 0; o4 < down; o4++) {
    const top = up * o4 * offset[1] + offset[0] * down;
    const bottom = down * offset[1];
    const base = Math.floor(top / bottom);
    const between = reach > 0 && (top % bottom + bottom) % bottom !== 0;
    taps.push([between ? [base - reach + 1, 2 * reach, 1] : [base, 1, 1]]);
  }
  return { nIn, nOut, period: down, advance: up, border: "clamp", lawful: true, taps };
}
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
  for (let r4 = 0; r4 < outs.length; r4 += 2) {
    const [a4, b4] = [outs[r4], outs[r4 + 1]];
    const phases = Math.min(map.period, b4 - a4);
    for (let k5 = 0; k5 < phases; k5++) {
      const phase = mod(a4 + k5, map.period);
      const first = Math.ceil((a4 - phase) / map.period);
      const last = Math.ceil((b4 - phase) / map.period);
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
    for (let t4 = 0; t4 < count; t4++) {
      const tap = start + t4 * step;
      found.push([tap + low * advance, tap + high * advance + 1]);
    }
    return count;
  }
  for (let turn = first; turn < last; turn++) {
    for (let t4 = 0; t4 < count; t4++) {
      const tap = start + t4 * step + turn * advance;
      found.push([tap, tap + 1]);
    }
  }
  return (last - first) * count;
}
function folded(map, taps) {
  const n3 = map.nIn;
  if (n3 === 0) return EMPTY;
  const found = [];
  for (const [start, stop] of taps) {
    if (start >= 0 && stop <= n3) found.push([start, stop]);
    else if (map.border === "nothing") found.push([Math.max(0, start), Math.min(n3, stop)]);
    else if (map.border === "clamp") found.push([clamp(start, n3), clamp(stop - 1, n3) + 1]);
    else unfoldedRun(map.border, n3, start, stop, found);
  }
  return found.length ? joined(found) : EMPTY;
}
function unfoldedRun(border, n3, start, stop, found) {
  const turn = border === "wrap" || n3 === 1 ? n3 : 2 * (n3 - 1);
  if (stop - start >= turn) {
    found.push([0, n3]);
    return;
  }
  const first = Math.floor(start / turn) * turn;
  for (let base = first; base < stop; base += turn) {
    const [a4, b4] = [Math.max(start, base) - base, Math.min(stop, base + turn) - base];
    if (b4 <= a4) continue;
    found.push([Math.min(a4, n3), Math.min(b4, n3)]);
    if (turn > n3 && b4 > n3) found.push([turn - b4 + 1, turn - Math.max(a4, n3) + 1]);
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
      for (let t4 = 0; t4 < (solid ? Math.min(1, count) : count); t4++) {
        const [low, high] = solid ? [start, start + count] : [start + t4 * step, start + t4 * step + 1];
        for (let r4 = 0; r4 < wanted.length; r4 += 2) turnsInto(map, phase, low, high, wanted[r4], wanted[r4 + 1], found);
      }
    }
    if (found.length > MAX_STEPS) throw new LimitError("too many single taps to follow");
  }
  return found.length ? joined(found) : EMPTY;
}
function turnsInto(map, phase, low, high, x3, y4, found) {
  const { period, advance, nOut } = map;
  let first = 0;
  let last = Math.ceil((nOut - phase) / period);
  if (advance === 0) {
    if (low >= y4 || high <= x3) return;
  } else if (advance > 0) {
    first = Math.max(first, Math.floor((x3 - high) / advance) + 1);
    last = Math.min(last, Math.ceil((y4 - low) / advance));
  } else {
    first = Math.max(first, Math.floor((low - y4) / -advance) + 1);
    last = Math.min(last, Math.ceil((high - x3) / -advance));
  }
  if (period === 1) {
    if (last > first) found.push([first, last]);
    return;
  }
  for (let turn = first; turn < last; turn++) {
    const o4 = phase + turn * period;
    if (o4 < nOut) found.push([o4, o4 + 1]);
  }
}
function unfolded(map, ins) {
  const [low, high] = tapRange(map);
  const n3 = map.nIn;
  const found = pairs(ins);
  if (map.border === "clamp") {
    if (ins[0] === 0 && low < 0) found.push([low, 0]);
    if (ins[ins.length - 1] === n3 && high >= n3) found.push([n3, high + 1]);
    return joined(found);
  }
  const turn = map.border === "wrap" || n3 === 1 ? n3 : 2 * (n3 - 1);
  for (let base = Math.floor(low / turn) * turn; base <= high; base += turn) {
    for (let r4 = 0; r4 < ins.length; r4 += 2) {
      found.push([base + ins[r4], base + ins[r4 + 1]]);
      if (turn !== n3) found.push([base + turn - ins[r4 + 1] + 1, base + turn - ins[r4] + 1]);
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
      for (const end of [...ends, ...ends.map((e4) => e4 + turns * map.advance)]) {
        low = Math.min(low, end);
        high = Math.max(high, end);
      }
    }
  }
  return [low, high];
}
function clamp(index, n3) {
  return Math.max(0, Math.min(n3 - 1, index));
}
function mod(a4, b4) {
  return (a4 % b4 + b4) % b4;
}
function gcd(a4, b4) {
  a4 = Math.abs(a4);
  b4 = Math.abs(b4);
  while (b4) [a4, b4] = [b4, a4 % b4];
  return a4;
}

// src/core/boxes.ts
var MAX_BOXES = 5e3;
function backward(boxes, reading, shape) {
  if ("from" in reading) return regrouped(boxes, reading.to, reading.from);
  const found = [];
  for (const out of boxes) {
    const sets = [];
    for (let d4 = 0; d4 < shape.length; d4++) {
      const [dim, map] = reading.links[d4];
      sets.push(dim < 0 ? span(0, shape[d4]) : map ? image(map, out[dim]) : out[dim]);
      if (!sets[d4].length) break;
    }
    if (sets.length === shape.length && (!shape.length || sets[shape.length - 1].length)) found.push(sets);
  }
  return found;
}
function forward(boxes, reading, shape) {
  if ("from" in reading) return regrouped(boxes, reading.from, reading.to);
  const found = [];
  for (const given of boxes) {
    const sets = shape.map((n3) => span(0, n3));
    let some = true;
    reading.links.forEach(([dim, map], d4) => {
      if (dim < 0) return;
      sets[dim] = map ? preimage(map, given[d4]) : given[d4];
      some &&= sets[dim].length > 0;
    });
    if (some) found.push(sets);
  }
  return found;
}
function groupsOf(from, to) {
  const groups = [];
  let i4 = 0;
  let o4 = 0;
  while (i4 < from.length || o4 < to.length) {
    const [endI, endO] = groupEnd(from, to, i4, o4);
    groups.push([range(i4, endI), range(o4, endO)]);
    [i4, o4] = [endI, endO];
  }
  return groups;
}
function groupEnd(from, to, i4, o4) {
  const oneIn = i4 < from.length && from[i4] === 1;
  const oneOut = o4 < to.length && to[o4] === 1;
  if (oneIn || oneOut) return [i4 + Number(oneIn), o4 + Number(oneOut)];
  let sizeIn = from[i4++];
  let sizeOut = to[o4++];
  while (sizeIn !== sizeOut) {
    if (sizeIn < sizeOut) sizeIn *= from[i4++];
    else sizeOut *= to[o4++];
  }
  return [i4, o4];
}
function regrouped(boxes, here, there) {
  const groups = groupsOf(here, there);
  const found = [];
  for (const box of boxes) {
    let choices = [there.map(() => EMPTY)];
    for (const [mine, theirs] of groups) {
      const merged = mergeSets(mine.map((d4) => box[d4]), mine.map((d4) => here[d4]));
      const pieces = splitSet(merged, theirs.map((d4) => there[d4]));
      if (choices.length * pieces.length > MAX_BOXES) throw tooMany();
      choices = choices.flatMap(
        (choice) => pieces.map((piece) => {
          const next = choice.slice();
          theirs.forEach((d4, k5) => {
            next[d4] = piece[k5];
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
  for (let d4 = sets.length - 1; d4 >= 0; d4--) {
    if (isSpan(merged, inner)) {
      const scale = inner;
      merged = sets[d4].map((end) => end * scale);
    } else {
      const runs = [];
      for (const [a4, b4] of pairs(sets[d4])) {
        for (let i4 = a4; i4 < b4; i4++) for (const [x3, y4] of pairs(merged)) runs.push([i4 * inner + x3, i4 * inner + y4]);
      }
      merged = joined(runs);
    }
    inner *= sizes[d4];
  }
  return merged;
}
function splitSet(merged, sizes) {
  if (!merged.length) return [];
  if (sizes.length <= 1) return [sizes.length ? [merged] : []];
  const inner = sizes.slice(1).reduce((a4, b4) => a4 * b4, 1);
  if (isSpan(merged, sizes[0] * inner)) return [sizes.map((n3) => span(0, n3))];
  const whole = [];
  const partial = /* @__PURE__ */ new Map();
  for (const [start, stop] of pairs(merged)) {
    const [first, last] = [Math.ceil(start / inner), Math.floor(stop / inner)];
    if (first < last) whole.push([first, last]);
    for (const row of /* @__PURE__ */ new Set([Math.floor(start / inner), Math.floor((stop - 1) / inner)])) {
      const [a4, b4] = [Math.max(start, row * inner), Math.min(stop, (row + 1) * inner)];
      if (b4 - a4 < inner) partial.set(row, [...partial.get(row) ?? [], [a4 - row * inner, b4 - row * inner]]);
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
    for (let k5 = 0; k5 < united.length && !done; k5++) {
      const other = united[k5];
      const both = joinedBoxes(box, other);
      if (!both) continue;
      done = true;
      if (both !== other) {
        united.splice(k5, 1);
        waiting.push(both);
      }
    }
    if (!done) united.push(box);
    if (united.length > MAX_BOXES) throw tooMany();
  }
  return united;
}
function joinedBoxes(a4, b4) {
  let differing = -1;
  let several = false;
  for (let d4 = 0; d4 < a4.length; d4++) {
    if (equal(a4[d4], b4[d4])) continue;
    several ||= differing >= 0;
    differing = d4;
  }
  if (differing < 0) return b4;
  if (!several) {
    const both = union(a4[differing], b4[differing]);
    return equal(both, b4[differing]) ? b4 : b4.map((set, d4) => d4 === differing ? both : set);
  }
  if (a4.every((set, d4) => within(set, b4[d4]))) return b4;
  if (b4.every((set, d4) => within(set, a4[d4]))) return a4;
  return null;
}
function volume(boxes) {
  if (!boxes.length) return 0;
  if (boxes.length === 1 || !boxes[0].length) return boxes[0].reduce((product, set) => product * size(set), 1);
  const ends = [...new Set(boxes.flatMap((box) => [...box[0]]))].sort((p5, q2) => p5 - q2);
  const cache = /* @__PURE__ */ new Map();
  let total = 0;
  for (let e4 = 0; e4 + 1 < ends.length; e4++) {
    const here = boxes.flatMap((box, k5) => has(box[0], ends[e4]) ? [k5] : []);
    if (!here.length) continue;
    const key = here.join();
    let rest = cache.get(key);
    if (rest === void 0) {
      rest = boxes[0].length === 1 ? 1 : volume(unite(here.map((k5) => boxes[k5].slice(1))));
      cache.set(key, rest);
    }
    total += (ends[e4 + 1] - ends[e4]) * rest;
  }
  return total;
}
function hullOf(boxes, dimensions) {
  return range(0, dimensions).map((d4) => {
    if (!boxes.length) return [0, 0];
    let [low, high] = [Infinity, -Infinity];
    for (const box of boxes) {
      low = Math.min(low, box[d4][0]);
      high = Math.max(high, box[d4][box[d4].length - 1]);
    }
    return [low, high];
  });
}
function range(start, stop) {
  return Array.from({ length: Math.max(0, stop - start) }, (_3, k5) => start + k5);
}
function tooMany() {
  return new LimitError(`what a feature reads here falls into more than ${MAX_BOXES.toLocaleString("en")} pieces`);
}

// src/core/region.ts
function regionOf(network, id, feature, input = 0) {
  const value = network.values[id];
  const elements = /* @__PURE__ */ new Map([[id, [locate(value.layout, feature)]]]);
  const unknown = [];
  for (let k5 = id; k5 >= network.inputs.length; k5--) {
    const wanted = elements.get(k5);
    if (!wanted?.length) continue;
    const node = network.values[k5];
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
  const products = unite(read.map((box) => dims.map((d4) => box[d4])));
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
  const at = shape.map((n3, d4) => dims.includes(d4) ? span(pixel[dims.indexOf(d4)], pixel[dims.indexOf(d4)] + 1) : span(0, n3));
  const elements = /* @__PURE__ */ new Map([[input, [at]]]);
  const unknown = [];
  for (let k5 = network.inputs.length; k5 < network.values.length; k5++) {
    const node = network.values[k5];
    const found = [];
    node.inputs.forEach((source, position) => {
      const given = elements.get(source);
      if (!given) return;
      const reading = node.readings[position];
      if (reading) found.push(...forward(given, reading, node.shape));
      else unknown.push(node.name);
    });
    if (found.length) elements.set(k5, found.length > 1 ? unite(found) : found);
  }
  return { input, pixel, elements, unknown };
}
function theoryOf(value, feature, input, axes) {
  const outlook = value.outlook[input];
  if (!outlook) return null;
  if (outlook.listed) {
    const ends = outlook.listed[value.layout.extents.reduce((number, n3, axis) => number * n3 + feature[axis], 0)];
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
  const i4 = axis < 0 ? 0 : feature[axis];
  const phase = mod(i4, period);
  const moved = (i4 - phase) / period * advance;
  return [lo[phase] + moved, hi[phase] + moved];
}
function locate(layout, feature) {
  const left = feature.slice();
  const digits = layout.dims.map((factors) => factors.map(() => -1));
  for (let d4 = layout.dims.length - 1; d4 >= 0; d4--) {
    for (let p5 = layout.dims[d4].length - 1; p5 >= 0; p5--) {
      const [n3, axis] = layout.dims[d4][p5];
      if (axis < 0) continue;
      digits[d4][p5] = mod(left[axis], n3);
      left[axis] = Math.floor(left[axis] / n3);
    }
  }
  return layout.dims.map(
    (factors, d4) => mergeSets(
      factors.map(([n3], p5) => digits[d4][p5] < 0 ? span(0, n3) : span(digits[d4][p5], digits[d4][p5] + 1)),
      factors.map(([n3]) => n3)
    )
  );
}
function positions(layout, boxes) {
  const found = [];
  for (const box of boxes) {
    let products = [[]];
    layout.dims.forEach((factors, d4) => {
      const pieces = splitSet(box[d4], factors.map(([n3]) => n3));
      products = products.flatMap((product) => pieces.map((piece) => [...product, piece]));
    });
    for (const product of products) found.push(gathered(layout, product));
  }
  return unite(found);
}
function gathered(layout, product) {
  return layout.extents.map((_3, axis) => {
    const sets = [];
    const sizes = [];
    layout.dims.forEach((factors, d4) => {
      factors.forEach(([n3, a4], p5) => {
        if (a4 !== axis) return;
        sets.push(product[d4][p5]);
        sizes.push(n3);
      });
    });
    return mergeSets(sets, sizes);
  });
}

// src/core/periodic.ts
var PIXELS = { period: 1, advance: 1, lo: [0], hi: [1] };
var MAX_PERIOD = 1e4;
function intervalOf(seq, i4) {
  const phase = mod(i4, seq.period);
  const moved = (i4 - phase) / seq.period * seq.advance;
  return [seq.lo[phase] + moved, seq.hi[phase] + moved];
}
function through(seq, map) {
  const turns = seq.period / gcd(map.advance, seq.period);
  const period = map.period * turns;
  if (period > MAX_PERIOD) throw new LimitError(`a field may repeat after at most ${MAX_PERIOD} features, but this one repeats after ${period}`);
  const pairs2 = Array.from({ length: period }, (_3, o4) => hullAt(seq, map, o4));
  return shortest(map.advance * turns * seq.advance / seq.period, pairs2);
}
function hullAt(seq, map, o4) {
  const phase = o4 % map.period;
  const moved = (o4 - phase) / map.period * map.advance;
  let [low, high] = [Infinity, -Infinity];
  for (const [first, count, step] of map.taps[phase]) {
    for (let t4 = 0; t4 < count; t4++) {
      if (t4 >= seq.period && t4 < count - seq.period) continue;
      const [lo, hi] = intervalOf(seq, first + t4 * step + moved);
      if (hi <= lo) continue;
      low = Math.min(low, lo);
      high = Math.max(high, hi);
    }
  }
  return high > low ? [low, high] : [0, 0];
}
function shortest(advance, pairs2) {
  const full = pairs2.length;
  for (let period = 1; period <= full; period++) {
    if (full % period || advance * period % full) continue;
    const step = advance * period / full;
    const repeats2 = pairs2.every(([lo, hi], i4) => {
      if (i4 + period >= full) return true;
      const [a4, b4] = pairs2[i4 + period];
      return hi > lo ? a4 === lo + step && b4 === hi + step : a4 === 0 && b4 === 0;
    });
    if (!repeats2) continue;
    const kept = pairs2.slice(0, period);
    return { period, advance: step, lo: kept.map(([lo]) => lo), hi: kept.map(([, hi]) => hi) };
  }
  throw new Error("a sequence repeats after its own length");
}

// src/editor/chain.ts
var AXES = ["", "t", "yx", "zyx"];
var MOST_PIXELS = 1e6;
function chainOf(list) {
  const [channels, ...extents] = list.input;
  const axes = AXES[extents.length].split("");
  const input = { name: "input", shape: list.input.length ? [1, channels, ...extents] : [], axes, dims: extents.map((_3, k5) => k5 + 2), extents };
  const network = { model: list.name, status: "exact", inputs: [input], values: [inputValue(input, 0, 1)], calls: [], notes: [] };
  let sequences = extents.map(() => PIXELS);
  for (const [index, layer] of list.layers.entries()) {
    try {
      const before = network.values[network.values.length - 1];
      const maps = axes.map((axis, k5) => mapOf2(layer, k5, before.shape[k5 + 2], axis));
      sequences = sequences.map((sequence, k5) => through(sequence, maps[k5]));
      network.values.push(valueOf(layer, before, maps, sequences, axes));
    } catch (error) {
      return { network, broken: { index, why: error.message } };
    }
  }
  return { network, broken: null };
}
function mapOf2(layer, k5, n3, axis) {
  const [kernel, stride, dilation, before, after] = [layer.kernel[k5], layer.stride[k5], layer.dilation[k5], layer.before[k5], layer.after[k5]];
  if (layer.kind === "upsample") {
    const scale = layer.scale[k5];
    if (!(scale >= 1)) throw new Error(`scale must be at least 1 along ${axis}, but is ${scale}`);
    bounded(n3 * scale, axis);
    const linear = layer.method === "linear";
    return linear ? resampled(n3, n3 * scale, [1, scale], [1 - scale, 2 * scale], 1) : resampled(n3, n3 * scale, [1, scale], [0, 1], 0);
  }
  for (const [name, value] of Object.entries({ kernel, stride, dilation })) {
    if (!(value >= 1)) throw new Error(`${name} must be at least 1 along ${axis}, but is ${value}`);
  }
  const reach = dilation * (kernel - 1) + 1;
  if (layer.kind === "deconv") {
    const out2 = (n3 - 1) * stride - before - after + reach + layer.outputPadding[k5];
    if (out2 < 1) throw new Error(`no output is left along ${axis}: (${n3} − 1)·${stride} − ${before + after} + ${reach} = ${out2}`);
    bounded(out2, axis);
    return transposed(n3, out2, kernel, stride, dilation, before);
  }
  const padded = n3 + before + after;
  if (padded < reach) {
    const from = before + after ? `${n3} + padding ${before + after} = ${padded}` : `${n3}`;
    throw new Error(`the window must fit its padded input, but along ${axis} it spans ${reach} of ${from}; take a smaller kernel or more padding`);
  }
  let out = Math.floor((padded - reach) / stride) + 1;
  if (layer.ceil) {
    out = Math.ceil((padded - reach) / stride) + 1;
    if ((out - 1) * stride >= n3 + before) out -= 1;
  }
  return window2(n3, out, kernel, stride, dilation, before);
}
function bounded(n3, axis) {
  if (n3 > MOST_PIXELS) throw new Error(`the editor draws at most ${MOST_PIXELS.toLocaleString("en")} features along an axis, but ${axis} would have ${n3.toLocaleString("en")}`);
}
function valueOf(layer, before, maps, sequences, axes) {
  const mixes = layer.kind === "conv" || layer.kind === "deconv";
  const channels = mixes ? layer.channels ?? before.shape[1] : before.shape[1];
  const extents = maps.map((map) => map.nOut);
  const shape = [1, channels, ...extents];
  const layout = { axes, extents, dims: shape.map((n3, d4) => [[n3, d4 - 2 < 0 ? -1 : d4 - 2]]) };
  const reading = {
    links: [[0, null], [mixes ? -1 : 1, null], ...maps.map((map, k5) => [k5 + 2, map])]
  };
  const along = sequences.map((s4, axis) => [axis, s4.period, s4.advance, [...s4.lo], [...s4.hi]]);
  const numbers = sequences.map((sequence, k5) => numbersOf(sequence, axes[k5], extents[k5]));
  const same = before.numbers.every((old, k5) => old.n === numbers[k5].n && old.jump === numbers[k5].jump && old.size === numbers[k5].size);
  return {
    id: before.id + 1,
    name: layer.name,
    kind: layer.kind,
    shape,
    layout,
    inputs: [before.id],
    readings: [reading],
    op: opOf(layer),
    outlook: [{ global: [], pieces: [[along, []]] }],
    numbers,
    status: "exact",
    level: same ? 1 : 2,
    blamed: []
  };
}
function numbersOf(sequence, axis, n3) {
  const pairs2 = Array.from({ length: Math.min(n3, sequence.period) }, (_3, i4) => intervalOf(sequence, i4)).filter(([lo2, hi2]) => hi2 > lo2);
  const sizes = pairs2.length ? pairs2.map(([lo2, hi2]) => hi2 - lo2) : [0];
  const [lo, hi] = pairs2[0] ?? [0, 0];
  const size2 = Math.max(...sizes);
  return {
    input: "input",
    axis,
    n: n3,
    jump: sequence.advance / sequence.period,
    size: size2,
    size_min: Math.min(...sizes),
    start: (lo + hi) / 2,
    padding: -lo || 0,
    period: sequence.period,
    global: false,
    local_size: size2,
    misaligned: 0
  };
}
function opOf(layer) {
  if (layer.kind === "upsample") return { kind: "resample", method: layer.method, scales: layer.scale };
  return {
    kind: layer.kind === "deconv" ? "transposed" : "window",
    kernel: layer.kernel,
    stride: layer.stride,
    dilation: layer.dilation,
    pad_before: layer.before,
    pad_after: layer.after,
    output_padding: layer.outputPadding,
    ceil: layer.ceil
  };
}
function listOf(network) {
  if (network.inputs.length !== 1) return `${network.model} has ${network.inputs.length} inputs; the editor holds a chain with one`;
  const { shape, dims, extents } = network.inputs[0];
  if (extents.length < 1 || extents.length > 3) return `${network.model} has ${extents.length} spatial axes; the editor takes one to three`;
  const layers = [];
  for (const value of network.values.slice(1)) {
    if (value.inputs.length !== 1 || value.inputs[0] !== value.id - 1) {
      return `${network.model} branches at ${value.name}; the editor holds a chain`;
    }
    if (value.op.kind === "pointwise") continue;
    const layer = layerOf(value, extents.length);
    if (!layer) return `${network.model} has ${value.name} (${value.kind}), which the editor does not know`;
    layers.push(layer);
  }
  return { name: network.model, input: [shape[dims[0] - 1] ?? 1, ...extents], layers };
}
function layerOf(value, axes) {
  const { op } = value;
  const ints = (key) => op[key]?.slice() ?? [];
  const base = { name: value.name, outputPadding: Array(axes).fill(0), scale: Array(axes).fill(2), method: "nearest", ceil: Boolean(op.ceil) };
  if (op.kind === "resample" && (op.method === "nearest" || op.method === "linear") && !op.align_corners) {
    const scale = op.scales.map(Number);
    if (scale.length !== axes || scale.some((s4) => !Number.isInteger(s4) || s4 < 1)) return null;
    return { ...base, kind: "upsample", kernel: [], stride: [], dilation: [], before: [], after: [], scale, method: op.method, channels: null };
  }
  if (op.kind !== "window" && op.kind !== "transposed") return null;
  if (ints("kernel").length !== axes) return null;
  const pool = op.channels === null || op.channels === void 0;
  const kind = op.kind === "transposed" ? "deconv" : pool ? value.kind.includes("avg") ? "avgpool" : "maxpool" : "conv";
  const layer = {
    ...base,
    kind,
    kernel: ints("kernel"),
    stride: ints("stride"),
    dilation: ints("dilation"),
    before: ints("pad_before"),
    after: ints("pad_after"),
    channels: pool ? null : op.channels
  };
  if (kind === "deconv") layer.outputPadding = ints("output_padding");
  return layer;
}

// src/editor/layers.ts
var KINDS = ["conv", "maxpool", "avgpool", "deconv", "upsample"];
var ListError = class extends Error {
};
var WORDS = {
  conv: "conv",
  maxpool: "maxpool",
  pool: "maxpool",
  avgpool: "avgpool",
  deconv: "deconv",
  transposed: "deconv",
  convtranspose: "deconv",
  upsample: "upsample"
};
function newLayer(kind, axes, name = "") {
  const all = (n3) => Array.from({ length: axes }, () => n3);
  const pool = kind === "maxpool" || kind === "avgpool";
  const k5 = pool || kind === "deconv" ? 2 : 3;
  return {
    name,
    kind,
    kernel: all(k5),
    stride: all(k5 === 2 ? 2 : 1),
    dilation: all(1),
    before: all(k5 === 3 ? 1 : 0),
    after: all(k5 === 3 ? 1 : 0),
    outputPadding: all(0),
    scale: all(2),
    method: "nearest",
    ceil: false,
    channels: null
  };
}
function named(layers) {
  const taken = new Set(layers.map((layer) => layer.name).filter(Boolean));
  const counts = /* @__PURE__ */ new Map();
  const used = /* @__PURE__ */ new Set();
  return layers.map((layer) => {
    let name = layer.name;
    const stem = layer.kind;
    while (!name || used.has(name)) {
      const count = (counts.get(stem) ?? 0) + 1;
      counts.set(stem, count);
      name = `${stem}${count}`;
      if (taken.has(name) && !used.has(name) && layer.name !== name) name = "";
    }
    used.add(name);
    return { ...layer, name };
  });
}
function textOf({ layers }, names = true) {
  return layers.map((layer) => layerText(layer, names)).join(" | ");
}
function layerText(layer, names = true) {
  const words = [layer.kind];
  if (layer.kind === "upsample") {
    words.push(`scale${joined2(layer.scale)}`);
    if (layer.method !== "nearest") words.push(layer.method);
  } else {
    words.push(`k${joined2(layer.kernel)}`);
    const pool = layer.kind === "maxpool" || layer.kind === "avgpool";
    if (pool ? joined2(layer.stride) !== joined2(layer.kernel) : layer.stride.some((s4) => s4 !== 1)) words.push(`s${joined2(layer.stride)}`);
    if (layer.before.some(Boolean) || layer.after.some(Boolean)) words.push(`p${paddingText(layer)}`);
    if (layer.dilation.some((d4) => d4 !== 1)) words.push(`d${joined2(layer.dilation)}`);
    if (layer.outputPadding.some(Boolean)) words.push(`op${joined2(layer.outputPadding)}`);
    if (layer.ceil) words.push("ceil");
    if (layer.channels !== null) words.push(`c${layer.channels}`);
  }
  if (names && layer.name && /^[A-Za-z_][\w.-]*$/.test(layer.name)) words.push(`name=${layer.name}`);
  return words.join(" ");
}
function joined2(values) {
  return values.every((value) => value === values[0]) ? `${values[0]}` : values.join("x");
}
function paddingText(layer) {
  return joined2(layer.before.map((before, axis) => before === layer.after[axis] ? `${before}` : `${before}:${layer.after[axis]}`));
}
function parseList(text, axes) {
  const parts = text.split(/[|;\n]/).map((part) => part.trim()).filter(Boolean);
  if (!parts.length) throw new ListError("a layer list must have at least one layer, such as conv k3 s2 p1");
  if (parts.length > 500) throw new ListError(`the editor holds at most 500 layers, but here are ${parts.length}`);
  const layers = [];
  parts.forEach((part, number) => {
    const [layer, times] = parseLayer(part, axes, number + 1);
    for (let k5 = 0; k5 < times && layers.length <= 500; k5++) layers.push({ ...layer, name: times > 1 ? "" : layer.name });
  });
  return named(layers);
}
function parseLayer(text, axes, number) {
  const [word, ...options] = text.split(/\s+/);
  const where = `layer ${number}`;
  const kind = WORDS[word.toLowerCase().replace(/[_-]|[123]d$/g, "")];
  if (!kind) throw new ListError(`${where}: the editor knows ${KINDS.join(", ")}; found “${word}”`);
  const layer = newLayer(kind, axes);
  layer.before = layer.before.map(() => 0);
  layer.after = layer.after.map(() => 0);
  layer.kernel = layer.kernel.map(() => 0);
  layer.stride = layer.stride.map(() => 0);
  let times = 1;
  for (const option of options) times = applyOption(layer, option, axes, where) ?? times;
  if (kind !== "upsample" && layer.kernel.includes(0)) throw new ListError(`${where}: ${word} must have a kernel, such as k3`);
  const pool = kind === "maxpool" || kind === "avgpool";
  layer.stride = layer.stride.map((s4, axis) => s4 || (pool ? layer.kernel[axis] : 1));
  return [layer, times];
}
function applyOption(layer, option, axes, where) {
  const repeat = /^[x*](\d{1,3})$/.exec(option);
  if (repeat) return Number(repeat[1]);
  const name = /^name=(.+)$/.exec(option);
  if (name) {
    layer.name = name[1];
    return;
  }
  if (option === "ceil") layer.ceil = true;
  else if (option === "linear" || option === "bilinear" || option === "trilinear") layer.method = "linear";
  else if (option === "nearest") layer.method = "nearest";
  else {
    const found = /^(op|scale|[ksdpc])(\d.*)$/.exec(option);
    if (!found) throw new ListError(`${where}: the editor does not know “${option}”; it takes k s p d op c scale ceil linear name= x3`);
    setNumbers(layer, found[1], perAxis(found[2], axes, where), where);
  }
}
function perAxis(text, axes, where) {
  const parts = text.split("x");
  if (parts.length !== 1 && parts.length !== axes) throw new ListError(`${where}: “${text}” must be one number or ${axes}, one for each axis`);
  return Array.from({ length: axes }, (_3, axis) => parts[parts.length === 1 ? 0 : axis]);
}
function setNumbers(layer, letter, parts, where) {
  const whole = (text) => {
    if (!/^\d{1,7}$/.test(text)) throw new ListError(`${where}: ${letter} takes whole numbers from 0 on; found “${text}”`);
    return Number(text);
  };
  if (letter === "p") {
    layer.before = parts.map((part) => whole(part.split(":")[0]));
    layer.after = parts.map((part) => whole(part.split(":")[1] ?? part.split(":")[0]));
  } else if (letter === "c") layer.channels = whole(parts[0]);
  else if (letter === "op") layer.outputPadding = parts.map(whole);
  else if (letter === "scale") layer.scale = parts.map(whole);
  else layer[letter === "k" ? "kernel" : letter === "s" ? "stride" : "dilation"] = parts.map(whole);
}

// src/editor/exports.ts
function shown(numbers, pick) {
  const words = numbers.map(pick);
  return words.length === 0 ? "–" : words.every((word) => word === words[0]) ? words[0] : words.join("×");
}
function numeral(value) {
  if (Number.isInteger(value)) return value.toLocaleString("en").replace(/,/g, " ");
  return Number(value.toFixed(3)).toString();
}
function sizeText(axis) {
  if (axis.global && axis.local_size === null) return "all";
  if (axis.global) return numeral(axis.local_size);
  return axis.size_min === axis.size ? numeral(axis.size) : `${numeral(axis.size_min)}–${numeral(axis.size)}`;
}
function jumpText(axis) {
  return axis.local_size === null ? "–" : numeral(axis.jump);
}
function cells(value) {
  return [
    value.name,
    value.kind,
    shown(value.numbers, (axis) => numeral(axis.n)),
    shown(value.numbers, jumpText),
    shown(value.numbers, sizeText),
    shown(value.numbers, (axis) => numeral(axis.start))
  ];
}
var HEAD = ["layer", "kind", "n", "j", "r", "start"];
function markdownOf(network, values) {
  const escape = (text) => text.replace(/[\\|`*_<>&[\]]/g, (c4) => `\\${c4}`).replace(/\s+/g, " ");
  const line = (parts) => `| ${parts.join(" | ")} |`;
  const rows = values.map((value) => line(cells(value).map(escape)));
  return [`**${escape(network.model)}**`, "", line(HEAD), "| --- | --- | ---: | ---: | ---: | ---: |", ...rows, ""].join("\n");
}
function latexOf(values) {
  const signs = {
    "\\": "\\textbackslash{}",
    "{": "\\{",
    "}": "\\}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "#": "\\#",
    $: "\\$",
    "%": "\\%",
    "&": "\\&",
    _: "\\_",
    "<": "\\textless{}",
    ">": "\\textgreater{}",
    "×": "$\\times$",
    "–": "--",
    " ": "\\,"
  };
  const escape = (text) => text.replace(/[\\{}~^#$%&_<>×–\u2009]/g, (c4) => signs[c4]).replace(/\n/g, " ");
  const rows = values.map((value) => `  ${cells(value).map(escape).join(" & ")} \\\\`);
  return ["\\begin{tabular}{llrrrr}", "  \\toprule", `  ${HEAD.join(" & ")} \\\\`, "  \\midrule", ...rows, "  \\bottomrule", "\\end{tabular}", ""].join("\n");
}
function jsonOf(list) {
  const layers = list.layers.map((layer) => {
    const entry = { name: layer.name, kind: layer.kind };
    if (layer.kind === "upsample") return { ...entry, scale: layer.scale, method: layer.method };
    Object.assign(entry, { kernel: layer.kernel, stride: layer.stride });
    if (layer.dilation.some((d4) => d4 !== 1)) entry.dilation = layer.dilation;
    if (layer.before.some(Boolean) || layer.after.some(Boolean)) entry.padding = layer.before.map((b4, k5) => [b4, layer.after[k5]]);
    if (layer.outputPadding.some(Boolean)) entry.output_padding = layer.outputPadding;
    if (layer.ceil) entry.ceil = true;
    if (layer.channels !== null) entry.channels = layer.channels;
    return entry;
  });
  return `${JSON.stringify({ name: list.name, input: list.input, layers }, null, 1)}
`;
}
function pytorchOf(list) {
  const axes = list.input.length - 1;
  let channels = list.input[0];
  const lines = [];
  for (const layer of list.layers) {
    for (const line of modules(layer, axes, channels)) lines.push(`    ${line},  # ${layer.name.replace(/[^\x20-\x7e]/g, "?")}`);
    if ((layer.kind === "conv" || layer.kind === "deconv") && layer.channels !== null) channels = layer.channels;
  }
  return ["from torch import nn", "", "model = nn.Sequential(", ...lines, ")", ""].join("\n");
}
function modules(layer, axes, channels) {
  const tuple = (values) => values.every((v5) => v5 === values[0]) ? `${values[0]}` : `(${values.join(", ")})`;
  if (layer.kind === "upsample") {
    const mode = layer.method === "nearest" ? "nearest" : ["", "linear", "bilinear", "trilinear"][axes];
    return [`nn.Upsample(scale_factor=${tuple(layer.scale)}, mode="${mode}")`];
  }
  if (layer.kind === "avgpool" && layer.dilation.some((d4) => d4 !== 1)) throw new ListError(`${layer.name}: PyTorch's average pooling has no dilation`);
  const lopsided = layer.before.some((b4, k5) => b4 !== layer.after[k5]) && layer.kind !== "deconv";
  const found = [];
  if (lopsided) {
    const sides = layer.before.map((b4, k5) => [b4, layer.after[k5]]).reverse().flat().join(", ");
    const fill = layer.kind === "maxpool" ? ', float("-inf")' : ", 0.0";
    found.push(`nn.ConstantPad${axes}d((${sides})${fill})`);
  }
  const options = [`kernel_size=${tuple(layer.kernel)}`, `stride=${tuple(layer.stride)}`];
  if (!lopsided && layer.before.some(Boolean)) options.push(`padding=${tuple(layer.before)}`);
  if (layer.dilation.some((d4) => d4 !== 1)) options.push(`dilation=${tuple(layer.dilation)}`);
  if (layer.ceil) options.push("ceil_mode=True");
  if (layer.kind === "maxpool" || layer.kind === "avgpool") {
    found.push(`nn.${layer.kind === "maxpool" ? "Max" : "Avg"}Pool${axes}d(${options.join(", ")})`);
    return found;
  }
  const wide = layer.channels ?? channels;
  if (layer.kind === "conv") found.push(`nn.Conv${axes}d(${channels}, ${wide}, ${options.join(", ")})`);
  else {
    const extra = layer.outputPadding.map((o4, k5) => o4 + layer.before[k5] - layer.after[k5]);
    if (extra.some((o4, k5) => o4 < 0 || o4 >= Math.max(layer.stride[k5], layer.dilation[k5], 1) + (o4 ? 0 : 1))) {
      throw new ListError(`${layer.name}: PyTorch's output padding must be at least 0 and below stride or dilation, but would be ${tuple(extra)}`);
    }
    if (extra.some(Boolean)) options.push(`output_padding=${tuple(extra)}`);
    found.push(`nn.ConvTranspose${axes}d(${channels}, ${wide}, ${options.join(", ")})`);
  }
  return found;
}

// node_modules/preact/dist/preact.mjs
var n;
var l;
var u;
var t;
var i;
var r;
var o;
var e;
var f;
var c;
var a;
var s;
var h;
var p;
var v;
var y;
var d = {};
var w = [];
var _ = /acit|ex(?:s|g|n|p|$)|rph|grid|ows|mnc|ntw|ine[ch]|zoo|^ord|itera/i;
var g = Array.isArray;
function m(n3, l4) {
  for (var u4 in l4) n3[u4] = l4[u4];
  return n3;
}
function b(n3) {
  n3 && n3.parentNode && n3.parentNode.removeChild(n3);
}
function k(l4, u4, t4) {
  var i4, r4, o4, e4 = {};
  for (o4 in u4) "key" == o4 ? i4 = u4[o4] : "ref" == o4 ? r4 = u4[o4] : e4[o4] = u4[o4];
  if (arguments.length > 2 && (e4.children = arguments.length > 3 ? n.call(arguments, 2) : t4), "function" == typeof l4 && null != l4.defaultProps) for (o4 in l4.defaultProps) void 0 === e4[o4] && (e4[o4] = l4.defaultProps[o4]);
  return x(l4, e4, i4, r4, null);
}
function x(n3, t4, i4, r4, o4) {
  var e4 = { type: n3, props: t4, key: i4, ref: r4, __k: null, __: null, __b: 0, __e: null, __c: null, constructor: void 0, __v: null == o4 ? ++u : o4, __i: -1, __u: 0 };
  return null == o4 && null != l.vnode && l.vnode(e4), e4;
}
function S(n3) {
  return n3.children;
}
function C(n3, l4) {
  this.props = n3, this.context = l4;
}
function $(n3, l4) {
  if (null == l4) return n3.__ ? $(n3.__, n3.__i + 1) : null;
  for (var u4; l4 < n3.__k.length; l4++) if (null != (u4 = n3.__k[l4]) && null != u4.__e) return u4.__e;
  return "function" == typeof n3.type ? $(n3) : null;
}
function I(n3) {
  if (n3.__P && n3.__d) {
    var u4 = n3.__v, t4 = u4.__e, i4 = [], r4 = [], o4 = m({}, u4);
    o4.__v = u4.__v + 1, l.vnode && l.vnode(o4), q(n3.__P, o4, u4, n3.__n, n3.__P.namespaceURI, 32 & u4.__u ? [t4] : null, i4, null == t4 ? $(u4) : t4, !!(32 & u4.__u), r4), o4.__v = u4.__v, o4.__.__k[o4.__i] = o4, D(i4, o4, r4), u4.__e = u4.__ = null, o4.__e != t4 && P(o4);
  }
}
function P(n3) {
  if (null != (n3 = n3.__) && null != n3.__c) return n3.__e = n3.__c.base = null, n3.__k.some(function(l4) {
    if (null != l4 && null != l4.__e) return n3.__e = n3.__c.base = l4.__e;
  }), P(n3);
}
function A(n3) {
  (!n3.__d && (n3.__d = true) && i.push(n3) && !H.__r++ || r != l.debounceRendering) && ((r = l.debounceRendering) || o)(H);
}
function H() {
  try {
    for (var n3, l4 = 1; i.length; ) i.length > l4 && i.sort(e), n3 = i.shift(), l4 = i.length, I(n3);
  } finally {
    i.length = H.__r = 0;
  }
}
function L(n3, l4, u4, t4, i4, r4, o4, e4, f4, c4, a4) {
  var s4, h4, p5, v5, y4, _3, g4 = t4 && t4.__k || w, m5 = l4.length;
  for (f4 = T(u4, l4, g4, f4, m5), s4 = 0; s4 < m5; s4++) null != (p5 = u4.__k[s4]) && (h4 = -1 != p5.__i && g4[p5.__i] || d, p5.__i = s4, _3 = q(n3, p5, h4, i4, r4, o4, e4, f4, c4, a4), v5 = p5.__e, p5.ref && h4.ref != p5.ref && (h4.ref && J(h4.ref, null, p5), a4.push(p5.ref, p5.__c || v5, p5)), null == y4 && null != v5 && (y4 = v5), 4 & p5.__u ? (f4 = j(p5, f4, n3), h4.__e && (h4.__e = null)) : "function" == typeof p5.type && void 0 !== _3 ? f4 = _3 : v5 && (f4 = v5.nextSibling), p5.__u &= -7);
  return u4.__e = y4, f4;
}
function T(n3, l4, u4, t4, i4) {
  var r4, o4, e4, f4, c4, a4 = u4.length, s4 = a4, h4 = 0;
  for (n3.__k = new Array(i4), r4 = 0; r4 < i4; r4++) null != (o4 = l4[r4]) && "boolean" != typeof o4 && "function" != typeof o4 ? ("string" == typeof o4 || "number" == typeof o4 || "bigint" == typeof o4 || o4.constructor == String ? o4 = n3.__k[r4] = x(null, o4, null, null, null) : g(o4) ? o4 = n3.__k[r4] = x(S, { children: o4 }, null, null, null) : void 0 === o4.constructor && o4.__b > 0 ? o4 = n3.__k[r4] = x(o4.type, o4.props, o4.key, o4.ref ? o4.ref : null, o4.__v) : n3.__k[r4] = o4, f4 = r4 + h4, o4.__ = n3, o4.__b = n3.__b + 1, e4 = null, -1 != (c4 = o4.__i = O(o4, u4, f4, s4)) && (s4--, (e4 = u4[c4]) && (e4.__u |= 2)), null == e4 || null == e4.__v ? (-1 == c4 && (i4 > a4 ? h4-- : i4 < a4 && h4++), "function" != typeof o4.type && (o4.__u |= 4)) : c4 != f4 && (c4 == f4 - 1 ? h4-- : c4 == f4 + 1 ? h4++ : (c4 > f4 ? h4-- : h4++, o4.__u |= 4))) : n3.__k[r4] = null;
  if (s4) for (r4 = 0; r4 < a4; r4++) null != (e4 = u4[r4]) && 0 == (2 & e4.__u) && (e4.__e == t4 && (t4 = $(e4)), K(e4, e4));
  return t4;
}
function j(n3, l4, u4) {
  var t4, i4;
  if ("function" == typeof n3.type) {
    for (t4 = n3.__k, i4 = 0; t4 && i4 < t4.length; i4++) t4[i4] && (t4[i4].__ = n3, l4 = j(t4[i4], l4, u4));
    return l4;
  }
  n3.__e != l4 && (l4 && n3.type && !l4.parentNode && (l4 = $(n3)), l4 = u4.insertBefore(n3.__e, l4 || null));
  do {
    l4 = l4 && l4.nextSibling;
  } while (null != l4 && 8 == l4.nodeType);
  return l4;
}
function O(n3, l4, u4, t4) {
  var i4, r4, o4, e4 = n3.key, f4 = n3.type, c4 = l4[u4], a4 = null != c4 && 0 == (2 & c4.__u);
  if (null === c4 && null == e4 || a4 && e4 == c4.key && f4 == c4.type) return u4;
  if (t4 > (a4 ? 1 : 0)) {
    for (i4 = u4 - 1, r4 = u4 + 1; i4 >= 0 || r4 < l4.length; ) if (null != (c4 = l4[o4 = i4 >= 0 ? i4-- : r4++]) && 0 == (2 & c4.__u) && e4 == c4.key && f4 == c4.type) return o4;
  }
  return -1;
}
function z(n3, l4, u4) {
  "-" == l4[0] ? n3.setProperty(l4, null == u4 ? "" : u4) : n3[l4] = null == u4 ? "" : "number" != typeof u4 || _.test(l4) ? u4 : u4 + "px";
}
function N(n3, l4, u4, t4, i4) {
  var r4, o4;
  n: if ("style" == l4) if ("string" == typeof u4) n3.style.cssText = u4;
  else {
    if ("string" == typeof t4 && (n3.style.cssText = t4 = ""), t4) for (l4 in t4) u4 && l4 in u4 || z(n3.style, l4, "");
    if (u4) for (l4 in u4) t4 && u4[l4] == t4[l4] || z(n3.style, l4, u4[l4]);
  }
  else if ("o" == l4[0] && "n" == l4[1]) r4 = l4 != (l4 = l4.replace(s, "$1")), o4 = l4.toLowerCase(), l4 = o4 in n3 || "onFocusOut" == l4 || "onFocusIn" == l4 ? o4.slice(2) : l4.slice(2), n3.l || (n3.l = {}), n3.l[l4 + r4] = u4, u4 ? t4 ? u4[a] = t4[a] : (u4[a] = h, n3.addEventListener(l4, r4 ? v : p, r4)) : n3.removeEventListener(l4, r4 ? v : p, r4);
  else {
    if ("http://www.w3.org/2000/svg" == i4) l4 = l4.replace(/xlink(H|:h)/, "h").replace(/sName$/, "s");
    else if ("width" != l4 && "height" != l4 && "href" != l4 && "list" != l4 && "form" != l4 && "tabIndex" != l4 && "download" != l4 && "rowSpan" != l4 && "colSpan" != l4 && "role" != l4 && "popover" != l4 && l4 in n3) try {
      n3[l4] = null == u4 ? "" : u4;
      break n;
    } catch (n4) {
    }
    "function" == typeof u4 || (null == u4 || false === u4 && "-" != l4[4] ? n3.removeAttribute(l4) : n3.setAttribute(l4, "popover" == l4 && 1 == u4 ? "" : u4));
  }
}
function V(n3) {
  return function(u4) {
    if (this.l) {
      var t4 = this.l[u4.type + n3];
      if (null == u4[c]) u4[c] = h++;
      else if (u4[c] < t4[a]) return;
      return t4(l.event ? l.event(u4) : u4);
    }
  };
}
function q(n3, u4, t4, i4, r4, o4, e4, f4, c4, a4) {
  var s4, h4, p5, v5, y4, d4, _3, k5, x3, M2, I2, P2, A4, H2, T3, j4, F2 = u4.type;
  if (void 0 !== u4.constructor) return null;
  128 & t4.__u && (c4 = !!(32 & t4.__u), o4 = [f4 = u4.__e = t4.__e]), (s4 = l.__b) && s4(u4);
  n: if ("function" == typeof F2) {
    h4 = e4.length;
    try {
      if (x3 = u4.props, M2 = F2.prototype && F2.prototype.render, I2 = (s4 = F2.contextType) && i4[s4.__c], P2 = s4 ? I2 ? I2.props.value : s4.__ : i4, t4.__c ? k5 = (p5 = u4.__c = t4.__c).__ = p5.__E : (M2 ? u4.__c = p5 = new F2(x3, P2) : (u4.__c = p5 = new C(x3, P2), p5.constructor = F2, p5.render = Q), I2 && I2.sub(p5), p5.state || (p5.state = {}), p5.__n = i4, v5 = p5.__d = true, p5.__h = [], p5._sb = []), M2 && null == p5.__s && (p5.__s = p5.state), M2 && null != F2.getDerivedStateFromProps && (p5.__s == p5.state && (p5.__s = m({}, p5.__s)), m(p5.__s, F2.getDerivedStateFromProps(x3, p5.__s))), y4 = p5.props, d4 = p5.state, p5.__v = u4, v5) M2 && null == F2.getDerivedStateFromProps && null != p5.componentWillMount && p5.componentWillMount(), M2 && null != p5.componentDidMount && p5.__h.push(p5.componentDidMount);
      else {
        if (M2 && null == F2.getDerivedStateFromProps && x3 !== y4 && null != p5.componentWillReceiveProps && p5.componentWillReceiveProps(x3, P2), u4.__v == t4.__v || !p5.__e && null != p5.shouldComponentUpdate && false === p5.shouldComponentUpdate(x3, p5.__s, P2)) {
          u4.__v != t4.__v && (p5.props = x3, p5.state = p5.__s, p5.__d = false), u4.__e = t4.__e, u4.__k = t4.__k, u4.__k.some(function(n4) {
            n4 && (n4.__ = u4);
          }), w.push.apply(p5.__h, p5._sb), p5._sb = [], p5.__h.length && e4.push(p5), f4 = $(t4);
          break n;
        }
        null != p5.componentWillUpdate && p5.componentWillUpdate(x3, p5.__s, P2), M2 && null != p5.componentDidUpdate && p5.__h.push(function() {
          p5.componentDidUpdate(y4, d4, _3);
        });
      }
      if (p5.context = P2, p5.props = x3, p5.__P = n3, p5.__e = false, A4 = l.__r, H2 = 0, M2) p5.state = p5.__s, p5.__d = false, A4 && A4(u4), s4 = p5.render(p5.props, p5.state, p5.context), w.push.apply(p5.__h, p5._sb), p5._sb = [];
      else do {
        p5.__d = false, A4 && A4(u4), s4 = p5.render(p5.props, p5.state, p5.context), p5.state = p5.__s;
      } while (p5.__d && ++H2 < 25);
      p5.state = p5.__s, null != p5.getChildContext && (i4 = m(m({}, i4), p5.getChildContext())), M2 && !v5 && null != p5.getSnapshotBeforeUpdate && (_3 = p5.getSnapshotBeforeUpdate(y4, d4)), T3 = null != s4 && s4.type === S && null == s4.key ? E(s4.props.children) : s4, f4 = L(n3, g(T3) ? T3 : [T3], u4, t4, i4, r4, o4, e4, f4, c4, a4), p5.base = u4.__e, u4.__u &= -161, p5.__h.length && e4.push(p5), k5 && (p5.__E = p5.__ = null);
    } catch (n4) {
      if (e4.length = h4, u4.__v = null, c4 || null != o4) {
        if (n4.then) {
          for (u4.__u |= c4 ? 160 : 128; f4 && 8 == f4.nodeType && f4.nextSibling; ) f4 = f4.nextSibling;
          null != o4 && (o4[o4.indexOf(f4)] = null), u4.__e = f4;
        } else if (null != o4) for (j4 = o4.length; j4--; ) b(o4[j4]);
      } else u4.__e = t4.__e;
      null == u4.__k && (u4.__k = t4.__k || []), n4.then || B(u4), l.__e(n4, u4, t4);
    }
  } else null == o4 && u4.__v == t4.__v ? (u4.__k = t4.__k, u4.__e = t4.__e) : f4 = u4.__e = G(t4.__e, u4, t4, i4, r4, o4, e4, c4, a4);
  return (s4 = l.diffed) && s4(u4), 128 & u4.__u ? void 0 : f4;
}
function B(n3) {
  n3 && (n3.__c && (n3.__c.__e = true), n3.__k && n3.__k.some(B));
}
function D(n3, u4, t4) {
  for (var i4 = 0; i4 < t4.length; i4++) J(t4[i4], t4[++i4], t4[++i4]);
  l.__c && l.__c(u4, n3), n3.some(function(u5) {
    try {
      n3 = u5.__h, u5.__h = [], n3.some(function(n4) {
        n4.call(u5);
      });
    } catch (n4) {
      l.__e(n4, u5.__v);
    }
  });
}
function E(n3) {
  return "object" != typeof n3 || null == n3 || n3.__b > 0 ? n3 : g(n3) ? n3.map(E) : void 0 !== n3.constructor ? null : m({}, n3);
}
function G(u4, t4, i4, r4, o4, e4, f4, c4, a4) {
  var s4, h4, p5, v5, y4, w5, _3, m5 = i4.props || d, k5 = t4.props, x3 = t4.type;
  if ("svg" == x3 ? o4 = "http://www.w3.org/2000/svg" : "math" == x3 ? o4 = "http://www.w3.org/1998/Math/MathML" : o4 || (o4 = "http://www.w3.org/1999/xhtml"), null != e4) {
    for (s4 = 0; s4 < e4.length; s4++) if ((y4 = e4[s4]) && "setAttribute" in y4 == !!x3 && (x3 ? y4.localName == x3 : 3 == y4.nodeType)) {
      u4 = y4, e4[s4] = null;
      break;
    }
  }
  if (null == u4) {
    if (null == x3) return document.createTextNode(k5);
    u4 = document.createElementNS(o4, x3, k5.is && k5), c4 && (l.__m && l.__m(t4, e4), c4 = false), e4 = null;
  }
  if (null == x3) m5 === k5 || c4 && u4.data == k5 || (u4.data = k5);
  else {
    if (e4 = "textarea" == x3 && null != k5.defaultValue ? null : e4 && n.call(u4.childNodes), !c4 && null != e4) for (m5 = {}, s4 = 0; s4 < u4.attributes.length; s4++) m5[(y4 = u4.attributes[s4]).name] = y4.value;
    for (s4 in m5) y4 = m5[s4], "dangerouslySetInnerHTML" == s4 ? p5 = y4 : "children" == s4 || s4 in k5 || "value" == s4 && "defaultValue" in k5 || "checked" == s4 && "defaultChecked" in k5 || N(u4, s4, null, y4, o4);
    for (s4 in k5) y4 = k5[s4], "children" == s4 ? v5 = y4 : "dangerouslySetInnerHTML" == s4 ? h4 = y4 : "value" == s4 ? w5 = y4 : "checked" == s4 ? _3 = y4 : c4 && "function" != typeof y4 || m5[s4] === y4 || N(u4, s4, y4, m5[s4], o4);
    if (h4) c4 || p5 && (h4.__html == p5.__html || h4.__html == u4.innerHTML) || (u4.innerHTML = h4.__html), t4.__k = [];
    else if (p5 && (u4.innerHTML = ""), L("template" == t4.type ? u4.content : u4, g(v5) ? v5 : [v5], t4, i4, r4, "foreignObject" == x3 ? "http://www.w3.org/1999/xhtml" : o4, e4, f4, e4 ? e4[0] : i4.__k && $(i4, 0), c4, a4), null != e4) for (s4 = e4.length; s4--; ) b(e4[s4]);
    c4 && "textarea" != x3 || (s4 = "value", "progress" == x3 && null == w5 ? u4.removeAttribute("value") : null != w5 && (w5 !== u4[s4] || "progress" == x3 && !w5 || "option" == x3 && w5 != m5[s4]) && N(u4, s4, w5, m5[s4], o4), s4 = "checked", null != _3 && _3 != u4[s4] && N(u4, s4, _3, m5[s4], o4));
  }
  return u4;
}
function J(n3, u4, t4) {
  try {
    if ("function" == typeof n3) {
      var i4 = "function" == typeof n3.__u;
      i4 && n3.__u(), i4 && null == u4 || (n3.__u = n3(u4));
    } else n3.current = u4;
  } catch (n4) {
    l.__e(n4, t4);
  }
}
function K(n3, u4, t4) {
  var i4, r4;
  if (l.unmount && l.unmount(n3), (i4 = n3.ref) && (i4.current && i4.current != n3.__e || J(i4, null, u4)), null != (i4 = n3.__c)) {
    if (i4.componentWillUnmount) try {
      i4.componentWillUnmount();
    } catch (n4) {
      l.__e(n4, u4);
    }
    i4.base = i4.__P = i4.__n = null;
  }
  if (i4 = n3.__k) for (r4 = 0; r4 < i4.length; r4++) i4[r4] && K(i4[r4], u4, t4 || "function" != typeof n3.type);
  t4 || b(n3.__e), n3.__c = n3.__ = n3.__e = void 0;
}
function Q(n3, l4, u4) {
  return this.constructor(n3, u4);
}
n = w.slice, l = { __e: function(n3, l4, u4, t4) {
  for (var i4, r4, o4; l4 = l4.__; ) if ((i4 = l4.__c) && !i4.__) try {
    if ((r4 = i4.constructor) && null != r4.getDerivedStateFromError && (i4.setState(r4.getDerivedStateFromError(n3)), o4 = i4.__d), null != i4.componentDidCatch && (i4.componentDidCatch(n3, t4 || {}), o4 = i4.__d), o4) return i4.__E = i4;
  } catch (l5) {
    n3 = l5;
  }
  throw n3;
} }, u = 0, t = function(n3) {
  return null != n3 && void 0 === n3.constructor;
}, C.prototype.setState = function(n3, l4) {
  var u4;
  u4 = null != this.__s && this.__s != this.state ? this.__s : this.__s = m({}, this.state), "function" == typeof n3 && (n3 = n3(m({}, u4), this.props)), n3 && m(u4, n3), null != n3 && this.__v && (l4 && this._sb.push(l4), A(this));
}, C.prototype.forceUpdate = function(n3) {
  this.__v && (this.__e = true, n3 && this.__h.push(n3), A(this));
}, C.prototype.render = S, i = [], o = "function" == typeof Promise ? Promise.prototype.then.bind(Promise.resolve()) : setTimeout, e = function(n3, l4) {
  return n3.__v.__b - l4.__v.__b;
}, H.__r = 0, f = Math.random().toString(8), c = "__d" + f, a = "__a" + f, s = /(PointerCapture)$|Capture$/i, h = 0, p = V(false), v = V(true), y = 0;

// node_modules/preact/hooks/dist/hooks.mjs
var t2;
var r2;
var u2;
var i2;
var o2 = 0;
var f2 = [];
var c2 = l;
var e2 = c2.__b;
var a2 = c2.__r;
var v2 = c2.diffed;
var l2 = c2.__c;
var m2 = c2.unmount;
var p2 = c2.__;
function s2(n3, t4) {
  c2.__h && c2.__h(r2, n3, o2 || t4), o2 = 0;
  var u4 = r2.__H || (r2.__H = { __: [], __h: [] });
  return n3 >= u4.__.length && u4.__.push({}), u4.__[n3];
}
function T2(n3, r4) {
  var u4 = s2(t2++, 7);
  return C2(u4.__H, r4) && (u4.__ = n3(), u4.__H = r4, u4.__h = n3), u4.__;
}
function j2() {
  for (var n3; n3 = f2.shift(); ) {
    var t4 = n3.__H;
    if (n3.__P && t4) try {
      t4.__h.some(z2), t4.__h.some(B2), t4.__h = [];
    } catch (r4) {
      t4.__h = [], c2.__e(r4, n3.__v);
    }
  }
}
c2.__b = function(n3) {
  r2 = null, e2 && e2(n3);
}, c2.__ = function(n3, t4) {
  n3 && t4.__k && t4.__k.__m && (n3.__m = t4.__k.__m), p2 && p2(n3, t4);
}, c2.__r = function(n3) {
  a2 && a2(n3), t2 = 0;
  var i4 = (r2 = n3.__c).__H;
  i4 && (u2 === r2 ? (i4.__h = [], r2.__h = [], i4.__.some(function(n4) {
    n4.__N && (n4.__ = n4.__N), n4.u = n4.__N = void 0;
  })) : (i4.__h.some(z2), i4.__h.some(B2), i4.__h = [], t2 = 0)), u2 = r2;
}, c2.diffed = function(n3) {
  v2 && v2(n3);
  var t4 = n3.__c;
  t4 && t4.__H && (t4.__H.__h.length && (1 !== f2.push(t4) && i2 === c2.requestAnimationFrame || ((i2 = c2.requestAnimationFrame) || w2)(j2)), t4.__H.__.some(function(n4) {
    n4.u && (n4.__H = n4.u, n4.u = void 0);
  })), u2 = r2 = null;
}, c2.__c = function(n3, t4) {
  t4.some(function(n4) {
    try {
      n4.__h.some(z2), n4.__h = n4.__h.filter(function(n5) {
        return !n5.__ || B2(n5);
      });
    } catch (r4) {
      t4.some(function(n5) {
        n5.__h && (n5.__h = []);
      }), t4 = [], c2.__e(r4, n4.__v);
    }
  }), l2 && l2(n3, t4);
}, c2.unmount = function(n3) {
  m2 && m2(n3);
  var t4, r4 = n3.__c;
  r4 && r4.__H && (r4.__H.__.some(function(n4) {
    try {
      z2(n4);
    } catch (n5) {
      t4 = n5;
    }
  }), r4.__H = void 0, t4 && c2.__e(t4, r4.__v));
};
var k2 = "function" == typeof requestAnimationFrame;
function w2(n3) {
  var t4, r4 = function() {
    clearTimeout(u4), k2 && cancelAnimationFrame(t4), setTimeout(n3);
  }, u4 = setTimeout(r4, 35);
  k2 && (t4 = requestAnimationFrame(r4));
}
function z2(n3) {
  var t4 = r2, u4 = n3.__c;
  "function" == typeof u4 && (n3.__c = void 0, u4()), r2 = t4;
}
function B2(n3) {
  var t4 = r2;
  n3.__c = n3.__(), r2 = t4;
}
function C2(n3, t4) {
  return !n3 || n3.length !== t4.length || t4.some(function(t5, r4) {
    return t5 !== n3[r4];
  });
}

// node_modules/@preact/signals-core/dist/signals-core.mjs
var t3 = Symbol.for("preact-signals");
function i3() {
  if (e3 > 1) {
    e3--;
    return;
  }
  let t4, i4 = false;
  !(function() {
    let t5 = h2;
    h2 = void 0;
    while (void 0 !== t5) {
      const i5 = t5.S;
      if (i5.v === t5.v) {
        for (let n3 = i5.t; void 0 !== n3; n3 = n3.x) if (n3.i === t5.i) n3.i = i5.i;
      }
      t5 = t5.o;
    }
  })();
  while (void 0 !== r3) {
    let n3 = r3;
    r3 = void 0;
    c3++;
    while (void 0 !== n3) {
      const o4 = n3.u;
      n3.u = void 0;
      n3.f &= -3;
      if (!(8 & n3.f) && w3(n3)) try {
        n3.c();
      } catch (n4) {
        if (!i4) {
          t4 = n4;
          i4 = true;
        }
      }
      n3 = o4;
    }
  }
  c3 = 0;
  e3--;
  if (i4) throw t4;
}
function n2(t4) {
  if (e3 > 0) return t4();
  d2 = ++u3;
  e3++;
  try {
    return t4();
  } finally {
    i3();
  }
}
var o3;
var s3;
var r3;
function f3(t4) {
  const i4 = o3, n3 = s3;
  o3 = void 0;
  s3 = void 0;
  try {
    return t4();
  } finally {
    o3 = i4;
    s3 = n3;
  }
}
var h2;
var e3 = 0;
var c3 = 0;
var u3 = 0;
var d2 = 0;
var v3 = 0;
function l3(t4) {
  if (void 0 === o3) return;
  let i4 = t4.n;
  if (void 0 === i4 || i4.t !== o3) {
    i4 = { i: 0, S: t4, p: o3.s, n: void 0, t: o3, e: void 0, x: void 0, r: i4 };
    if (void 0 !== o3.s) o3.s.n = i4;
    o3.s = i4;
    t4.n = i4;
    if (32 & o3.f) t4.S(i4);
    return i4;
  } else if (-1 === i4.i) {
    i4.i = 0;
    if (void 0 !== i4.n) {
      i4.n.p = i4.p;
      if (void 0 !== i4.p) i4.p.n = i4.n;
      i4.p = o3.s;
      i4.n = void 0;
      o3.s.n = i4;
      o3.s = i4;
    }
    return i4;
  }
}
function y2(t4, i4) {
  this.v = t4;
  this.i = 0;
  this.n = void 0;
  this.t = void 0;
  this.l = 0;
  this.W = null == i4 ? void 0 : i4.watched;
  this.Z = null == i4 ? void 0 : i4.unwatched;
  this.name = null == i4 ? void 0 : i4.name;
}
y2.prototype.brand = t3;
y2.prototype.h = function() {
  return true;
};
y2.prototype.S = function(t4) {
  const i4 = this.t;
  if (i4 !== t4 && void 0 === t4.e) {
    t4.x = i4;
    this.t = t4;
    if (void 0 !== i4) i4.e = t4;
    else f3(() => {
      var t5;
      null == (t5 = this.W) || t5.call(this);
    });
  }
};
y2.prototype.U = function(t4) {
  if (void 0 !== this.t) {
    const i4 = t4.e, n3 = t4.x;
    if (void 0 !== i4) {
      i4.x = n3;
      t4.e = void 0;
    }
    if (void 0 !== n3) {
      n3.e = i4;
      t4.x = void 0;
    }
    if (t4 === this.t) {
      this.t = n3;
      if (void 0 === n3) f3(() => {
        var t5;
        null == (t5 = this.Z) || t5.call(this);
      });
    }
  }
};
y2.prototype.subscribe = function(t4) {
  return x2(() => {
    const i4 = this.value;
    f3(() => t4(i4));
  }, { name: "sub" });
};
y2.prototype.valueOf = function() {
  return this.value;
};
y2.prototype.toString = function() {
  return this.value + "";
};
y2.prototype.toJSON = function() {
  return this.value;
};
y2.prototype.peek = function() {
  return f3(() => this.value);
};
Object.defineProperty(y2.prototype, "value", { get() {
  const t4 = l3(this);
  if (void 0 !== t4) t4.i = this.i;
  return this.v;
}, set(t4) {
  if (t4 !== this.v) {
    if (c3 > 100) throw new Error("Cycle detected");
    !(function(t5) {
      if (0 !== e3 && 0 === c3) {
        if (t5.l !== d2) {
          t5.l = d2;
          h2 = { S: t5, v: t5.v, i: t5.i, o: h2 };
        }
      }
    })(this);
    this.v = t4;
    this.i++;
    v3++;
    e3++;
    try {
      for (let t5 = this.t; void 0 !== t5; t5 = t5.x) t5.t.N();
    } finally {
      i3();
    }
  }
} });
function a3(t4, i4) {
  return new y2(t4, i4);
}
function w3(t4) {
  for (let i4 = t4.s; void 0 !== i4; i4 = i4.n) if (i4.S.i !== i4.i || !i4.S.h() || i4.S.i !== i4.i) return true;
  return false;
}
function b2(t4) {
  for (let i4 = t4.s; void 0 !== i4; i4 = i4.n) {
    const n3 = i4.S.n;
    if (void 0 !== n3) i4.r = n3;
    i4.S.n = i4;
    i4.i = -1;
    if (void 0 === i4.n) {
      t4.s = i4;
      break;
    }
  }
}
function _2(t4) {
  let i4, n3 = t4.s;
  while (void 0 !== n3) {
    const t5 = n3.p;
    if (-1 === n3.i) {
      n3.S.U(n3);
      if (void 0 !== t5) t5.n = n3.n;
      if (void 0 !== n3.n) n3.n.p = t5;
    } else i4 = n3;
    n3.S.n = n3.r;
    if (void 0 !== n3.r) n3.r = void 0;
    n3 = t5;
  }
  t4.s = i4;
}
function j3(t4, i4) {
  y2.call(this, void 0, i4);
  this.x = t4;
  this.s = void 0;
  this.g = v3 - 1;
  this.f = 4;
}
j3.prototype = new y2();
j3.prototype.h = function() {
  this.f &= -3;
  if (1 & this.f) return false;
  if (32 == (36 & this.f)) return true;
  this.f &= -5;
  if (this.g === v3) return true;
  this.g = v3;
  this.f |= 1;
  if (this.i > 0 && !w3(this)) {
    this.f &= -2;
    return true;
  }
  const t4 = o3;
  try {
    b2(this);
    o3 = this;
    const t5 = this.x();
    if (16 & this.f || this.v !== t5 || 0 === this.i) {
      this.v = t5;
      this.f &= -17;
      this.i++;
    }
  } catch (t5) {
    this.v = t5;
    this.f |= 16;
    this.i++;
  }
  o3 = t4;
  _2(this);
  this.f &= -2;
  return true;
};
j3.prototype.S = function(t4) {
  if (void 0 === this.t) {
    this.f |= 36;
    for (let t5 = this.s; void 0 !== t5; t5 = t5.n) t5.S.S(t5);
  }
  y2.prototype.S.call(this, t4);
};
j3.prototype.U = function(t4) {
  if (void 0 !== this.t) {
    y2.prototype.U.call(this, t4);
    if (void 0 === this.t) {
      this.f &= -33;
      for (let t5 = this.s; void 0 !== t5; t5 = t5.n) t5.S.U(t5);
    }
  }
};
j3.prototype.N = function() {
  if (!(2 & this.f)) {
    this.f |= 6;
    for (let t4 = this.t; void 0 !== t4; t4 = t4.x) t4.t.N();
  }
};
Object.defineProperty(j3.prototype, "value", { get() {
  if (1 & this.f) throw new Error("Cycle detected");
  const t4 = l3(this);
  this.h();
  if (void 0 !== t4) t4.i = this.i;
  if (16 & this.f) throw this.v;
  return this.v;
} });
function O2(t4, i4) {
  return new j3(t4, i4);
}
function p3(t4) {
  const n3 = t4.j;
  t4.j = void 0;
  if ("function" == typeof n3) {
    e3++;
    const s4 = o3;
    o3 = void 0;
    try {
      n3();
    } catch (i4) {
      t4.f &= -2;
      t4.f |= 8;
      g2(t4);
      throw i4;
    } finally {
      o3 = s4;
      i3();
    }
  }
}
function g2(t4) {
  for (let i4 = t4.s; void 0 !== i4; i4 = i4.n) i4.S.U(i4);
  t4.x = void 0;
  t4.s = void 0;
  p3(t4);
}
function S2(t4) {
  if (o3 !== this) throw new Error("Out-of-order effect");
  _2(this);
  o3 = t4;
  this.f &= -2;
  try {
    if (8 & this.f) g2(this);
  } finally {
    i3();
  }
}
function m3(t4, i4) {
  this.x = t4;
  this.j = void 0;
  this.s = void 0;
  this.u = void 0;
  this.f = 32;
  this.name = null == i4 ? void 0 : i4.name;
  if (s3) s3.push(this);
}
m3.prototype.c = function() {
  const t4 = this.S();
  try {
    if (8 & this.f) return;
    if (void 0 === this.x) return;
    const i4 = this.x();
    if ("function" == typeof i4) this.j = i4;
  } finally {
    t4();
  }
};
m3.prototype.S = function() {
  if (1 & this.f) throw new Error("Cycle detected");
  this.f |= 1;
  this.f &= -9;
  p3(this);
  b2(this);
  e3++;
  const t4 = o3;
  o3 = this;
  return S2.bind(this, t4);
};
m3.prototype.N = function() {
  if (!(2 & this.f)) {
    this.f |= 2;
    this.u = r3;
    r3 = this;
  }
};
m3.prototype.d = function() {
  this.f |= 8;
  if (!(1 & this.f)) g2(this);
};
m3.prototype.dispose = function() {
  this.d();
};
function x2(t4, i4) {
  const n3 = new m3(t4, i4);
  try {
    n3.c();
  } catch (t5) {
    n3.d();
    throw t5;
  }
  const o4 = n3.d.bind(n3);
  o4[Symbol.dispose] = o4;
  return o4;
}

// node_modules/@preact/signals/dist/signals.mjs
var d3 = "undefined" != typeof window && !!window.__PREACT_SIGNALS_DEVTOOLS__;
var p4;
var m4;
var v4;
var g3 = [];
x2(function() {
  p4 = this.N;
})();
function b3(t4, i4) {
  l[t4] = i4.bind(null, l[t4] || (() => {
  }));
}
function y3(t4) {
  if (v4) {
    const t5 = v4;
    v4 = void 0;
    t5();
  }
  v4 = t4 && t4.S();
}
function w4({ data: t4 }) {
  const i4 = useSignal(t4);
  i4.name = "ReactiveDom";
  i4.value = t4;
  const [n3, e4] = T2(() => {
    let t5 = this, n4 = this.__v;
    while (n4 = n4.__) if (n4.__c) {
      n4.__c.__$f |= 4;
      break;
    }
    const e5 = O2(() => {
      let t6 = i4.value.value;
      return 0 === t6 ? 0 : true === t6 ? "" : t6 || "";
    }), f4 = O2(() => !Array.isArray(e5.value) && !t(e5.value)), r4 = x2(function() {
      this.N = M;
      if (f4.value) {
        const i5 = e5.value;
        if (t5.__v && t5.__v.__e && 3 === t5.__v.__e.nodeType) t5.__v.__e.data = i5;
      }
    }), u4 = this.__$u.d;
    this.__$u.d = function() {
      r4();
      u4.call(this);
    };
    return [f4, e5];
  }, []);
  return n3.value ? e4.peek() : e4.value;
}
w4.displayName = "ReactiveTextNode";
Object.defineProperties(y2.prototype, { constructor: { configurable: true, value: k(S, null).constructor }, type: { configurable: true, value: w4 }, props: { configurable: true, get() {
  const t4 = this;
  return { data: { get value() {
    return t4.value;
  } } };
} }, __b: { configurable: true, value: 1 } });
b3("__b", (t4, i4) => {
  y3();
  m4 = void 0;
  if ("string" == typeof i4.type) {
    let t5, n3 = i4.props;
    for (let e4 in n3) {
      if ("children" === e4) continue;
      let o4 = n3[e4];
      if (o4 instanceof y2) {
        if (!t5) i4.__np = t5 = {};
        t5[e4] = o4;
        n3[e4] = o4.peek();
      }
    }
  }
  t4(i4);
});
b3("__r", (t4, n3) => {
  t4(n3);
  if (n3.type !== S) {
    y3();
    let t5, i4 = n3.__c;
    if (i4) {
      i4.__$f &= -2;
      t5 = i4.__$u;
      if (void 0 === t5) i4.__$u = t5 = (function(t6, i5) {
        let n4;
        x2(function() {
          n4 = this;
        }, { name: i5 });
        n4.c = t6;
        return n4;
      })(/* @__PURE__ */ (function(t6) {
        return function() {
          var i5;
          if (d3) null == (i5 = this.y) || i5.call(this);
          t6.__$f |= 1;
          t6.setState({});
        };
      })(i4), "function" == typeof n3.type ? n3.type.displayName || n3.type.name : "");
    }
    m4 = i4;
    y3(t5);
  }
});
b3("__e", (t4, i4, n3, e4) => {
  y3();
  m4 = void 0;
  t4(i4, n3, e4);
});
b3("diffed", (t4, i4) => {
  y3();
  m4 = void 0;
  let n3;
  if ("string" == typeof i4.type && (n3 = i4.__e)) {
    let t5 = i4.__np, e4 = i4.props, o4 = n3.U;
    if (o4) for (let i5 in o4) {
      let n4 = o4[i5];
      if (!(void 0 === n4 || t5 && i5 in t5)) {
        n4.d();
        o4[i5] = void 0;
      }
    }
    if (t5) {
      if (!o4) {
        o4 = {};
        n3.U = o4;
      }
      for (let i5 in t5) {
        let f4 = o4[i5], r4 = t5[i5];
        if (void 0 === f4) {
          f4 = k4(n3, i5, r4, e4);
          o4[i5] = f4;
        } else f4.o(r4, e4);
      }
    }
  }
  t4(i4);
});
function k4(t4, i4, n3, e4) {
  const o4 = i4 in t4 && void 0 === t4.ownerSVGElement, f4 = a3(n3);
  return { o: (t5, i5) => {
    f4.value = t5;
    e4 = i5;
  }, d: x2(function() {
    this.N = M;
    const n4 = f4.value.value;
    if (e4[i4] !== n4) {
      e4[i4] = n4;
      if (o4) t4[i4] = n4;
      else if (null != n4 && (false !== n4 || "-" === i4[4])) t4.setAttribute(i4, n4);
      else t4.removeAttribute(i4);
    }
  }) };
}
b3("unmount", (t4, i4) => {
  if ("string" == typeof i4.type) {
    let t5 = i4.__e;
    if (t5) {
      const i5 = t5.U;
      if (i5) {
        t5.U = void 0;
        for (let t6 in i5) {
          let n4 = i5[t6];
          if (n4) n4.d();
        }
      }
    }
    let n3 = i4.__np;
    if (n3) {
      let t6 = i4.props;
      for (let i5 in n3) t6[i5] = n3[i5];
    }
    i4.__np = void 0;
  } else {
    let t5 = i4.__c;
    if (t5) {
      t5.__$f |= 8;
      const i5 = t5.__$u;
      if (i5) {
        t5.__$u = void 0;
        i5.d();
      }
    }
  }
  t4(i4);
});
b3("__h", (t4, i4, n3, e4) => {
  if (e4 < 3) i4.__$f |= 2;
  t4(i4, n3, e4);
});
C.prototype.shouldComponentUpdate = function(t4, i4) {
  if (this.__R) return true;
  const n3 = this.__$u, e4 = n3 && void 0 !== n3.s;
  for (let t5 in i4) return true;
  if (this.__f || "boolean" == typeof this.u && true === this.u) {
    const t5 = 2 & this.__$f;
    if (!(e4 || t5 || 4 & this.__$f)) return true;
    if (1 & this.__$f) return true;
  } else {
    if (!(e4 || 4 & this.__$f)) return true;
    if (3 & this.__$f) return true;
  }
  for (let i5 in t4) if ("__source" !== i5 && t4[i5] !== this.props[i5]) return true;
  for (let i5 in this.props) if (!(i5 in t4)) return true;
  return false;
};
function useSignal(t4, i4) {
  return T2(() => a3(t4, i4), []);
}
var A3 = (t4) => {
  queueMicrotask(() => {
    queueMicrotask(t4);
  });
};
function F() {
  n2(() => {
    let t4;
    while (t4 = g3.shift()) p4.call(t4);
  });
}
function M() {
  if (1 === g3.push(this)) (l.requestAnimationFrame || A3)(F);
}

// src/editor/history.ts
var MOST = 200;
var History = class {
  past = a3([]);
  future = a3([]);
  list = a3(null);
  canUndo = O2(() => this.past.value.length > 0);
  canRedo = O2(() => this.future.value.length > 0);
  change(next) {
    const now = this.list.value;
    if (now) this.past.value = [...this.past.value.slice(-MOST), now];
    this.future.value = [];
    this.list.value = next;
  }
  undo() {
    this.step(this.past, this.future);
  }
  redo() {
    this.step(this.future, this.past);
  }
  step(from, to) {
    const next = from.value[from.value.length - 1];
    const now = this.list.value;
    if (!next || !now) return;
    from.value = from.value.slice(0, -1);
    to.value = [...to.value, now];
    this.list.value = next;
  }
};

// src/editor/presets.ts
var TEXTS = [
  ["AlexNet", [3, 227, 227], "conv k11 s4 c96 name=conv1 | maxpool k3 s2 name=pool1 | conv k5 p2 c256 name=conv2 | maxpool k3 s2 name=pool2 | conv k3 p1 c384 name=conv3 | conv k3 p1 c384 name=conv4 | conv k3 p1 c256 name=conv5 | maxpool k3 s2 name=pool5 | conv k6 c4096 name=fc6-conv | conv k1 c4096 name=fc7-conv"],
  ["VGG-16", [3, 224, 224], "conv k3 p1 c64 x2 | maxpool k2 | conv k3 p1 c128 x2 | maxpool k2 | conv k3 p1 c256 x3 | maxpool k2 | conv k3 p1 c512 x3 | maxpool k2 | conv k3 p1 c512 x3 | maxpool k2"],
  ["Three 3 × 3", [3, 32, 32], "conv k3 p1 | conv k3 p1 | conv k3 p1"],
  ["Dilated", [3, 64, 64], "conv k3 p1 | conv k3 p2 d2 | conv k3 p4 d4 | conv k3 p8 d8"],
  ["Encoder, decoder", [3, 64, 64], "conv k3 p1 | maxpool k2 | conv k3 p1 | maxpool k2 | conv k3 p1 | deconv k2 s2 | conv k3 p1 | upsample scale2 linear | conv k3 p1"],
  ["Causal, 1-D", [1, 256], "conv k3 p2:0 | conv k3 p4:0 d2 | conv k3 p8:0 d4 | conv k3 p16:0 d8"],
  ["Video, 3-D", [3, 16, 64, 64], "conv k3x7x7 s1x2x2 p1x3x3 | maxpool k1x3x3 s1x2x2 p0x1x1 | conv k3 p1 | maxpool k2"]
];
var PRESETS = TEXTS.map(([name]) => name);
function preset(name) {
  const found = TEXTS.find(([title]) => title === name) ?? TEXTS[0];
  return { name: found[0], input: found[1], layers: parseList(found[2], found[1].length - 1) };
}

// test/chains.test.ts
var cases = JSON.parse(readFileSync("../tests/explorer/golden/chains.json", "utf8"));
function listFrom({ input, list }) {
  return { name: "list", input, layers: parseList(list, input.length - 1) };
}
for (const one of cases) {
  test(`${one.input}: ${one.list}`, () => {
    const { network, broken } = chainOf(listFrom(one));
    if (one.broken !== void 0) {
      assert.equal(broken?.index, one.broken);
      assert.equal(network.values.length, one.broken + 1);
      return;
    }
    assert.equal(broken, null);
    assert.equal(network.values.length - 1, one.rows?.length);
    one.rows?.forEach(({ shape, axes }, k5) => {
      const value = network.values[k5 + 1];
      assert.deepEqual(value.shape, shape, value.name);
      const found = value.numbers.map((a4) => [a4.n, a4.jump, a4.size, a4.size_min, a4.start, a4.padding, a4.period]);
      assert.deepEqual(found, axes, value.name);
    });
  });
}
test("text is read as it was written", () => {
  for (const one of cases) {
    const list = listFrom(one);
    assert.deepEqual(parseList(textOf(list), one.input.length - 1), list.layers);
  }
});
test("presets are whole", () => {
  for (const name of PRESETS) assert.equal(chainOf(preset(name)).broken, null, name);
});
test("a chain that Python wrote is the list that makes it", () => {
  const walks2 = JSON.parse(readFileSync("../tests/explorer/golden/walks.json", "utf8"));
  const given = networkOf(walks2.alexnet.document);
  const list = listOf(given);
  assert.ok(typeof list !== "string");
  const mine = chainOf(list).network;
  assert.deepEqual(mine.values.map((value) => value.numbers), given.values.map((value) => value.numbers));
  const feature = [3, 9];
  const [a4, b4] = [regionOf(given, 7, feature), regionOf(mine, 7, feature)];
  assert.deepEqual([a4.box, a4.pixels, a4.read], [b4.box, b4.pixels, b4.read]);
  assert.match(listOf(networkOf(walks2.unet.document)), /branches at/);
});
test("a wrong list is refused with its place", () => {
  const wrong = [
    ["", /at least one layer/],
    ["conv", /layer 1: conv must have a kernel/],
    ["conv k3 | dense", /layer 2: the editor knows/],
    ["conv k3 q5", /does not know “q5”/],
    ["conv k3x3x3", /must be one number or 2/],
    ["conv k3 p1:x", /takes whole numbers/]
  ];
  for (const [text, said] of wrong) assert.throws(() => parseList(text, 2), (error) => error instanceof ListError && said.test(error.message), text);
});
test("new layers get names of their own", () => {
  const layers = named([newLayer("conv", 2, "conv2"), newLayer("conv", 2), newLayer("conv", 2), newLayer("conv", 2, "conv2")]);
  assert.equal(new Set(layers.map((layer) => layer.name)).size, 4);
  assert.equal(layers[0].name, "conv2");
});
test("undo and redo", () => {
  const history2 = new History();
  const [a4, b4] = [preset(PRESETS[0]), preset(PRESETS[1])];
  history2.change(a4);
  history2.change(b4);
  history2.undo();
  assert.equal(history2.list.value, a4);
  assert.equal(history2.canUndo.value, false);
  history2.redo();
  assert.equal(history2.list.value, b4);
  history2.undo();
  history2.change(preset(PRESETS[2]));
  assert.equal(history2.canRedo.value, false);
});
test("exports escape names", () => {
  const list = { ...preset("Three 3 × 3") };
  list.layers = list.layers.map((layer, k5) => ({ ...layer, name: k5 ? layer.name : "a_b|<$>\n" }));
  const { network } = chainOf(list);
  assert.match(markdownOf(network, network.values), /a\\_b\\\|\\<\$\\>/);
  assert.match(latexOf(network.values), /a\\_b|\\textless\{\}\\\$/);
  assert.match(pytorchOf(list), /# a_b\|<\$>\?\n/);
  assert.equal(JSON.parse(jsonOf(list)).layers[0].name, "a_b|<$>\n");
});
test("PyTorch has no words for some lists", () => {
  const write = (text) => pytorchOf({ name: "x", input: [1, 16, 16], layers: parseList(text, 2) });
  assert.throws(() => write("avgpool k2 d2"), /no dilation/);
  assert.throws(() => write("deconv k3 s1 p0:1"), /output padding/);
  assert.match(write("maxpool k3 s2 p1:0"), /ConstantPad2d\(\(1, 0, 1, 0\), float\("-inf"\)\)/);
});

// test/rows.test.ts
import assert2 from "node:assert/strict";
import { readFileSync as readFileSync2 } from "node:fs";
import { test as test2 } from "node:test";

// src/state/place.ts
function readPlace(hash) {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  return {
    spot: parseSpot(words.get("at")),
    pins: words.getAll("pin").slice(0, 2).flatMap((text) => parseSpot(text) ?? []),
    drawing: words.get("drawing") === "fixed" ? "fixed" : "common",
    list: parseWhole(words)
  };
}
function parseSpot(text) {
  const found = text ? /^(.+)@([\d,]*)$/s.exec(text) : null;
  return found ? { layer: found[1], at: found[2] ? found[2].split(",").map(Number) : [] } : void 0;
}
function parseWhole(words) {
  const input = (words.get("input") ?? "").split("x").map(Number);
  const text = words.get("list");
  if (!text || input.length < 2 || input.length > 4 || !input.every((n3) => Number.isInteger(n3) && n3 > 0 && n3 < 1e6)) return null;
  try {
    return { name: (words.get("name") ?? "layers").slice(0, 80), input, layers: parseList(text, input.length - 1) };
  } catch (error) {
    if (error instanceof ListError) return null;
    throw error;
  }
}

// src/state/path.ts
function pathTo(network, id, input) {
  const length = new Array(id + 1).fill(-1);
  const from = new Array(id + 1).fill(-1);
  length[input] = 0;
  for (let k5 = network.inputs.length; k5 <= id; k5++) {
    for (const source of network.values[k5].inputs) {
      if (length[source] >= 0 && length[source] + 1 > length[k5]) {
        length[k5] = length[source] + 1;
        from[k5] = source;
      }
    }
  }
  if (length[id] < 0) return [id];
  const all = [];
  for (let k5 = id; k5 >= 0; k5 = from[k5]) all.unshift(k5);
  return all.filter((k5) => k5 === id || k5 === input || network.values[k5].level === 2 && network.values[k5].layout.extents.length > 0);
}
function thinned(network, path, most) {
  if (path.length <= most) return path;
  const size2 = (k5) => network.values[path[k5]].layout.extents.join();
  const chosen = /* @__PURE__ */ new Set([0, path.length - 1]);
  const ends = path.map((_3, k5) => k5).filter((k5) => k5 > 0 && k5 < path.length - 1 && size2(k5) !== size2(k5 + 1));
  for (const k5 of spread(ends, most - chosen.size)) chosen.add(k5);
  const rest = path.map((_3, k5) => k5).filter((k5) => !chosen.has(k5));
  for (const k5 of spread(rest, most - chosen.size)) chosen.add(k5);
  return [...chosen].sort((a4, b4) => a4 - b4).map((k5) => path[k5]);
}
function spread(items, count) {
  if (count <= 0) return [];
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_3, k5) => items[Math.floor((k5 + 0.5) * items.length / count)]);
}

// src/view/words.ts
function settingsText(value) {
  const { op } = value;
  const word = (letter, list, plainValue) => {
    const values = list;
    if (!Array.isArray(values) || !values.length || values.every((n3) => n3 === plainValue)) return "";
    return ` ${letter}${shown(values.map((n3) => ({ n: n3 })), (one) => `${one.n}`)}`;
  };
  if (op.kind !== "window" && op.kind !== "transposed") return "";
  return (word("k", op.kernel, null) + word("s", op.stride, 1) + word("p", op.pad_before, 0) + word("d", op.dilation, 1)).trim();
}

// src/state/rows.ts
function listingOf(network, { onlyChanges, search, folded: folded2 }) {
  const word = search.trim().toLowerCase();
  const wanted = (value) => word ? value.name.toLowerCase().includes(word) || value.kind.toLowerCase().includes(word) : !onlyChanges || value.level === 2;
  const chosen = network.values.filter(wanted);
  const rows = [];
  const top = { key: "", parts: [] };
  const paths = word ? null : pathsOf(network);
  for (const value of chosen) place(top, value.id, paths?.[value.id] ?? []);
  collect(network, top, 0, folded2, rows);
  return { rows, hidden: network.values.length - chosen.length };
}
function pathsOf(network) {
  const paths = network.values.map(() => []);
  if (!network.calls.length) {
    return network.values.map((value) => {
      const parts = value.name.split(".");
      return parts.slice(0, -1).map((_3, k5) => parts.slice(0, k5 + 1).join("."));
    });
  }
  for (const call of network.calls) {
    for (let id = call.first; id < call.stop; id++) paths[id].push(call.name);
  }
  return paths;
}
function place(top, id, path) {
  let module = top;
  for (const key of path) {
    const last = module.parts[module.parts.length - 1];
    if (typeof last === "object" && last.key === key) module = last;
    else {
      const next = { key, parts: [] };
      module.parts.push(next);
      module = next;
    }
  }
  module.parts.push(id);
}
function leaves(part) {
  return typeof part === "number" ? [part] : part.parts.flatMap(leaves);
}
function collect(network, module, depth, folded2, rows) {
  const parts = module.parts;
  for (let k5 = 0; k5 < parts.length; ) {
    const part = parts[k5];
    if (typeof part === "number" || leaves(part).length < 2) {
      for (const id of leaves(part)) rows.push(layerRow(network, id, depth, module.key));
      k5 += 1;
      continue;
    }
    const times = repeats(network, parts, k5);
    const title = inside(part.key, module.key);
    if (times >= 3) {
      const last = parts[k5 + times - 1];
      const key = `${part.key}…${last.key}`;
      const open = folded2.has(`open:${key}`);
      rows.push(moduleRow(network, part, { key: `open:${key}`, title: `${title} … ${inside(last.key, module.key)}`, depth, times, open, last }));
      if (open) for (let r4 = 0; r4 < times; r4++) nested(network, parts[k5 + r4], depth + 1, folded2, rows, module.key);
    } else {
      for (let r4 = 0; r4 < times; r4++) nested(network, parts[k5 + r4], depth, folded2, rows, module.key);
    }
    k5 += times;
  }
}
function nested(network, module, depth, folded2, rows, within2) {
  const open = !folded2.has(module.key);
  rows.push(moduleRow(network, module, { key: module.key, title: inside(module.key, within2), depth, times: 1, open, last: module }));
  if (open) collect(network, module, depth + 1, folded2, rows);
}
function moduleRow(network, module, { key, title, depth, times, open, last }) {
  const ids = leaves(last);
  return { type: "module", key, title, depth, id: ids[ids.length - 1] ?? network.values.length - 1, count: leaves(module).length * times, times, open };
}
function layerRow(network, id, depth, within2) {
  return { type: "layer", key: `layer:${id}`, title: inside(network.values[id].name, within2), depth, id, count: 1, times: 1, open: false };
}
function inside(name, module) {
  return module && name.startsWith(`${module}.`) ? name.slice(module.length + 1) : name;
}
function repeats(network, parts, k5) {
  const first = signature(network, parts[k5]);
  let end = k5 + 1;
  while (end < parts.length && typeof parts[end] === "object" && signature(network, parts[end]) === first) end += 1;
  return end - k5;
}
function signature(network, part) {
  const stem = typeof part === "object" ? part.key.length : 0;
  return leaves(part).map((id) => network.values[id]).map((value) => `${value.name.slice(stem)} ${value.kind} ${settingsText(value)}`).join(";");
}
function lanesOf(network, rows) {
  const rowOf = rowsOfValues(network, rows);
  const sources = sourcesOf(network, rows, rowOf);
  const last = rows.map(() => -1);
  sources.forEach((from, row) => {
    for (const source of from) last[source] = Math.max(last[source], row);
  });
  const active = [];
  return rows.map(({ type, open }, row) => {
    if (type === "module" && open) {
      return { own: -1, from: [], past: active.flatMap((source, lane) => source >= 0 ? [lane] : []), goesOn: false };
    }
    const from = sources[row].map((source) => active.indexOf(source)).filter((lane) => lane >= 0);
    sources[row].forEach((source) => {
      const lane = active.indexOf(source);
      if (lane >= 0 && last[source] <= row) active[lane] = -1;
    });
    const past = active.flatMap((source, lane) => source >= 0 ? [lane] : []);
    const free = [...from, ...active.keys(), active.length].find((lane) => (active[lane] ?? -1) < 0);
    const goesOn = last[row] > row;
    if (goesOn) active[free] = row;
    return { own: free, from, past, goesOn };
  });
}
function rowsOfValues(network, rows) {
  const found = network.values.map(() => -1);
  rows.forEach((row, k5) => {
    if (row.type === "layer") found[row.id] = k5;
  });
  rows.forEach((row, k5) => {
    if (row.type !== "module" || row.open) return;
    for (let id = row.id; id >= 0 && found[id] < 0 && row.count > 0; id--) {
      if (k5 > 0 && id <= rows[k5 - 1].id) break;
      found[id] = k5;
    }
  });
  return found;
}
function sourcesOf(network, rows, rowOf) {
  const seen = [];
  const result = rows.map(() => /* @__PURE__ */ new Set());
  for (const value of network.values) {
    const own = rowOf[value.id];
    const through2 = /* @__PURE__ */ new Set();
    for (const source of value.inputs) {
      if (rowOf[source] >= 0) through2.add(rowOf[source]);
      else for (const row of seen[source]) through2.add(row);
    }
    seen.push(through2);
    if (own >= 0) {
      for (const row of through2) if (row < own) result[own].add(row);
    }
  }
  return result.map((set) => [...set].sort((a4, b4) => a4 - b4));
}

// test/rows.test.ts
var walks = JSON.parse(readFileSync2("../tests/explorer/golden/walks.json", "utf8"));
var [alexnet, unet] = ["alexnet", "unet"].map((name) => networkOf(walks[name].document));
var everything = { onlyChanges: false, search: "", folded: /* @__PURE__ */ new Set() };
test2("rows that change nothing are hidden and counted", () => {
  const { rows, hidden } = listingOf(alexnet, { ...everything, onlyChanges: true });
  assert2.deepEqual(rows.map((row) => row.title).slice(-2), ["pool5", "fc6-conv"]);
  assert2.equal(hidden, 1);
  assert2.equal(listingOf(alexnet, everything).rows.length, alexnet.values.length);
});
test2("modules fold, and their rows bear the rest of the name", () => {
  const open = listingOf(unet, everything).rows;
  const head = open.findIndex((row) => row.type === "module" && row.title === "down1");
  assert2.deepEqual(open.slice(head + 1, head + 3).map((row) => row.title), ["conv1", "conv2"]);
  const closed = listingOf(unet, { ...everything, folded: /* @__PURE__ */ new Set(["down1"]) }).rows;
  assert2.equal(closed.length, open.length - 2);
  assert2.equal(unet.values[closed[head].id].name, "down1.conv2");
});
test2("search shows what is called so, folded or not", () => {
  const { rows } = listingOf(unet, { ...everything, search: "POOL", folded: /* @__PURE__ */ new Set(["down1"]) });
  assert2.deepEqual(rows.map((row) => row.title), ["pool1", "pool2", "pool3", "pool4"]);
});
test2("a skip connection keeps its lane until it is read", () => {
  const { rows } = listingOf(unet, everything);
  const lanes = lanesOf(unet, rows);
  const row = (name) => rows.findIndex((one) => one.type === "layer" && unet.values[one.id].name === name);
  const lane = lanes[row("down1.conv2")].own;
  for (let k5 = row("down1.conv2") + 1; k5 < row("concat1"); k5++) assert2.ok(lanes[k5].past.includes(lane), `row ${k5}`);
  assert2.deepEqual(lanes[row("concat1")].from.length, 2);
  assert2.ok(!lanes[rows.length - 1].goesOn);
});
test2("equal blocks in a row are one until they are opened", () => {
  const layers = named(Array.from({ length: 8 }, (_3, k5) => newLayer("conv", 2, `stage.${k5 >> 1}.conv${k5 % 2}`)));
  const { network } = chainOf({ name: "x", input: [1, 64, 64], layers });
  const { rows } = listingOf(network, everything);
  assert2.deepEqual(rows.map((row) => [row.title, row.times]), [["input", 1], ["stage", 1], ["0 … 3", 4]]);
  const opened = listingOf(network, { ...everything, folded: /* @__PURE__ */ new Set([rows[2].key]) }).rows;
  assert2.equal(opened.length, rows.length + 4 + 8);
});
test2("the path goes the long way, and a short one keeps its ends", () => {
  const path = pathTo(unet, unet.values.length - 1, 0);
  const names = path.map((id) => unet.values[id].name);
  assert2.ok(names.includes("bottom.conv2"));
  const few = thinned(unet, path, 5);
  assert2.equal(few.length, 5);
  assert2.deepEqual([few[0], few[4]], [path[0], path[path.length - 1]]);
  assert2.equal(thinned(unet, path, 100), path);
});
test2("addresses that make no sense mean nothing", () => {
  for (const hash of ["", "#", "#at=x", "#at=@@&pin=1", "#list=conv%20k3&input=1", "#list=nonsense&input=1x9x9", "#input=1x-3&list=conv%20k3", "#%E0%A4%A"]) {
    assert2.equal(readPlace(hash).list, null, hash);
  }
  assert2.deepEqual(readPlace("#at=a@b@3,4").spot, { layer: "a@b", at: [3, 4] });
});

// test/walks.test.ts
import assert3 from "node:assert/strict";
import { readFileSync as readFileSync3 } from "node:fs";
import { test as test3 } from "node:test";
var cases2 = JSON.parse(readFileSync3("../tests/explorer/golden/walks.json", "utf8"));
for (const [name, { document: document2, regions, reaches }] of Object.entries(cases2)) {
  const network = networkOf(document2);
  test3(`fields of ${name}`, () => {
    for (const [id, feature, input, box, pixels, read, mask] of regions) {
      const region = regionOf(network, id, feature, input);
      const where = `${network.values[id].name} at ${feature}`;
      assert3.deepEqual(region.unknown, [], where);
      assert3.deepEqual(region.box, box, where);
      assert3.deepEqual(region.pixels, pixels, where);
      assert3.equal(region.read, read, where);
      if (mask !== null) assert3.equal(maskOf(region.products, pixels), mask, where);
    }
  });
  test3(`reach of ${name}`, () => {
    for (const [input, pixel, counted] of reaches) {
      const reach = reachOf(network, pixel, input);
      for (const [id, features, count] of counted) {
        const { layout } = network.values[id];
        const products = positions(layout, reach.elements.get(id) ?? []);
        assert3.deepEqual(hullOf(products, layout.extents.length), features, `${network.values[id].name} from ${pixel}`);
        assert3.equal(volume(products), count, `${network.values[id].name} from ${pixel}`);
      }
    }
  });
}
test3("the golden file holds cases", () => assert3.ok(Object.keys(cases2).length > 50));
function maskOf(products, box) {
  let cells2 = [[]];
  for (const [lo, hi] of box) {
    cells2 = cells2.flatMap((cell) => Array.from({ length: hi - lo }, (_3, k5) => [...cell, lo + k5]));
  }
  if (box.some(([lo, hi]) => hi <= lo)) return "";
  return cells2.map((cell) => products.some((p5) => p5.every((set, d4) => has(set, cell[d4]))) ? "1" : "0").join("");
}
