/** Lists to begin with. */

import { type LayerList, parseList } from "./layers";

const TEXTS: [string, number[], string][] = [
  ["AlexNet", [3, 227, 227], "conv k11 s4 c96 name=conv1 | maxpool k3 s2 name=pool1 | conv k5 p2 c256 name=conv2 | maxpool k3 s2 name=pool2 | conv k3 p1 c384 name=conv3 | conv k3 p1 c384 name=conv4 | conv k3 p1 c256 name=conv5 | maxpool k3 s2 name=pool5 | conv k6 c4096 name=fc6-conv | conv k1 c4096 name=fc7-conv"],
  ["VGG-16", [3, 224, 224], "conv k3 p1 c64 x2 | maxpool k2 | conv k3 p1 c128 x2 | maxpool k2 | conv k3 p1 c256 x3 | maxpool k2 | conv k3 p1 c512 x3 | maxpool k2 | conv k3 p1 c512 x3 | maxpool k2"],
  ["Three 3 × 3", [3, 32, 32], "conv k3 p1 | conv k3 p1 | conv k3 p1"],
  ["Dilated", [3, 64, 64], "conv k3 p1 | conv k3 p2 d2 | conv k3 p4 d4 | conv k3 p8 d8"],
  ["Encoder, decoder", [3, 64, 64], "conv k3 p1 | maxpool k2 | conv k3 p1 | maxpool k2 | conv k3 p1 | deconv k2 s2 | conv k3 p1 | upsample scale2 linear | conv k3 p1"],
  ["Causal, 1-D", [1, 256], "conv k3 p2:0 | conv k3 p4:0 d2 | conv k3 p8:0 d4 | conv k3 p16:0 d8"],
  ["Video, 3-D", [3, 16, 64, 64], "conv k3x7x7 s1x2x2 p1x3x3 | maxpool k1x3x3 s1x2x2 p0x1x1 | conv k3 p1 | maxpool k2"],
];

export const PRESETS = TEXTS.map(([name]) => name);

export function preset(name: string): LayerList {
  const found = TEXTS.find(([title]) => title === name) ?? TEXTS[0];
  return { name: found[0], input: found[1], layers: parseList(found[2], found[1].length - 1) };
}
