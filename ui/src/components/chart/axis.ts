import { behindUtc, clock, clockSeconds, day, type Unit } from '../../lib/format';
import type { Span } from './gaps';

/** A mark on an axis. */
export interface Tick {
  at: number;
  text: string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 4, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 7, 14].map((n) => n * DAY),
];

/**
 * Round times within `span`, at most `most` of them. They are round by the clock of the chosen zone, so
 * that they stay at full hours also where the offset changes in between.
 */
export function timeTicks(span: Span, most: number): Tick[] {
  const length = span.to - span.from;
  if (length <= 0 || most < 1) return [];
  const step = STEPS.find((candidate) => length / candidate <= most) ?? 30 * DAY;
  const text = (at: number): string =>
    step >= DAY ? day(at, span.to) : step < MINUTE ? clockSeconds(at) : clock(at);
  const ticks: Tick[] = [];
  let shift = behindUtc(span.from);
  let at = Math.ceil((span.from - shift) / step) * step + shift;
  while (at <= span.to) {
    const moved = behindUtc(at) - shift;
    if (moved !== 0) {
      shift += moved;
      at = Math.ceil((at - shift) / step) * step + shift;
      continue;
    }
    ticks.push({ at, text: text(at) });
    at += step;
  }
  return ticks;
}

/** A time under the crosshair, as exact as `span` asks for. */
export function crosshairText(at: number, span: Span): string {
  const length = span.to - span.from;
  if (length <= 20 * MINUTE) return clockSeconds(at);
  if (length <= 26 * HOUR) return clock(at);
  return `${day(at, span.to)} ${clock(at)}`;
}

/** The next of 1, 2, 5, 10, 20, … at or above `value`. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((candidate) => value <= candidate * power * (1 + 1e-9));
  return (factor ?? 10) * power;
}

const MEMORY_STEPS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768];

/** The next size in which memory is sold, at or above `value`. */
export function roundUpMemory(value: number): number {
  return MEMORY_STEPS.find((step) => value <= step) ?? roundUp(value);
}

/** What the left edge of a chart says: nothing, half and all of `ceiling`, the unit once. */
export function valueTicks(ceiling: number, unit: Unit, unitAtTop: boolean): Tick[] {
  const short = (value: number): string => String(Number((value / unit.divisor).toFixed(2)));
  const top = short(ceiling);
  return [
    { at: 0, text: '0' },
    { at: ceiling / 2, text: short(ceiling / 2) },
    { at: ceiling, text: unitAtTop ? `${top}\u00a0${unit.name}` : top },
  ];
}
