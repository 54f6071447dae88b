/** The editor's lists against tables of Python (tests/explorer/golden/chains.json). */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { networkOf } from "../src/core/document";
import { regionOf } from "../src/core/region";
import { chainOf, listOf } from "../src/editor/chain";
import { latexOf, markdownOf } from "../src/editor/exports";
import { History } from "../src/editor/history";
import { type LayerList, ListError, named, newLayer, parseList, textOf } from "../src/editor/layers";
import { jsonOf, listingOf } from "../src/editor/listing";
import { pytorchOf } from "../src/editor/pytorch";
import { preset, PRESETS } from "../src/editor/presets";

interface Case {
  input: number[];
  list: string;
  rows?: { name: string; shape: number[]; axes: unknown[][] }[];
  broken?: number;
}

const cases: Case[] = JSON.parse(readFileSync("../tests/explorer/golden/chains.json", "utf8"));

function listFrom({ input, list }: Case): LayerList {
  return { name: "list", input, layers: parseList(list, input.length - 1) };
}

for (const one of cases) {
  test(`${one.input}: ${one.list}`, () => {
    const { network, broken } = chainOf(listFrom(one));
    if (one.broken !== undefined) {
      assert.equal(broken?.index, one.broken);
      assert.equal(network.values.length, one.broken + 1);
      return;
    }
    assert.equal(broken, null);
    assert.equal(network.values.length - 1, one.rows?.length);
    one.rows?.forEach(({ shape, axes }, k) => {
      const value = network.values[k + 1];
      assert.deepEqual(value.shape, shape, value.name);
      const found = value.numbers.map((a) => [a.n, a.jump, a.size, a.size_min, a.start, a.padding, a.period]);
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
  const walks = JSON.parse(readFileSync("../tests/explorer/golden/walks.json", "utf8"));
  const given = networkOf(walks.alexnet.document);
  const list = listOf(given);
  assert.ok(typeof list !== "string");
  const mine = chainOf(list).network;
  assert.deepEqual(mine.values.map((value) => value.numbers), given.values.map((value) => value.numbers));
  const feature = [3, 9];
  const [a, b] = [regionOf(given, 7, feature), regionOf(mine, 7, feature)];
  assert.deepEqual([a.box, a.pixels, a.read], [b.box, b.pixels, b.read]);
  assert.match(listOf(networkOf(walks.unet.document)) as string, /branches at/);
});

test("a wrong list is refused with its place", () => {
  const wrong: [string, RegExp][] = [
    ["", /at least one layer/],
    ["conv", /layer 1: conv must have a kernel/],
    ["conv k3 | dense", /layer 2: the editor knows/],
    ["conv k3 q5", /does not know “q5”/],
    ["conv k3x3x3", /must be one number or 2/],
    ["conv k3 p1:x", /takes whole numbers/],
  ];
  for (const [text, said] of wrong) assert.throws(() => parseList(text, 2), (error) => error instanceof ListError && said.test(error.message), text);
});

test("new layers get names of their own", () => {
  const layers = named([newLayer("conv", 2, "conv2"), newLayer("conv", 2), newLayer("conv", 2), newLayer("conv", 2, "conv2")]);
  assert.equal(new Set(layers.map((layer) => layer.name)).size, 4);
  assert.equal(layers[0].name, "conv2");
});

test("undo and redo", () => {
  const history = new History();
  const [a, b] = [preset(PRESETS[0]), preset(PRESETS[1])];
  history.change(a);
  history.change(b);
  history.undo();
  assert.equal(history.draft.value, a);
  assert.equal(history.canUndo.value, false);
  history.redo();
  assert.equal(history.draft.value, b);
  history.undo();
  history.change(preset(PRESETS[2]));
  assert.equal(history.canRedo.value, false);
});

test("exports escape names", () => {
  const list = { ...preset("Three 3 × 3") };
  list.layers = list.layers.map((layer, k) => ({ ...layer, name: k ? layer.name : "a_b|<$>\n" }));
  const { network } = chainOf(list);
  assert.match(markdownOf(network, network.values), /a\\_b\\\|\\<\$\\>/);
  assert.match(latexOf(network.values), /a\\_b|\\textless\{\}\\\$/);
  const listing = listingOf(network);
  assert.match(pytorchOf(listing), /# a_b\|<\$>\n|# a_b_<\$>_/);
  assert.equal(JSON.parse(jsonOf(listing)).layers[0].name, "a_b_<$>_");
});

test("PyTorch has no words for some lists", () => {
  const write = (text: string) => pytorchOf(listingOf(chainOf({ name: "x", input: [1, 16, 16], layers: parseList(text, 2) }).network));
  assert.throws(() => write("avgpool k2 d2"), /no dilation/);
  assert.throws(() => write("deconv k3 s1 p0:1"), /output padding/);
  assert.match(write("maxpool k3 s2 p1:0"), /ConstantPad2d\(\(1, 0, 1, 0\), float\("-inf"\)\)/);
});
