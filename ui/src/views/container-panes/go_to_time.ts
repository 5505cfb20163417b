import { startOfDate, startOfDay } from '../../lib/format';

const HOUR = 3_600_000;

/**
 * The moment that a person names: `14:31`, `14:31:02`, `2026-11-22 14:31`, in the chosen zone. A
 * time without a day is the last such one. `null`: it is none.
 */
export function momentOf(text: string, now: number): number | null {
  const found = /^\s*(?:(\d{4}-\d{1,2}-\d{1,2})[ T]+)?(\d{1,2}):(\d{2})(?::(\d{2}))?\s*$/.exec(
    text,
  );
  if (!found) return null;
  const [, date, hour, minute, second] = found;
  const [hours, minutes, seconds] = [hour, minute, second ?? 0].map(Number);
  if (hours === undefined || minutes === undefined || seconds === undefined) return null;
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  const within = hours * HOUR + minutes * 60_000 + seconds * 1000;
  if (date !== undefined) {
    const midnight = startOfDate(date);
    return midnight === null ? null : midnight + within;
  }
  const today = startOfDay(now) + within;
  return today <= now ? today : startOfDay(now, -1) + within;
}
