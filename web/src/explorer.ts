/** One explorer on one page: its session, its editor, and the files it takes. */

import { batch, computed, effect, untracked } from "@preact/signals";
import { type Document, type Network, networkOf } from "./core/document";
import { chainOf, listOf } from "./editor/chain";
import { type Draft, History, isList } from "./editor/history";
import { Base, revise, UNCHANGED } from "./editor/revision";
import { readRevision, saysRevision } from "./editor/words";
import { type Home, type Model, photoOf } from "./model";
import { Session } from "./state/session";
import { type Place, readPlace, wordsOf, writePlace } from "./state/place";

const LISTS = /\.(toml|ya?ml|json)$/i;
const MOST_PHOTO = 200_000_000;
const MOST_LIST = 1_000_000;
const PHOTO_SIDE = 1600;

export class Explorer {
  readonly session: Session;
  readonly history = new History();
  readonly home: Home;
  /** What is made of the given network by the changes to it, while there are any. */
  readonly revised = computed(() => {
    const draft = this.history.draft.value;
    return draft && !isList(draft) ? revise(this.base, draft) : null;
  });
  /** The network that Python gave; the editor's stands in its place while it is edited. */
  private given: Network;
  private known: Base | null = null;
  private readonly stops: (() => void)[] = [];

  constructor(private readonly model: Model) {
    this.home = model.get("home") ?? "notebook";
    this.given = networkOf(model.get("document") as Document);
    this.session = new Session(this.given);
    this.start();
    this.stops.push(effect(() => this.followDraft()), effect(() => this.tell()));
    if (this.home !== "notebook") {
      // Not what the address bar shows by then: what waited to be written there may have come between.
      const moved = (event: HashChangeEvent) => this.go(readPlace(new URL(event.newURL).hash));
      addEventListener("hashchange", moved);
      this.stops.push(() => removeEventListener("hashchange", moved));
    }
  }

  stop(): void {
    for (const stop of this.stops) stop();
  }

  get canLoad(): boolean {
    return this.home === "app";
  }

  private start(): void {
    const place = this.home === "notebook" ? null : readPlace(location.hash);
    const draft = place && (place.list ?? this.revisionIn(location.hash));
    if (draft) {
      this.history.draft.value = draft;
      this.session.editing.value = true;
      this.session.replace(this.networkOf(draft));
    }
    const start = place?.spot ? place : (this.model.get("start") ?? {});
    this.go({ pins: [], drawing: "common", list: null, ...start });
    const photo = this.model.get("photo");
    if (photo) void photoOf(photo).then((picture) => { this.session.photo.value = picture; }, () => this.trouble("The photo in this page cannot be shown."));
  }

  /** What is known of the given network before changes; it takes a walk over all of it. */
  get base(): Base {
    this.known ??= new Base(this.given);
    return this.known;
  }

  private revisionIn(hash: string): Draft | null {
    const words = wordsOf(hash);
    return saysRevision(words) ? readRevision(words, this.base) : null;
  }

  private networkOf(draft: Draft): Network {
    return isList(draft) ? chainOf(draft).network : (this.revised.value?.network ?? this.given);
  }

  /** To a place that an address or Python named; names that are not in the network are passed over. */
  private go({ spot, pins, drawing }: Place): void {
    const { session } = this;
    const network = session.network.value;
    const named = (layer: string) => network.values.find((value) => value.name === layer);
    const found = spot && named(spot.layer);
    batch(() => {
      if (found) session.choose(found.id, fitting(network, found.id, spot.at));
      session.drawing.value = drawing;
      session.pins.value = pins.flatMap(({ layer, at }) => {
        const value = named(layer);
        const feature = value && fitting(network, value.id, at);
        return value && feature ? [{ value: value.id, feature }] : [];
      });
    });
  }

  /** What is edited became something else: so does the network. */
  private followDraft(): void {
    const draft = this.history.draft.value;
    const editing = this.session.editing.value;
    if (editing && draft) untracked(() => this.session.replace(this.networkOf(draft), true));
  }

  /** Where the person is: into the address of a page, into the widget's traits in a notebook. */
  private tell(): void {
    const { session } = this;
    const spot = { layer: session.value(session.layer.value).name, at: session.cursor.value };
    const pins = session.pins.value.map(({ value, feature }) => ({ layer: session.value(value).name, at: feature }));
    if (this.home === "notebook") {
      this.model.set("selected", { ...spot, pins });
      this.model.save_changes();
    } else writePlace({ spot, pins, drawing: session.drawing.value }, session.editing.value ? this.history.draft.value : null);
  }

  edit(): void {
    const { session, history } = this;
    if (session.editing.value) {
      session.editing.value = false;
      session.replace(this.given, true);
      return;
    }
    if (!history.draft.value) {
      // A chain of layers can be changed in every way; anything else keeps its order and its other operations.
      const list = listOf(this.given);
      history.draft.value = typeof list === "string" ? UNCHANGED : list;
    }
    session.editing.value = true;
  }

  show(document: Document): void {
    this.session.editing.value = false;
    this.history.draft.value = null;
    this.given = networkOf(document);
    this.known = null;
    this.session.replace(this.given);
    this.session.trouble.value = null;
  }

  // ---------------------------------------------------------------- files

  async take(file: File): Promise<void> {
    this.session.trouble.value = null;
    if (LISTS.test(file.name)) await this.takeList(file);
    else await this.takePhoto(file);
  }

  private async takePhoto(file: File): Promise<void> {
    if (file.size > MOST_PHOTO) return this.trouble(`${file.name}: a photo must have at most ${MOST_PHOTO / 1e6} MB, but has ${Math.round(file.size / 1e6)}.`);
    try {
      // Never kept at full size: a photo of 100 megapixels would take 400 MB.
      this.session.photo.value = await createImageBitmap(file, { resizeWidth: PHOTO_SIDE, resizeQuality: "high" });
      this.session.said.value = `${file.name} is shown.`;
    } catch {
      this.trouble(`${file.name}: this is no photo that the browser can read${this.canLoad ? "; layer lists end in .toml, .yaml or .json" : ""}.`);
    }
  }

  private async takeList(file: File): Promise<void> {
    if (!this.canLoad) return this.trouble(`${file.name}: this page is a file and reads no layer lists; run “eyeshot explore ${file.name}”, or paste a list under “Edit layers”.`);
    if (file.size > MOST_LIST) return this.trouble(`${file.name}: a layer list must have at most ${MOST_LIST.toLocaleString("en")} bytes, but has ${file.size.toLocaleString("en")}.`);
    try {
      const answer = await fetch("layers", {
        method: "POST",
        headers: { "X-Eyeshot-Token": this.model.get("token") ?? "", "X-File-Name": encodeURIComponent(file.name) },
        body: await file.arrayBuffer(),
      });
      const told = (await answer.json()) as { document?: Document; error?: string };
      if (told.document) this.show(told.document);
      else this.trouble(told.error ?? `the server answered ${answer.status}`);
    } catch (error) {
      this.trouble(`${file.name} could not be read: eyeshot does not answer any more (${(error as Error).message}).`);
    }
  }

  private trouble(text: string): void {
    this.session.trouble.value = text;
  }
}

function fitting(network: Network, id: number, at: number[] | undefined): number[] | undefined {
  const { extents } = network.values[id].layout;
  return at?.length === extents.length && at.every((i, k) => Number.isInteger(i) && i >= 0 && i < extents[k]) ? at : undefined;
}
