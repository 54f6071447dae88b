/** The page's own arithmetic against answers of Python (tests/explorer/golden/walks.json). */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hullOf, volume } from "../src/core/boxes";
import { type Document, networkOf } from "../src/core/document";
import { positions, reachOf, regionOf } from "../src/core/region";
import { has } from "../src/core/sets";

interface Case {
  document: Document;
  regions: [number, number[], number, number[][], number[][], number, string | null][];
  reaches: [number, number[], [number, number[][], number][]][];
}

const cases: Record<string, Case> = JSON.parse(readFileSync("../tests/explorer/golden/walks.json", "utf8"));

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

function maskOf(products: readonly (readonly (readonly number[])[])[], box: number[][]): string {
  let cells: number[][] = [[]];
  for (const [lo, hi] of box) {
    cells = cells.flatMap((cell) => Array.from({ length: hi - lo }, (_, k) => [...cell, lo + k]));
  }
  if (box.some(([lo, hi]) => hi <= lo)) return "";
  return cells.map((cell) => (products.some((p) => p.every((set, d) => has(set, cell[d]))) ? "1" : "0")).join("");
}
