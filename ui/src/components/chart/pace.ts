/** Redraws of one chart are at least this far apart, milliseconds: canvas is slow in WebKitGTK. */
export const REDRAW_INTERVAL = 250;

/**
 * Decides when a chart is drawn. Owns one timer; refuses to draw what nobody sees, and draws what
 * was missed as soon as it is seen again.
 */
export class Pace {
  #draw: () => void;
  #last = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #seen = true;
  #wanted = false;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** Whether the chart is on the screen. */
  set seen(seen: boolean) {
    this.#seen = seen;
    if (!seen) this.#cancel();
    else if (this.#wanted) this.now();
  }

  /** Draws soon: at once, or when the interval since the last time is over. */
  soon(): void {
    this.#wanted = true;
    if (!this.#seen || this.#timer !== undefined) return;
    const wait = this.#last + REDRAW_INTERVAL - performance.now();
    if (wait <= 0) this.now();
    else this.#timer = setTimeout(() => this.now(), wait);
  }

  /** Draws at once, because a person asked for it: zoom, another range, another theme. */
  now(): void {
    this.#cancel();
    this.#wanted = true;
    if (!this.#seen) return;
    this.#wanted = false;
    this.#last = performance.now();
    this.#draw();
  }

  /** Draws nothing any more. */
  stop(): void {
    this.#cancel();
    this.#draw = () => {};
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
