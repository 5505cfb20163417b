import type { SparkPoint } from '../../components/sparkline';

/** How far back a sparkline goes. */
export const sparkSpan = 3_600_000;
/** Samples within a slot become one point, so that an hour stays 120 points at any pace. */
const slotSpan = 30_000;

/** The last hour of one server's CPU, in slots. */
export class Spark {
  #points = $state.raw<readonly SparkPoint[]>([]);
  #slot = -1;
  #sum = 0;
  #count = 0;
  #lastAt = -Infinity;

  constructor(points: readonly SparkPoint[] = []) {
    const slots: SparkPoint[] = [];
    for (const [at, percent] of points) this.#put(slots, at, percent);
    this.#points = slots;
  }

  get points(): readonly SparkPoint[] {
    return this.#points;
  }

  /** Takes a sample; one that is not newer than the last is already in. */
  add(at: number, percent: number | null): void {
    if (at <= this.#lastAt) return;
    const points = this.#points.filter(([then]) => then > at - sparkSpan - slotSpan);
    this.#put(points, at, percent);
    this.#points = points;
  }

  #put(points: SparkPoint[], at: number, percent: number | null): void {
    this.#lastAt = at;
    if (percent === null) {
      this.#slot = -1;
      if (points.at(-1)?.[1] !== null) points.push([at, null]);
      return;
    }
    const slot = Math.floor(at / slotSpan);
    if (slot === this.#slot) {
      points.pop();
    } else {
      this.#slot = slot;
      this.#sum = 0;
      this.#count = 0;
    }
    this.#sum += percent;
    this.#count += 1;
    points.push([at, this.#sum / this.#count]);
  }
}

/** The right edge of all sparklines: it moves with the slots, not with every second. */
export function sparkEnd(now: number): number {
  return (Math.floor(now / slotSpan) + 1) * slotSpan;
}
