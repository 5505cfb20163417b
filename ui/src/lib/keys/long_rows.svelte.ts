import { tick } from 'svelte';
import { VirtualList } from '../state/virtual.svelte';

/** A line of a long list, and what it is told apart by. */
interface Keyed {
  readonly key: string;
}

/** A line that is drawn. */
export interface DrawnLine<Line> {
  line: Line;
  /** Its place in the whole list. */
  index: number;
  /** Pixels from the list's top. */
  start: number;
}

/** How often it is looked whether a row that was far away is drawn by now. */
const LOOKS = 5;

/**
 * A list of which only what is in sight is in the page, whose rows are elements with `data-row`, all
 * of one height: one tab stop, and a way to any of them.
 */
export class LongRows<Line extends Keyed> {
  /** The element that holds the rows; to be bound. */
  table = $state<HTMLElement | null>(null);
  /** The line that has or had the focus. */
  active = $state<string | null>(null);
  #lines: () => readonly Line[];
  #virtual: VirtualList;

  /** Lines in sight, and some around them. */
  readonly drawn = $derived.by((): DrawnLine<Line>[] => {
    const lines = this.#lines();
    return this.#virtual.drawn.flatMap(({ index, start }) => {
      const line = lines[index];
      return line ? [{ index, start, line }] : [];
    });
  });
  /** The line that Tab leads to: the one that had the focus, as long as it is in the list. */
  readonly stop = $derived.by(() => {
    const isDrawn = this.drawn.some(({ line }) => line.key === this.active);
    return isDrawn ? this.active : this.drawn[0]?.line.key;
  });

  /** To be called at the start of a component; follows the list as it changes. */
  constructor(lines: () => readonly Line[], rowHeight: number) {
    this.#lines = lines;
    this.#virtual = new VirtualList(() => {
      const now = lines();
      const at = this.active === null ? -1 : now.findIndex(({ key }) => key === this.active);
      return {
        count: now.length,
        heightOf: () => rowHeight,
        keyOf: (index) => now[index]?.key ?? String(index),
        keep: at < 0 ? undefined : at,
      };
    });
  }

  /** Height of all rows together, pixels. */
  get height(): number {
    return this.#virtual.height;
  }

  /** Follows the element that scrolls, as an attachment. */
  readonly follow = (element: HTMLElement): (() => void) => this.#virtual.follow(element);

  /** The key of the row that something is in. */
  keyAt(target: EventTarget | null): string | null {
    if (!(target instanceof Element)) return null;
    return target.closest<HTMLElement>('[data-row]')?.dataset['row'] ?? null;
  }

  lineAt(target: EventTarget | null): Line | undefined {
    const key = this.keyAt(target);
    return key === null ? undefined : this.#lines().find((line) => line.key === key);
  }

  /** Brings a line into sight and gives it the focus. */
  async focus(key: string): Promise<void> {
    const at = this.#lines().findIndex((line) => line.key === key);
    if (at < 0) return;
    this.active = key;
    this.#virtual.scrollTo(at);
    // A row that was far away is drawn after the next scroll event.
    for (let look = 0; look < LOOKS; look++) {
      await tick();
      const row = this.table?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`);
      if (row) return row.focus();
      await new Promise((next) => requestAnimationFrame(next));
    }
  }
}
