/**
 * Scrolling by lines: which row stands at the upper edge, and by how much of it. Rows may differ in
 * height, and there may be more of them than a page can be high; the scroll bar shows a share.
 */

/** What a row is taken for until it is drawn, pixels. */
export const ROW = 18;

/** Engines draw elements up to some 16 million pixels exactly; this is well below. */
const HIGHEST = 8_000_000;

/** Rows that are drawn beyond the edge. */
const BEYOND = 12;

export interface Lines {
  readonly count: number;
  numberAt(row: number): number;
  rowOf(number: number): number;
}

export class LineScroll {
  /** Stands at the last line, and moves with it. */
  atEnd = $state(true);
  /** Number of the line at the upper edge. */
  top = $state(0);
  /** How much of it is above the edge, 0 to 1. */
  part = $state(0);
  /** Pixels in sight. */
  height = $state(200);

  #lines: () => Lines;
  #bar: HTMLElement | null = null;
  #body: HTMLElement | null = null;
  /** Where the bar was put by this; a scroll to there is no person's. */
  #put = -1;

  readonly count = $derived.by(() => this.#lines().count);
  /** Rows that fit. */
  readonly room = $derived(Math.max(1, Math.ceil(this.height / ROW)));
  /** Height of the whole, pixels. */
  readonly whole = $derived(Math.min(HIGHEST, Math.max(this.count * ROW, this.height)));

  /** The rows to draw, from and up to. */
  readonly drawn: [number, number] = $derived.by(() => {
    const { count, room } = this;
    if (this.atEnd) return [Math.max(0, count - room - BEYOND), count];
    const row = this.#lines().rowOf(this.top);
    return [row, Math.min(count, row + room + BEYOND)];
  });

  constructor(lines: () => Lines) {
    this.#lines = lines;
  }

  /** Takes the element that scrolls and the one that the rows are drawn in, as an attachment. */
  attach = (bar: HTMLElement): (() => void) => {
    this.#bar = bar;
    this.#body = bar.querySelector('[data-lines]');
    const size = new ResizeObserver(() => (this.height = bar.clientHeight || this.height));
    size.observe(bar);
    const onScroll = (): void => this.#onScroll();
    const onWheel = (event: WheelEvent): void => {
      if (event.ctrlKey || event.shiftKey || event.deltaY === 0) return;
      event.preventDefault();
      const unit = event.deltaMode === 1 ? ROW : event.deltaMode === 2 ? this.height : 1;
      this.by(event.deltaY * unit);
    };
    bar.addEventListener('scroll', onScroll, { passive: true });
    bar.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      size.disconnect();
      bar.removeEventListener('scroll', onScroll);
      bar.removeEventListener('wheel', onWheel);
    };
  };

  /** Goes to a line, a third down from the upper edge. */
  to(number: number): void {
    const lines = this.#lines();
    const row = Math.max(0, lines.rowOf(number) - Math.floor(this.room / 3));
    if (row >= this.#lastTop()) this.toEnd();
    else this.#stand(lines.numberAt(row), 0);
  }

  toEnd(): void {
    this.atEnd = true;
  }

  toStart(): void {
    if (this.count > this.room) this.#stand(this.#lines().numberAt(0), 0);
  }

  /** Moves by pixels of what is drawn. */
  by(pixels: number): void {
    if (this.count === 0) return;
    if (this.atEnd) {
      if (pixels >= 0 || !this.#leaveEnd()) return;
    }
    const lines = this.#lines();
    let row = lines.rowOf(this.top);
    let left = this.part * this.#heightOf(row) + pixels;
    while (left < 0 && row > 0) left += this.#heightOf(--row);
    while (row < this.count - 1 && left >= this.#heightOf(row)) left -= this.#heightOf(row++);
    if (pixels > 0 && this.#endsInSight(pixels)) {
      this.toEnd();
      return;
    }
    this.#stand(lines.numberAt(row), Math.max(0, left / this.#heightOf(row)));
  }

  /** Puts the scroll bar where the view is; to be called from an effect. */
  putBar(): void {
    const most = this.whole - this.height;
    const row = this.#lines().rowOf(this.top) + this.part;
    const share = this.atEnd ? 1 : Math.min(1, row / Math.max(1, this.#lastTop()));
    const at = Math.round(share * most);
    if (!this.#bar || Math.abs(this.#bar.scrollTop - at) < 1) return;
    this.#bar.scrollTop = at;
    this.#put = this.#bar.scrollTop;
  }

  #onScroll(): void {
    const bar = this.#bar;
    if (!bar || Math.abs(bar.scrollTop - this.#put) < 2) return;
    this.#put = bar.scrollTop;
    const most = this.whole - this.height;
    if (most <= 0) return;
    if (bar.scrollTop >= most - 1) {
      this.toEnd();
      return;
    }
    const row = (bar.scrollTop / most) * this.#lastTop();
    this.#stand(this.#lines().numberAt(Math.floor(row)), row % 1);
  }

  #stand(number: number, part: number): void {
    this.atEnd = false;
    this.top = number;
    this.part = part;
  }

  /** The row that is at the upper edge when the last line is at the lower one. */
  #lastTop(): number {
    return Math.max(0, this.count - this.height / ROW);
  }

  #rowElement(row: number): HTMLElement | null {
    const number = this.#lines().numberAt(row);
    return this.#body?.querySelector<HTMLElement>(`[data-number="${number}"]`) ?? null;
  }

  #heightOf(row: number): number {
    return this.#rowElement(row)?.offsetHeight || ROW;
  }

  /** Whether the last line would be whole in sight after a move down. */
  #endsInSight(pixels: number): boolean {
    const last = this.#rowElement(this.count - 1);
    if (!last || !this.#bar) {
      return this.#lines().rowOf(this.top) >= this.#lastTop();
    }
    const edge = this.#bar.getBoundingClientRect();
    return last.getBoundingClientRect().bottom - pixels <= edge.top + this.height + 1;
  }

  /** From the end to the line that is at the upper edge now. False: everything is in sight. */
  #leaveEnd(): boolean {
    if (!this.#bar || !this.#body) return false;
    const edge = this.#bar.getBoundingClientRect().top;
    const rows = [...this.#body.querySelectorAll<HTMLElement>('[data-number]')];
    const first = rows.find((row) => row.getBoundingClientRect().bottom > edge + 0.5);
    if (!first) {
      const row = Math.max(0, Math.floor(this.#lastTop()));
      if (row === 0) return false;
      this.#stand(this.#lines().numberAt(row), 0);
      return true;
    }
    const box = first.getBoundingClientRect();
    const above = edge - box.top;
    if (above <= 0 && Number(first.dataset['number']) === this.#lines().numberAt(0)) return false;
    this.#stand(Number(first.dataset['number']), Math.max(0, above / (box.height || ROW)));
    return true;
  }
}
