import { untrack } from 'svelte';

/** How the person wants times to be written: the settings `ui.date_format` and `ui.timezone`. */

export const dateFormats = ['locale', 'iso', 'relative'] as const;
export type DateFormat = (typeof dateFormats)[number];

interface TimeStyle {
  format: DateFormat;
  /** An IANA name; `null` is this computer's zone. */
  zone: string | null;
}

/** A moment as a calendar and a clock show it; months count from 0. */
export interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

let style = $state.raw<TimeStyle>({ format: 'locale', zone: null });
let reader: Intl.DateTimeFormat | null = null;

function readerOf(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    // A zone that this web view does not know: its own clock is better than none.
    return null;
  }
}

/** Takes the values of the two settings; whatever is not one of theirs is the default. */
export function setTimeStyle(format: unknown, zone: unknown): void {
  const next: TimeStyle = {
    format: dateFormats.find((one) => one === format) ?? 'locale',
    zone: typeof zone === 'string' && zone !== 'local' ? zone : null,
  };
  // An effect may call this: what it writes it must not read.
  const before = untrack(() => style);
  if (next.zone === before.zone && next.format === before.format) return;
  if (next.zone !== before.zone) reader = next.zone === null ? null : readerOf(next.zone);
  style = next;
}

export function dateFormat(): DateFormat {
  return style.format;
}

/** Reads a moment in the chosen zone. */
export function partsOf(moment: string | number | Date): Parts {
  const at = new Date(moment);
  if (style.zone === null || reader === null || Number.isNaN(at.getTime())) {
    return {
      year: at.getFullYear(),
      month: at.getMonth(),
      day: at.getDate(),
      hour: at.getHours(),
      minute: at.getMinutes(),
      second: at.getSeconds(),
    };
  }
  const found: Record<string, number> = {};
  for (const { type, value } of reader.formatToParts(at)) found[type] = Number(value);
  return {
    year: found['year'] ?? 0,
    month: (found['month'] ?? 1) - 1,
    day: found['day'] ?? 0,
    hour: found['hour'] ?? 0,
    minute: found['minute'] ?? 0,
    second: found['second'] ?? 0,
  };
}

/** Milliseconds that the chosen zone's clock is behind UTC at a moment. */
export function behindUtc(moment: number): number {
  const { year, month, day, hour, minute, second } = partsOf(moment);
  const whole = Math.floor(moment / 1000) * 1000;
  return whole - Date.UTC(year, month, day, hour, minute, second);
}

interface Habits {
  language: string;
  /** Whether noon is 12 PM. */
  halves: boolean;
  /** Whether the month stands before the day. */
  monthFirst: boolean;
}

let habits: Habits | null = null;

/** How the system's language writes: the order of day and month, and how many hours a clock has. */
export function systemHabits(): Habits {
  const { language } = navigator;
  if (habits?.language === language) return habits;
  const order = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'numeric' })
    .formatToParts(0)
    .map(({ type }) => type);
  const { hour12 } = new Intl.DateTimeFormat(language, { hour: 'numeric' }).resolvedOptions();
  habits = {
    language,
    halves: hour12 ?? false,
    monthFirst: order.indexOf('month') < order.indexOf('day'),
  };
  return habits;
}
