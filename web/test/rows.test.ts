/** The layer list's rows and lanes, the path that is drawn, and places in addresses. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Document, networkOf } from "../src/core/document";
import { readPlace } from "../src/state/place";
import { pathTo, thinned } from "../src/state/path";
import { lanesOf, listingOf } from "../src/state/rows";
import { chainOf } from "../src/editor/chain";
import { named, newLayer } from "../src/editor/layers";

const walks: Record<string, { document: Document }> = JSON.parse(readFileSync("../tests/explorer/golden/walks.json", "utf8"));
const [alexnet, unet] = ["alexnet", "unet"].map((name) => networkOf(walks[name].document));
const everything = { onlyChanges: false, search: "", folded: new Set<string>() };

test("rows that change nothing are hidden and counted", () => {
  const { rows, hidden } = listingOf(alexnet, { ...everything, onlyChanges: true });
  assert.deepEqual(rows.map((row) => row.title).slice(-2), ["pool5", "fc6-conv"]);
  assert.equal(hidden, 1);
  assert.equal(listingOf(alexnet, everything).rows.length, alexnet.values.length);
});

test("modules fold, and their rows bear the rest of the name", () => {
  const open = listingOf(unet, everything).rows;
  const head = open.findIndex((row) => row.type === "module" && row.title === "down1");
  assert.deepEqual(open.slice(head + 1, head + 3).map((row) => row.title), ["conv1", "conv2"]);
  const closed = listingOf(unet, { ...everything, folded: new Set(["down1"]) }).rows;
  assert.equal(closed.length, open.length - 2);
  assert.equal(unet.values[closed[head].id].name, "down1.conv2");
});

test("search shows what is called so, folded or not", () => {
  const { rows } = listingOf(unet, { ...everything, search: "POOL", folded: new Set(["down1"]) });
  assert.deepEqual(rows.map((row) => row.title), ["pool1", "pool2", "pool3", "pool4"]);
});

test("a skip connection keeps its lane until it is read", () => {
  const { rows } = listingOf(unet, everything);
  const lanes = lanesOf(unet, rows);
  const row = (name: string) => rows.findIndex((one) => one.type === "layer" && unet.values[one.id].name === name);
  const lane = lanes[row("down1.conv2")].own;
  for (let k = row("down1.conv2") + 1; k < row("concat1"); k++) assert.ok(lanes[k].past.includes(lane), `row ${k}`);
  assert.deepEqual(lanes[row("concat1")].from.length, 2);
  assert.ok(!lanes[rows.length - 1].goesOn);
});

test("equal blocks in a row are one until they are opened", () => {
  const layers = named(Array.from({ length: 8 }, (_, k) => newLayer("conv", 2, `stage.${k >> 1}.conv${k % 2}`)));
  const { network } = chainOf({ name: "x", input: [1, 64, 64], layers });
  const { rows } = listingOf(network, everything);
  assert.deepEqual(rows.map((row) => [row.title, row.times]), [["input", 1], ["stage", 1], ["0 … 3", 4]]);
  const opened = listingOf(network, { ...everything, folded: new Set([rows[2].key]) }).rows;
  assert.equal(opened.length, rows.length + 4 + 8);
});

test("the path goes the long way, and a short one keeps its ends", () => {
  const path = pathTo(unet, unet.values.length - 1, 0);
  const names = path.map((id) => unet.values[id].name);
  assert.ok(names.includes("bottom.conv2"));
  const few = thinned(unet, path, 5);
  assert.equal(few.length, 5);
  assert.deepEqual([few[0], few[4]], [path[0], path[path.length - 1]]);
  assert.equal(thinned(unet, path, 100), path);
});

test("addresses that make no sense mean nothing", () => {
  for (const hash of ["", "#", "#at=x", "#at=@@&pin=1", "#list=conv%20k3&input=1", "#list=nonsense&input=1x9x9", "#input=1x-3&list=conv%20k3", "#%E0%A4%A"]) {
    assert.equal(readPlace(hash).list, null, hash);
  }
  assert.deepEqual(readPlace("#at=a@b@3,4").spot, { layer: "a@b", at: [3, 4] });
});
