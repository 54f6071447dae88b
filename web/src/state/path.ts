/** The way from an input to a value along which most layers lie, and the few of them that a drawing has room for. */

import type { Network } from "../core/document";

/** Values on the longest way from an input to a value, both included; those that look like their source left out. */
export function pathTo(network: Network, id: number, input: number): number[] {
  const length = new Array<number>(id + 1).fill(-1);
  const from = new Array<number>(id + 1).fill(-1);
  length[input] = 0;
  for (let k = network.inputs.length; k <= id; k++) {
    for (const source of network.values[k].inputs) {
      if (length[source] >= 0 && length[source] + 1 > length[k]) {
        length[k] = length[source] + 1;
        from[k] = source;
      }
    }
  }
  if (length[id] < 0) return [id];
  const all: number[] = [];
  for (let k = id; k >= 0; k = from[k]) all.unshift(k);
  return all.filter((k) => k === id || k === input || (network.values[k].level === 2 && network.values[k].layout.extents.length > 0));
}

/** At most `most` of the path: both ends, the last map of each size, and others evenly between. */
export function thinned(network: Network, path: number[], most: number): number[] {
  if (path.length <= most) return path;
  const size = (k: number) => network.values[path[k]].layout.extents.join();
  const chosen = new Set([0, path.length - 1]);
  const ends = path.map((_, k) => k).filter((k) => k > 0 && k < path.length - 1 && size(k) !== size(k + 1));
  for (const k of spread(ends, most - chosen.size)) chosen.add(k);
  const rest = path.map((_, k) => k).filter((k) => !chosen.has(k));
  for (const k of spread(rest, most - chosen.size)) chosen.add(k);
  return [...chosen].sort((a, b) => a - b).map((k) => path[k]);
}

function spread(items: number[], count: number): number[] {
  if (count <= 0) return [];
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, k) => items[Math.floor(((k + 0.5) * items.length) / count)]);
}
