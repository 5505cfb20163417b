import type { ContainerRow } from '../../lib/backend/generated';
import { secondsSince } from '../../lib/format';

/** Seconds after which a figure is old, whatever the pace of collection. */
const OLDEST = 90;

/** What a row's age is judged by. */
export interface Surroundings {
  /** Seconds between two samples. */
  pace: number;
  /** Milliseconds since 1970. */
  now: number;
}

/** Seconds since what a row says was true; `null` while it is kept up to date. */
export function ageOf({ figures, old_since }: ContainerRow, { pace, now }: Surroundings) {
  // Its engine is silent: the row is what was last heard of it, its state as well as its figures.
  if (old_since !== null) return secondsSince(old_since, now);
  const measured = figures === null ? null : secondsSince(figures.at, now);
  return measured !== null && measured > Math.max(OLDEST, pace * 2.5) ? measured : null;
}
