import type { Activity } from '../../lib/backend/generated';
import { partsOf } from '../../lib/format';

/** What the list shows, line by line: the heads of days, and entries. */
export type Line =
  | {
      kind: 'day';
      /** Tells days apart. */
      day: string;
      /** A moment of it. */
      at: string;
      /** Entries below it, as far as they were fetched. */
      count: number;
    }
  | { kind: 'entry'; entry: Activity };

/** Every zone's clock differs from UTC by a multiple of this, so that no midnight is inside one. */
const quarter = 15 * 60_000;
let lastQuarter = NaN;
let lastDay = '';

function dayOf(timestamp: string): string {
  const at = Math.floor(Date.parse(timestamp) / quarter);
  if (at !== lastQuarter) {
    const { year, month, day } = partsOf(at * quarter);
    lastQuarter = at;
    lastDay = `${year}-${month + 1}-${day}`;
  }
  return lastDay;
}

/**
 * The lines with older entries below them. Only what is new is gone through, since a list may be
 * very long.
 */
export function withOlder(lines: readonly Line[], entries: readonly Activity[]): Line[] {
  lastQuarter = NaN;
  const all = [...lines];
  const place = all.findLastIndex((line) => line.kind === 'day');
  let head = all[place];
  if (head?.kind === 'day') all[place] = head = { ...head };
  for (const entry of entries) {
    const day = dayOf(entry.timestamp);
    if (head?.kind !== 'day' || head.day !== day) {
      head = { kind: 'day', day, at: entry.timestamp, count: 0 };
      all.push(head);
    }
    head.count++;
    all.push({ kind: 'entry', entry });
  }
  return all;
}

/** Newer entries before the ones that are there; late ones go to their place in time. */
export function withNewer(
  entries: readonly Activity[],
  newer: readonly Activity[],
): readonly Activity[] {
  const all = [...newer, ...entries];
  const top = entries[0];
  const late = top && newer.some((one) => Date.parse(one.timestamp) < Date.parse(top.timestamp));
  if (!late) return all;
  return all.sort((one, other) => Date.parse(other.timestamp) - Date.parse(one.timestamp));
}
