/** What is being edited, with its past and future: a list of layers, or changes to a network that was given. */

import { computed, signal } from "@preact/signals";
import type { LayerList } from "./layers";
import type { Revision } from "./revision";

export type Draft = LayerList | Revision;

const MOST = 200;

export function isList(draft: Draft): draft is LayerList {
  return "layers" in draft;
}

export class History {
  private readonly past = signal<Draft[]>([]);
  private readonly future = signal<Draft[]>([]);
  readonly draft = signal<Draft | null>(null);
  readonly canUndo = computed(() => this.past.value.length > 0);
  readonly canRedo = computed(() => this.future.value.length > 0);

  change(next: Draft): void {
    const now = this.draft.value;
    if (now) this.past.value = [...this.past.value.slice(-MOST), now];
    this.future.value = [];
    this.draft.value = next;
  }

  undo(): void {
    this.step(this.past, this.future);
  }

  redo(): void {
    this.step(this.future, this.past);
  }

  private step(from: typeof this.past, to: typeof this.past): void {
    const next = from.value[from.value.length - 1];
    const now = this.draft.value;
    if (!next || !now) return;
    from.value = from.value.slice(0, -1);
    to.value = [...to.value, now];
    this.draft.value = next;
  }
}
