/** What the explorer is given: anywidget's model in a notebook, a stand-in on a page. */

export type Home = "page" | "app" | "notebook";

/** The part of anywidget's model that is used. */
export interface Model {
  // biome-ignore lint: the keys are the widget's traits
  get(key: string): any;
  set(key: string, value: unknown): void;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
  save_changes(): void;
}

/** Holds what the page's script element says; nobody listens on the other side. */
export class StandIn implements Model {
  constructor(private readonly data: Record<string, unknown>) {}
  get(key: string): unknown {
    return this.data[key];
  }
  set(key: string, value: unknown): void {
    this.data[key] = value;
  }
  on(): void {}
  off(): void {}
  save_changes(): void {}
}

export async function photoOf(address: string): Promise<HTMLImageElement> {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  return picture;
}

/** What a page carries, with its document unpacked. */
export async function unpacked({ packed, ...rest }: { packed: string }): Promise<Record<string, unknown>> {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return { ...rest, document: await new Response(text).json() };
}
