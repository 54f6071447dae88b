/** The one module: anywidget's front end, and by itself the script of a page that carries its data. */

import { h, render as renderInto } from "preact";
import { Explorer } from "./explorer";
import { type Model, StandIn } from "./model";
import { App } from "./view/App";
import { watchTheme } from "./view/hooks";
import style from "./style.css";

let sheet: CSSStyleSheet | null = null;

/** Constructed, not an element: a page's policy may forbid inline styles. Some notebooks show widgets in a shadow. */
function addStyle(el: HTMLElement): void {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
  }
  const root = el.getRootNode();
  const place = root instanceof ShadowRoot ? root : document;
  if (!place.adoptedStyleSheets.includes(sheet)) place.adoptedStyleSheets = [...place.adoptedStyleSheets, sheet];
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  addStyle(el);
  el.classList.add("eyeshot-explorer");
  el.dataset.home = model.get("home") ?? "notebook";
  const explorer = new Explorer(model);
  const changed = () => explorer.show(model.get("document"));
  model.on("change:document", changed);
  const stopTheme = watchTheme();
  renderInto(h(App, { explorer, root: el }), el);
  return () => {
    model.off("change:document", changed);
    stopTheme();
    explorer.stop();
    renderInto(null, el);
  };
}

const data = document.getElementById("eyeshot-explorer-data");
const root = document.getElementById("eyeshot-explorer");
if (data && root) render({ model: new StandIn(JSON.parse(data.textContent ?? "{}")), el: root });

export default { render };
