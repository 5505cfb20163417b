import { gapsOf, nearest, NO_ROWS, type Rows, type Span } from './gaps';

/** A drag shorter than this share of the axis was a click. */
const LEAST_DRAG = 0.01;

/** A zoom never shows less than this many rows. */
const LEAST_ROWS = 4;

/**
 * The time axis that several charts share: what stretch is shown, where the crosshair stands, and
 * what is being selected. It knows nothing of figures.
 */
export class Timeline {
  /** The whole stretch. */
  full = $state.raw<Span>({ from: 0, to: 1 });
  /** When rows were measured. */
  rows = $state.raw<Rows>(NO_ROWS);
  /** Where nothing was. */
  gaps = $state.raw<Span[]>([]);
  /** The stretch that was zoomed to. */
  zoomed = $state.raw<Span | null>(null);
  /** Where the crosshair stands; `null` while it is not shown. */
  cursor = $state<number | null>(null);
  /** From where to where a drag goes, while it does. */
  dragged = $state.raw<Span | null>(null);

  /** What is shown. */
  readonly shown = $derived(this.zoomed ?? this.full);

  /** The row under the crosshair; `null` in a gap, or without a crosshair. */
  readonly index = $derived(
    this.cursor === null ? null : nearest(this.rows, this.gaps, this.cursor),
  );

  /** Where the crosshair is drawn: on its row, or where the pointer is within a gap. */
  readonly crosshair = $derived(
    this.index === null ? this.cursor : (this.rows.at[this.index] ?? this.cursor),
  );

  /** Where a resting pointer is: as time moves on, the crosshair stays under it. */
  #pointer: number | null = null;

  /** Shows another recording; a crosshair or zoom that no longer fits is dropped. */
  show(full: Span, rows: Rows, tolerance: number, tail = tolerance): void {
    this.full = full;
    if (this.#pointer !== null) this.cursor = this.at(this.#pointer);
    this.rows = rows;
    this.gaps = gapsOf(rows, tolerance, full.to, tail);
    if (this.zoomed && (this.zoomed.to < full.from || this.zoomed.from > full.to)) {
      this.zoomed = null;
    }
    if (this.cursor !== null && (this.cursor < full.from || this.cursor > full.to)) {
      this.cursor = null;
    }
  }

  /** Share of the shown stretch at which `at` stands; outside of 0–1 it is not visible. */
  share(at: number): number {
    return (at - this.shown.from) / (this.shown.to - this.shown.from);
  }

  /** The time at a share of the shown stretch. */
  at(share: number): number {
    const within = Math.min(1, Math.max(0, share));
    return this.shown.from + within * (this.shown.to - this.shown.from);
  }

  /** Moves the crosshair by rows; from nowhere it starts at the newest. */
  step(rows: number): void {
    const shown = this.#shownRows();
    if (shown === null) return;
    this.#pointer = null;
    const current = this.index ?? this.#rowBeside(rows);
    const next = this.cursor === null ? shown.last : current + rows;
    this.cursor = this.rows.at[Math.min(shown.last, Math.max(shown.first, next))] ?? null;
  }

  /** Moves the crosshair to the first or last row that is shown. */
  stepToEnd(end: 'first' | 'last'): void {
    const shown = this.#shownRows();
    if (shown === null) return;
    this.#pointer = null;
    this.cursor = this.rows.at[shown[end]] ?? null;
  }

  /** Begins to select a stretch. */
  press(at: number): void {
    this.dragged = { from: at, to: at };
  }

  /** The pointer is at `at`. */
  move(at: number): void {
    this.#pointer = this.share(at);
    this.cursor = at;
    if (this.dragged) this.dragged = { from: this.dragged.from, to: at };
  }

  /** The pointer is gone, and the crosshair with it. */
  leave(): void {
    if (this.dragged) return;
    this.#pointer = null;
    this.cursor = null;
  }

  /** Ends the selection and zooms to it, unless it was a click. */
  release(): void {
    const dragged = this.dragged;
    this.dragged = null;
    if (!dragged) return;
    const length = Math.abs(dragged.to - dragged.from);
    if (length < LEAST_DRAG * (this.shown.to - this.shown.from)) return;
    this.#pointer = null;
    this.zoom({ from: Math.min(dragged.from, dragged.to), to: Math.max(dragged.from, dragged.to) });
  }

  /** Drops a selection that has begun. */
  cancel(): void {
    this.dragged = null;
  }

  /** Shows only `span`, but never fewer than a few rows. */
  zoom(span: Span): void {
    const inside = this.rows.at.filter((at) => at >= span.from && at <= span.to).length;
    if (inside < LEAST_ROWS) return;
    this.zoomed = {
      from: Math.max(span.from, this.full.from),
      to: Math.min(span.to, this.full.to),
    };
  }

  /** Halves or doubles the shown stretch around the crosshair. */
  zoomBy(factor: number): void {
    const length = (this.shown.to - this.shown.from) * factor;
    if (length >= this.full.to - this.full.from) {
      this.zoomed = null;
      return;
    }
    const middle = this.crosshair ?? (this.shown.from + this.shown.to) / 2;
    const from = Math.min(Math.max(middle - length / 2, this.full.from), this.full.to - length);
    this.zoom({ from, to: from + length });
  }

  /** Takes back the nearest thing first: a drag, the zoom, the crosshair. False: there was none. */
  escape(): boolean {
    this.#pointer = null;
    if (this.dragged) this.dragged = null;
    else if (this.zoomed) this.zoomed = null;
    else if (this.cursor !== null) this.cursor = null;
    else return false;
    return true;
  }

  #shownRows(): { first: number; last: number } | null {
    const first = this.rows.at.findIndex((at) => at >= this.shown.from);
    const last = this.rows.at.findLastIndex((at) => at <= this.shown.to);
    return first < 0 || last < first ? null : { first, last };
  }

  /** Within a gap: the row from which one step leads out of it. */
  #rowBeside(direction: number): number {
    const cursor = this.cursor ?? this.full.to;
    const next = this.rows.at.findIndex((at) => at >= cursor);
    if (next < 0) return this.rows.at.length;
    return direction > 0 ? next - 1 : next;
  }
}
