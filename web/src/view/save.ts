/** Ways out of the page: the clipboard and files. */

import type { Session } from "../state/session";

export async function copyText(session: Session, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    session.said.value = "Copied.";
  } catch (error) {
    // A frame or an old browser may refuse; the person must know that nothing was copied.
    session.trouble.value = `The browser did not let this page copy (${(error as Error).message}); select the text and copy it yourself.`;
  }
}

export function saveFile(name: string, data: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(data);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function saveText(name: string, text: string, type = "text/plain"): void {
  saveFile(name, new Blob([text], { type: `${type};charset=utf-8` }));
}

const STYLES = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "font-size", "font-weight", "font-family", "text-anchor"];

/** The drawing on a stage as an SVG file: its canvas as a picture, its marks as shapes and text. */
export function stageSvg(stage: HTMLElement, background: string): string {
  const [canvas, marks] = [stage.querySelector("canvas"), stage.querySelector("svg")];
  if (!canvas || !marks) throw new Error("there is nothing to save yet");
  const copy = marks.cloneNode(true) as SVGSVGElement;
  const [from, to] = [marks.querySelectorAll("*"), copy.querySelectorAll("*")];
  from.forEach((element, k) => {
    const style = getComputedStyle(element);
    for (const name of STYLES) to[k].setAttribute(name, style.getPropertyValue(name));
    to[k].removeAttribute("class");
  });
  const { clientWidth: width, clientHeight: height } = stage;
  const make = (name: string, attributes: Record<string, string | number>) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, `${value}`);
    return element;
  };
  copy.prepend(make("rect", { width, height, fill: background }), make("image", { href: canvas.toDataURL("image/png"), width, height }));
  for (const [key, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) copy.setAttribute(key, `${value}`);
  copy.removeAttribute("class");
  return new XMLSerializer().serializeToString(copy);
}

export async function svgToPng(svg: string, width: number, height: number): Promise<Blob> {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * 2, height * 2];
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser made no picture"))), "image/png");
  });
}
