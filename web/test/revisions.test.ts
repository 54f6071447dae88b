/** Changed networks with branches against Python's analysis of the same changes (tests/explorer/golden/revisions.json). */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type AxisNumbers, type Document, networkOf } from "../src/core/document";
import { regionOf } from "../src/core/region";
import { Base, changed, revise, type Revision, UNCHANGED } from "../src/editor/revision";
import { readRevision, writeRevision } from "../src/editor/words";
import { followedOf, MISMATCH } from "../src/follow/recompute";

interface Case {
  network: string;
  words: [string, string][];
  names: string[] | null;
  lost: string[];
  rows: Record<string, [number[], number, unknown[][]]>;
  regions: [string, number[], number[][], number[][], number][];
}

const read = (name: string) => JSON.parse(readFileSync(`../tests/explorer/golden/${name}.json`, "utf8"));
const walks: Record<string, { document: Document }> = read("walks");
const cases: Case[] = read("revisions");
const bases = new Map<string, Base>();

function baseOf(name: string): Base {
  const known = bases.get(name) ?? new Base(networkOf(walks[name].document));
  bases.set(name, known);
  return known;
}

function told(axis: AxisNumbers): unknown[] {
  return [axis.axis, axis.n, axis.jump, axis.size, axis.size_min, axis.start, axis.padding, axis.period, axis.global, axis.local_size, axis.misaligned];
}

for (const [name, { document }] of Object.entries(walks)) {
  test(`what Python computed of ${name} comes out again, or is refused`, () => {
    for (const { value, terms } of followedOf(networkOf(document))) {
      assert.ok(typeof terms !== "string" || !terms.includes(MISMATCH), value.name);
    }
  });
}

test("networks of windows and branches are followed to their ends", () => {
  for (const name of ["unet", "inception_v3", "resnet18", "unet_bilinear", "unet3d", "wavenet", "tcn", "gates"]) {
    for (const { value, terms } of baseOf(name).followed) assert.notEqual(typeof terms, "string", `${name}: ${value.name}`);
  }
});

for (const one of cases) {
  test(`${one.network}: ${one.words.map((word) => word.join(" ")).join(", ")}`, () => {
    const base = baseOf(one.network);
    const revision = readRevision(new URLSearchParams(one.words), base);
    assert.ok(revision);
    const { network, lines } = revise(base, revision);
    const values = network.values.slice(1);
    if (one.names) assert.deepEqual(values.map((value) => value.name), one.names);
    const given = new Map(base.network.values.map((value) => [value.name, value]));
    for (const value of values) {
      const row = one.rows[value.name];
      const was = given.get(value.name);
      const [shape, level, numbers] = row ?? [was?.shape, was?.level, was?.numbers.map(told)];
      assert.deepEqual([value.shape, value.numbers.map(told)], [shape, numbers], value.name);
      if (level !== undefined && row) assert.equal(value.level, level, value.name);
    }
    assert.deepEqual(lines.filter((line) => line.why !== null).map((line) => line.name).sort(), one.lost);
    for (const [name, feature, box, pixels, count] of one.regions) {
      const value = values.find((found) => found.name === name);
      assert.ok(value);
      const region = regionOf(network, value.id, feature);
      assert.deepEqual([region.box, region.pixels, region.read], [box, pixels, count], `${name} at ${feature}`);
    }
  });
}

test("an address says a revision", () => {
  for (const one of cases) {
    const base = baseOf(one.network);
    const revision = readRevision(new URLSearchParams(one.words), base) as Revision;
    const words = new URLSearchParams();
    writeRevision(words, revision);
    assert.deepEqual(readRevision(words, base), revision);
  }
  const base = baseOf("unet");
  for (const hash of ["", "edit=conv k3", "edit=conv k3@nobody", "edit=maxpool k2@down1.conv1", "out=nobody", "size=3", "size=0x4", "add=conv k3 name=pool1@pool1", "add=conv k3@pool1"]) {
    assert.equal(readRevision(new URLSearchParams(hash), base), null, hash);
  }
});

test("a layer that is as it was is no change", () => {
  const base = baseOf("unet");
  const layer = base.layer("pool1");
  assert.ok(layer);
  const other = changed(base, UNCHANGED, "pool1", { ...layer, kernel: [3, 3] });
  assert.equal(other.changes.size, 1);
  assert.equal(changed(base, other, "pool1", layer).changes.size, 0);
  assert.equal(changed(base, other, "concat1", layer), other);
});

test("what stands behind a layer that goes stands behind the one before", () => {
  const base = baseOf("unet");
  const layer = base.layer("pool1");
  assert.ok(layer);
  const put = (name: string, after: string) => ({ after, layer: { ...layer, name, kernel: [1, 1], stride: [1, 1] } });
  const both: Revision = { ...UNCHANGED, added: [put("a", "pool1"), put("b", "a")] };
  assert.deepEqual(changed(base, both, "a", null).added.map(({ after, layer: { name } }) => [after, name]), [["pool1", "b"]]);
});

test("an operation that the page cannot compute anew is named, and what stands behind it greys out", () => {
  const base = baseOf("tokens and back");
  const { lines } = revise(base, { ...UNCHANGED, input: base.network.inputs[0].extents.map((n) => 2 * n) });
  const [first, ...rest] = lines.filter((line) => line.why !== null);
  assert.match(first.why ?? "", /^the page cannot compute this layer anew: it is a reshape of fixed sizes/);
  assert.ok(rest.every((line) => line.why === ""));
});
