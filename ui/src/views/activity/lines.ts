import type { Activity } from '../../lib/backend/generated';

/** What the list shows, line by line: the heads of days, and entries. */
export type Line =
  | {
      kind: 'day';
      /** Midnight here, milliseconds since 1970. */
      at: number;
      /** Entries below it, as far as they were fetched. */
      count: number;
    }
  | { kind: 'entry'; entry: Activity };

/** Midnight here of the day that a moment falls on, and of the day after. */
function dayOf(moment: number): [start: number, end: number] {
  const start = new Date(moment);
  start.setHours(0, 0, 0, 0);
  const end = new Date(start);
  end.setDate(end.getDate() + 1);
  return [start.getTime(), end.getTime()];
}

/**
 * The lines with older entries below them. Only what is new is gone through, since a list may be
 * very long.
 */
export function withOlder(lines: readonly Line[], entries: readonly Activity[]): Line[] {
  const all = [...lines];
  let head = all.findLastIndex((line) => line.kind === 'day');
  const last = all[head];
  let [start, end] = last?.kind === 'day' ? dayOf(last.at) : [0, 0];
  let count = last?.kind === 'day' ? last.count : 0;
  const close = () => {
    if (head >= 0) all[head] = { kind: 'day', at: start, count };
  };
  for (const entry of entries) {
    const at = Date.parse(entry.timestamp);
    if (head < 0 || at < start || at >= end) {
      close();
      [start, end] = dayOf(at);
      count = 0;
      head = all.length;
      all.push({ kind: 'day', at: start, count });
    }
    count++;
    all.push({ kind: 'entry', entry });
  }
  close();
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
