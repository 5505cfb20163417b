import type { History, LivePoint } from '../../lib/backend/generated';
import { NO_ROWS, type Recorded, type Rows, type Span } from '../../components/chart/gaps';

type Column = (number | null)[];

/** The figures of one server over a stretch of time, column by column. */
export interface Recording extends Recorded {
  cpu: Column;
  /** Highest sample of each row's span; only what was stored has it. */
  cpuPeak: Column | null;
  /** Each core's share; only what is live has it. */
  cores: Column[] | null;
  memoryUsed: Column;
  memoryCached: Column;
  swapUsed: Column;
  /** The greatest memory the host had in this time; `null` while unknown. */
  memoryTotal: number | null;
  received: Column;
  sent: Column;
  read: Column;
  written: Column;
}

/** The live charts show this much, milliseconds. */
export const LIVE_SPAN = 5 * 60_000;

/** The newest sample may be this many intervals old before it counts as missing. */
const MISSED = 3;

/** Figures that came as they were read. `interval` is the longest time between two, milliseconds. */
export function fromLive(
  points: readonly LivePoint[],
  until: number,
  interval: number,
  memoryTotal: number | null,
): Recording {
  const from = until - LIVE_SPAN;
  // One row before the edge stays, so that the line comes in from the left.
  const first = Math.max(0, points.findIndex((point) => point.at_ms >= from) - 1);
  const kept =
    points.at(-1) && (points.at(-1)?.at_ms ?? 0) < from ? points.slice(-1) : points.slice(first);
  const at = kept.map((point) => point.at_ms);
  return {
    span: { from, to: until },
    rows: { at, start: at, end: at },
    tolerance: MISSED * interval,
    tail: MISSED * interval,
    cpu: kept.map((point) => point.cpu_percent),
    cpuPeak: null,
    cores: kept.map((point) => point.core_percents),
    memoryUsed: kept.map((point) => point.memory_used_bytes),
    memoryCached: kept.map((point) => point.memory_cached_bytes),
    swapUsed: kept.map((point) => point.swap_used_bytes),
    memoryTotal,
    received: kept.map((point) => point.network_rx),
    sent: kept.map((point) => point.network_tx),
    read: kept.map((point) => point.disk_read),
    written: kept.map((point) => point.disk_written),
  };
}

/** What was stored: each row is the mean of its own span. */
export function fromHistory(history: History): Recording {
  const start = history.at.map((at) => at * 1000);
  const end = history.at.map((at, index) => (at + (history.span_seconds[index] ?? 0)) * 1000);
  const at = start.map((from, index) => (from + (end[index] ?? from)) / 2);
  const rows: Rows = at.length === 0 ? NO_ROWS : { at, start, end };
  // The row of the present span is written when the span is over.
  const newest = (history.span_seconds.at(-1) ?? 60) * 1000;
  return {
    span: { from: history.from * 1000, to: history.to * 1000 },
    rows,
    tolerance: 0,
    tail: 2 * newest + 30_000,
    cpu: history.cpu_percent,
    cpuPeak: history.cpu_peak_percent,
    cores: null,
    memoryUsed: history.memory_used_bytes,
    memoryCached: history.memory_cached_bytes,
    swapUsed: history.swap_used_bytes,
    memoryTotal: history.memory_total_bytes.reduce<number | null>(
      (most, total) => Math.max(most ?? 0, total),
      null,
    ),
    received: history.network_rx,
    sent: history.network_tx,
    read: history.disk_read,
    written: history.disk_written,
  };
}

/**
 * Takes rows together so that about `most` are left within `shown`: more lines than pixels are
 * noise, and cost a slow canvas time. Means are of what was measured, the peak stays the highest
 * sample, and no row reaches across a gap.
 */
export function coarsen(recording: Recording, shown: Span, most: number): Recording {
  const { at, start, end } = recording.rows;
  const visible = at.filter((time) => time >= shown.from && time <= shown.to).length;
  const each = Math.ceil(visible / Math.max(1, most));
  if (each <= 1) return recording;
  const groups: [number, number][] = [];
  for (let first = 0; first < at.length;) {
    let next = first + 1;
    while (next < at.length && next - first < each && touches(recording, next)) next += 1;
    groups.push([first, next]);
    first = next;
  }
  const column = (values: Column): Column =>
    groups.map(([first, next]) => mean(values.slice(first, next)));
  const starts = groups.map(([first]) => start[first] ?? 0);
  const ends = groups.map(([, next]) => end[next - 1] ?? 0);
  return {
    ...recording,
    rows: {
      start: starts,
      end: ends,
      at: starts.map((from, index) => (from + (ends[index] ?? from)) / 2),
    },
    cpu: column(recording.cpu),
    cpuPeak:
      recording.cpuPeak &&
      groups.map(([first, next]) => highest(recording.cpuPeak?.slice(first, next) ?? [])),
    memoryUsed: column(recording.memoryUsed),
    memoryCached: column(recording.memoryCached),
    swapUsed: column(recording.swapUsed),
    received: column(recording.received),
    sent: column(recording.sent),
    read: column(recording.read),
    written: column(recording.written),
  };
}

/** Whether a row begins where the one before it ends. */
function touches({ rows, tolerance }: Recording, index: number): boolean {
  return (rows.start[index] ?? 0) - (rows.end[index - 1] ?? 0) <= tolerance;
}

function mean(values: Column): number | null {
  const measured = values.filter((value) => value !== null);
  if (measured.length === 0) return null;
  return measured.reduce((sum, value) => sum + value, 0) / measured.length;
}

function highest(values: Column): number | null {
  const measured = values.filter((value) => value !== null);
  return measured.length === 0 ? null : Math.max(...measured);
}
