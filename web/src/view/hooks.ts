/** Small things that panes share: their size on the screen, the theme, motion. */

import { effect, signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";

/** Counts changes of the theme; canvases draw anew on each. */
export const themeChanges = signal(0);

export function watchTheme(): () => void {
  const queries = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map((query) => matchMedia(query));
  const changed = () => {
    themeChanges.value += 1;
  };
  for (const query of queries) query.addEventListener("change", changed);
  return () => {
    for (const query of queries) query.removeEventListener("change", changed);
  };
}

export function useSize(): [(element: HTMLElement | null) => void, number, number] {
  const [[width, height], setSize] = useState<[number, number]>([0, 0]);
  const observer = useRef<ResizeObserver | null>(null);
  const reference = useRef((element: HTMLElement | null) => {
    observer.current?.disconnect();
    if (!element) return;
    const measure = () => setSize((old) => {
      const now: [number, number] = [element.clientWidth, element.clientHeight];
      return old[0] === now[0] && old[1] === now[1] ? old : now;
    });
    observer.current = new ResizeObserver(measure);
    observer.current.observe(element);
    measure();
  });
  return [reference.current, width, height];
}

/** Runs whenever a signal that it reads changes, and on every render of the component. */
export function useDrawing(draw: () => void): void {
  useEffect(() => effect(draw));
}

const SECONDS = 0.5;

/** A number that moves to 0 or 1 when the goal changes; at once where motion is not wanted. */
export function useMorph(goal: 0 | 1): number {
  const [value, setValue] = useState<number>(goal);
  const now = useRef<number>(goal);
  useEffect(() => {
    const from = now.current;
    if (from === goal) return;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      now.current = goal;
      setValue(goal);
      return;
    }
    const begin = performance.now();
    let frame = requestAnimationFrame(function step(time) {
      const part = Math.min(1, Math.max(0, (time - begin) / 1000 / SECONDS));
      const eased = part < 0.5 ? 4 * part ** 3 : 1 - (2 - 2 * part) ** 3 / 2;
      now.current = part === 1 ? goal : from + (goal - from) * eased;
      setValue(now.current);
      if (part < 1) frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [goal]);
  return value;
}
