import { tick } from 'svelte';
import { VirtualList } from '../state/virtual.svelte';
import { isChord, isTyping } from './keys';

/** The measures of a grid of tiles, pixels. */
export interface TileSize {
  width: number;
  height: number;
  gap: number;
}

/** A row of tiles that is drawn. */
export interface TileRow {
  row: number;
  /** Pixels from the grid's top. */
  start: number;
  /** The places of its tiles in the whole list. */
  tiles: readonly number[];
}

/** How often it is looked whether a tile that was far away is drawn by now. */
const LOOKS = 5;

/**
 * Tiles of which only those in sight are in the page, as many beside each other as fit: one tab
 * stop, and the arrows lead to any of them. A tile's link carries `data-tile` with its place.
 */
export class TileGrid {
  /** The element that holds the rows; to be bound. */
  grid = $state<HTMLElement | null>(null);
  /** Width of the grid, pixels; 0 while it has none. */
  width = $state(0);
  /** The place that has or had the focus. */
  active = $state(0);
  #count: () => number;
  #size: TileSize;
  #virtual: VirtualList;

  readonly columns = $derived.by(() => {
    const { width, gap } = this.#size;
    return this.width === 0 ? 3 : Math.max(1, Math.floor((this.width + gap) / (width + gap)));
  });
  readonly rows = $derived.by(() => Math.ceil(this.#count() / this.columns));
  readonly drawn = $derived.by((): TileRow[] =>
    this.#virtual.drawn.map(({ index, start }) => {
      const first = index * this.columns;
      const length = Math.max(0, Math.min(this.columns, this.#count() - first));
      return { row: index, start, tiles: Array.from({ length }, (_, at) => first + at) };
    }),
  );
  /** The place that Tab leads to. */
  readonly stop = $derived.by(() => {
    const isDrawn = this.drawn.some(({ tiles }) => tiles.includes(this.active));
    return isDrawn ? this.active : (this.drawn[0]?.tiles[0] ?? 0);
  });

  /** To be called at the start of a component; follows the count as it changes. */
  constructor(count: () => number, size: TileSize) {
    this.#count = count;
    this.#size = size;
    this.#virtual = new VirtualList(() => ({
      count: this.rows,
      heightOf: () => size.height + size.gap,
      keyOf: String,
      keep: Math.floor(this.active / this.columns),
    }));
  }

  /** Height of all rows together, pixels. */
  get height(): number {
    return this.#virtual.height;
  }

  /** Follows the element that scrolls, as an attachment. */
  readonly follow = (element: HTMLElement): (() => void) => this.#virtual.follow(element);

  /** The place of the tile that something is in. */
  tileAt(target: EventTarget | null): number | null {
    if (!(target instanceof Element)) return null;
    const place = target.closest<HTMLElement>('[data-tile]')?.dataset['tile'];
    return place === undefined ? null : Number(place);
  }

  /** Moves the focus where a key leads; says whether it was such a key. */
  press(event: KeyboardEvent): boolean {
    const at = this.tileAt(event.target);
    if (at === null || isTyping(event.target)) return false;
    const { columns } = this;
    const last = this.#count() - 1;
    const column = at % columns;
    const steps: Record<string, number> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      ArrowUp: at - columns,
      ArrowDown: at + columns,
      K: at - columns,
      J: at + columns,
      PageUp: Math.max(column, at - 5 * columns),
      PageDown: at + 5 * columns,
      Home: 0,
      End: last,
    };
    const chord = Object.keys(steps).find((one) => isChord(event, one));
    if (chord === undefined) return false;
    const to = steps[chord] ?? at;
    // Downwards a last row that is shorter is reached at its end; upwards and aside the edge holds.
    const isShort = to > last && Math.floor(at / columns) < this.rows - 1;
    const next = to < 0 ? at : to <= last ? to : isShort || chord === 'PageDown' ? last : at;
    void this.focus(next);
    return true;
  }

  /** Scrolls to the first row. */
  toTop(): void {
    this.#virtual.scrollTo(0, 'start');
  }

  /** Brings a tile into sight and gives it the focus. */
  async focus(at: number): Promise<void> {
    if (at < 0 || at >= this.#count()) return;
    this.active = at;
    this.#virtual.scrollTo(Math.floor(at / this.columns));
    // A row that was far away is drawn after the next scroll event.
    for (let look = 0; look < LOOKS; look++) {
      await tick();
      const tile = this.grid?.querySelector<HTMLElement>(`[data-tile="${at}"]`);
      if (tile) return tile.focus();
      await new Promise((next) => requestAnimationFrame(next));
    }
  }
}
