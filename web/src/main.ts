/** The one module: anywidget's front end, and by itself the script of a page that carries its data. */

import { h, render as renderInto } from "preact";
import { Explorer } from "./explorer";
import { type Model, StandIn, unpacked } from "./model";
import { App } from "./view/App";
import { watchTheme } from "./view/hooks";
import style from "./style.css";

let sheet: CSSStyleSheet | null = null;

/** Constructed, not an element: a page's policy may forbid inline styles. In a notebook it lies in a shadow. */
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
  const home = model.get("home") ?? "notebook";
  const root = home === "notebook" ? secluded(el) : el;
  addStyle(root);
  root.classList.add("eyeshot-explorer");
  root.dataset.home = home;
  const explorer = new Explorer(model);
  const changed = () => explorer.show(model.get("document"));
  model.on("change:document", changed);
  const stopTheme = watchTheme();
  renderInto(h(App, { explorer, root }), root);
  return () => {
    model.off("change:document", changed);
    stopTheme();
    explorer.stop();
    renderInto(null, root);
    if (root !== el) root.remove();
  };
}

/** A place in a notebook that neither its styles nor its shortcuts reach: JupyterLab's arrows would leave the cell. */
function secluded(el: HTMLElement): HTMLElement {
  el.dataset.lmSuppressShortcuts = "true";
  const root = document.createElement("div");
  (el.shadowRoot ?? el.attachShadow({ mode: "open" })).append(root);
  return root;
}

const data = document.getElementById("eyeshot-explorer-data");
const root = document.getElementById("eyeshot-explorer");
if (data && root) {
  unpacked(JSON.parse(data.textContent ?? "{}")).then(
    (given) => render({ model: new StandIn(given), el: root }),
    (error) => { root.textContent = `This page cannot be shown: ${(error as Error).message}. It needs a browser of 2023 or later.`; },
  );
}

export default { render };
