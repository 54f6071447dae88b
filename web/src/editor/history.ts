/** The editor's list with its past and future. */

import { computed, signal } from "@preact/signals";
import type { LayerList } from "./layers";

const MOST = 200;

export class History {
  private readonly past = signal<LayerList[]>([]);
  private readonly future = signal<LayerList[]>([]);
  readonly list = signal<LayerList | null>(null);
  readonly canUndo = computed(() => this.past.value.length > 0);
  readonly canRedo = computed(() => this.future.value.length > 0);

  change(next: LayerList): void {
    const now = this.list.value;
    if (now) this.past.value = [...this.past.value.slice(-MOST), now];
    this.future.value = [];
    this.list.value = next;
  }

  undo(): void {
    this.step(this.past, this.future);
  }

  redo(): void {
    this.step(this.future, this.past);
  }

  private step(from: typeof this.past, to: typeof this.past): void {
    const next = from.value[from.value.length - 1];
    const now = this.list.value;
    if (!next || !now) return;
    from.value = from.value.slice(0, -1);
    to.value = [...to.value, now];
    this.list.value = next;
  }
}
