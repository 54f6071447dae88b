/** The chosen layer's features for the keyboard and for screen readers: a grid with one cell in focus. */

import type { Session } from "../state/session";

export function FeatureGrid({ session }: { session: Session }) {
  const value = session.value(session.layer.value);
  const { extents, axes } = value.layout;
  const cursor = session.cursor.value;
  const across = extents.length - 1;
  const down = extents.length > 1 ? extents.length - 2 : -1;
  return (
    <div
      class="ey-features" role="grid" tabIndex={0} aria-activedescendant="ey-feature-cell"
      aria-label={`Features of ${value.name}, ${extents.map((n, k) => `${n} along ${axes[k]}`).join(", ") || "one"}. Arrow keys move, Page Up and Page Down change the layer, Enter pins.`}
      aria-rowcount={down < 0 ? 1 : extents[down]} aria-colcount={across < 0 ? 1 : extents[across]}
      onKeyDown={(event) => {
        if (moved(session, event)) event.preventDefault();
      }}
    >
      <div role="row" aria-rowindex={down < 0 ? 1 : cursor[down] + 1}>
        <div role="gridcell" id="ey-feature-cell" aria-colindex={across < 0 ? 1 : cursor[across] + 1} aria-selected="true">
          <b>{value.name}</b> feature ({cursor.join(", ")})
          <span class="ey-keys" aria-hidden="true"><kbd>←↑↓→</kbd> feature <kbd>PgUp</kbd><kbd>PgDn</kbd> layer <kbd>Enter</kbd> pin <kbd>Esc</kbd> clear <kbd>?</kbd> help</span>
        </div>
      </div>
    </div>
  );
}

/** What a key does to the chosen feature; false if nothing. */
function moved(session: Session, event: KeyboardEvent): boolean {
  const value = session.value(session.layer.value);
  const { extents } = value.layout;
  const cursor = session.cursor.value;
  const across = extents.length - 1;
  const down = extents.length > 1 ? extents.length - 2 : across;
  const step = (axis: number, by: number) => {
    if (axis < 0) return true;
    session.point(null);
    session.cursor.value = cursor.map((i, k) => (k === axis ? Math.max(0, Math.min(extents[k] - 1, i + by)) : i));
    if (session.pins.value.length) session.hover.value = { value: session.layer.value, feature: session.cursor.value };
    return true;
  };
  const stride = event.shiftKey ? 10 : 1;
  switch (event.key) {
    case "ArrowLeft": return step(across, -stride);
    case "ArrowRight": return step(across, stride);
    case "ArrowUp": return event.altKey ? step(down - 1, -1) : step(down, -stride);
    case "ArrowDown": return event.altKey ? step(down - 1, 1) : step(down, stride);
    case "Home": return step(across, -extents[across]);
    case "End": return step(across, extents[across]);
    case "PageUp": return changeLayer(session, -1);
    case "PageDown": return changeLayer(session, 1);
    case "Enter":
    case " ":
      session.pin({ value: session.layer.value, feature: cursor });
      return true;
    default: return false;
  }
}

export function changeLayer(session: Session, by: number): boolean {
  const { values } = session.network.value;
  const least = session.onlyChanges.value ? 2 : 0;
  for (let id = session.layer.value + by; id >= 0 && id < values.length; id += by) {
    if (values[id].level >= least && values[id].layout.extents.length) {
      session.choose(id);
      break;
    }
  }
  return true;
}
