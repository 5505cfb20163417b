import { ABSENT, isMeasured, NBSP } from './text';
import { behindUtc, dateFormat, partsOf, systemHabits } from './time_style.svelte';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A moment as the backend or a chart names it: RFC 3339, milliseconds since 1970, or a `Date`. */
export type Moment = string | number | Date;

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** An age in one unit: `40 s`, `12 min`, `6 h`, `41 d`. */
export function age(seconds: number | null | undefined): string {
  if (!isMeasured(seconds)) return ABSENT;
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 90) return `${whole}${NBSP}s`;
  if (whole < 90 * MINUTE) return `${Math.floor(whole / MINUTE)}${NBSP}min`;
  if (whole < 2 * DAY) return `${Math.floor(whole / HOUR)}${NBSP}h`;
  return `${Math.floor(whole / DAY)}${NBSP}d`;
}

/** A length of time, in two units below two days: `2 h 12 min`. */
export function duration(seconds: number | null | undefined): string {
  if (!isMeasured(seconds)) return ABSENT;
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE) return `${whole}${NBSP}s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)}${NBSP}min`;
  if (whole >= 2 * DAY) return `${Math.floor(whole / DAY)}${NBSP}d`;
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  const hours = `${Math.floor(whole / HOUR)}${NBSP}h`;
  return minutes === 0 ? hours : `${hours} ${minutes}${NBSP}min`;
}

/** Seconds from `then` to `now`; never negative, since two clocks may disagree a little. */
export function secondsSince(then: Moment, now: Moment): number {
  return Math.max(0, (new Date(now).getTime() - new Date(then).getTime()) / 1000);
}

/** `14:33`, in the chosen zone and as the chosen format has it: `2:33 PM`. */
export function clock(moment: Moment): string {
  const { hour, minute } = partsOf(moment);
  return clockText(hour, two(minute));
}

/** `14:33:08`. */
export function clockSeconds(moment: Moment): string {
  const { hour, minute, second } = partsOf(moment);
  return clockText(hour, `${two(minute)}:${two(second)}`);
}

function clockText(hour: number, rest: string): string {
  if (dateFormat() === 'iso' || !systemHabits().halves) return `${two(hour)}:${rest}`;
  return `${hour % 12 || 12}:${rest}${NBSP}${hour < 12 ? 'AM' : 'PM'}`;
}

/** `3 Oct`, with the year only if it is not this one; `2026-10-03`. */
export function day(moment: Moment, now: Moment = Date.now()): string {
  const at = partsOf(moment);
  if (dateFormat() === 'iso') return `${at.year}-${two(at.month + 1)}-${two(at.day)}`;
  const month = MONTHS[at.month];
  const monthFirst = systemHabits().monthFirst;
  const text = monthFirst ? `${month}${NBSP}${at.day}` : `${at.day}${NBSP}${month}`;
  if (at.year === partsOf(now).year) return text;
  return monthFirst ? `${text},${NBSP}${at.year}` : `${text}${NBSP}${at.year}`;
}

/** Whether two moments fall on the same day in the chosen zone. */
export function sameDay(one: Moment, other: Moment): boolean {
  const [a, b] = [partsOf(one), partsOf(other)];
  return a.year === b.year && a.month === b.month && a.day === b.day;
}

/** `12 min ago`, `in 6 h`. */
function relative(moment: Moment, now: Moment): string {
  const ahead = new Date(moment).getTime() - new Date(now).getTime();
  if (Math.abs(ahead) < 1000) return 'now';
  const text = age(Math.abs(ahead) / 1000);
  return ahead > 0 ? `in ${text}` : `${text} ago`;
}

/** A clock time if it was today, else the day: `14:33`, `3 Oct`. After 'until' and 'at'. */
export function whenAt(moment: Moment, now: Moment = Date.now()): string {
  return sameDay(moment, now) ? clock(moment) : day(moment, now);
}

/** The same, or an age where somebody wants dates as ages: `14:33`, `3 Oct`, `12 min ago`. */
export function when(moment: Moment, now: Moment = Date.now()): string {
  return dateFormat() === 'relative' ? relative(moment, now) : whenAt(moment, now);
}

/** Day and clock, for sentences and tooltips: `today 14:33`, `3 Oct 14:33`. Never an age. */
export function whenExactly(moment: Moment, now: Moment = Date.now()): string {
  return `${sameDay(moment, now) ? 'today' : day(moment, now)} ${clock(moment)}`;
}

/** After 'trusted by ana': `today 14:33`, `on 3 Oct`, `41 d ago`. */
export function onDay(moment: Moment, now: Moment = Date.now()): string {
  if (dateFormat() === 'relative') return relative(moment, now);
  return sameDay(moment, now) ? `today ${clock(moment)}` : `on ${day(moment, now)}`;
}

const MONTHS_WHOLE =
  'January February March April May June July August September October November December'.split(
    ' ',
  );

/** Over the entries of a day: `Today, 22 November`, `Yesterday, 21 November`, `3 October 2025`. */
export function dayHead(moment: Moment, now: Moment = Date.now()): string {
  const at = partsOf(moment);
  const today = startOfDay(now);
  const month = MONTHS_WHOLE[at.month];
  let text = systemHabits().monthFirst ? `${month}${NBSP}${at.day}` : `${at.day}${NBSP}${month}`;
  if (at.year !== partsOf(now).year) text += `${NBSP}${at.year}`;
  if (dateFormat() === 'iso') text = day(moment, now);
  if (sameDay(moment, today)) return `Today, ${text}`;
  return sameDay(moment, startOfDay(now, -1)) ? `Yesterday, ${text}` : text;
}

/** Midnight in the chosen zone at the start of a moment's day, or of a day before or after it. */
export function startOfDay(moment: Moment, plusDays = 0): number {
  const { year, month, day } = partsOf(moment);
  return midnightOf(year, month, day + plusDays);
}

/** The same of a day as a date field writes it, `2026-11-22`; `null` for what is no date. */
export function startOfDate(text: string, plusDays = 0): number | null {
  const [year, month, day] = text.split('-').map(Number);
  if (!year || !month || !day) return null;
  const at = midnightOf(year, month - 1, day + plusDays);
  return Number.isNaN(at) ? null : at;
}

function midnightOf(year: number, month: number, day: number): number {
  const utc = Date.UTC(year, month, day);
  // The zone may be another way from UTC at its own midnight than at that of UTC.
  return utc + behindUtc(utc + behindUtc(utc));
}
