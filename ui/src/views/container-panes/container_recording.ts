import type { ContainerHistory, ContainerPoint } from '../../lib/backend/generated';
import {
  type ChartModel,
  greatest,
  rateChart,
  type Recorded,
  roundUp,
  roundUpMemory,
  type Span,
  type Track,
  valueAt,
} from '../../components/chart';
import { bytes, percentFine, sizeUnit } from '../../lib/format';

type Column = (number | null)[];

/** The figures of one container over a stretch of time, column by column. */
export interface ContainerRecording extends Recorded {
  /** Percent of one core. */
  cpu: Column;
  /** Highest reading of each row's span; only what was stored has it. */
  cpuPeak: Column | null;
  /** Without the page cache, bytes. */
  memory: Column;
  /** What it might use at each time, bytes; only what was stored has it. */
  memoryLimit: Column | null;
  received: Column;
  sent: Column;
}

/** Limits that are in force now; absent: none, or not known. */
export interface Limits {
  cores: number | null;
  memory: number | null;
}

const HOUR = 3_600_000;

/** Readings come on one of several beats; three of the slowest may be missing, milliseconds. */
const LIVE_TOLERANCE = 90_000;

/** The last hour, as it was read. */
export function ofLive(points: readonly ContainerPoint[], now: number): ContainerRecording {
  const kept = points.filter((point) => point.at_ms >= now - HOUR && point.at_ms <= now + HOUR);
  const at = kept.map((point) => point.at_ms);
  const to = Math.max(now, at.at(-1) ?? now);
  return {
    span: { from: to - HOUR, to },
    rows: { at, start: at, end: at },
    tolerance: LIVE_TOLERANCE,
    tail: LIVE_TOLERANCE,
    cpu: kept.map((point) => point.cpu_percent),
    cpuPeak: null,
    memory: kept.map((point) => point.memory_bytes),
    memoryLimit: null,
    received: kept.map((point) => point.network_rx),
    sent: kept.map((point) => point.network_tx),
  };
}

/** What was stored: each row is the mean of its own span. */
export function ofHistory(history: ContainerHistory): ContainerRecording {
  const start = history.at.map((at) => at * 1000);
  const end = history.at.map((at, index) => (at + (history.span_seconds[index] ?? 0)) * 1000);
  const newest = (history.span_seconds.at(-1) ?? 60) * 1000;
  return {
    span: { from: history.from * 1000, to: history.to * 1000 },
    rows: {
      at: start.map((from, index) => (from + (end[index] ?? from)) / 2),
      start,
      end,
    },
    tolerance: 0,
    // The row of the present span is written when the span is over.
    tail: 2 * newest + 30_000,
    cpu: history.cpu_percent,
    cpuPeak: history.cpu_peak_percent,
    memory: history.memory_bytes,
    memoryLimit: history.memory_limit_bytes,
    received: history.network_rx,
    sent: history.network_tx,
  };
}

/** The same value on every row that was measured: a line. */
function level(value: number, beside: Column): Column {
  return beside.map((one) => (one === null ? null : value));
}

/** The charts of a container, top to bottom. `index` is the row that the heads read out. */
export function chartsOfContainer(
  recording: ContainerRecording,
  shown: Span,
  index: number | null,
  limits: Limits,
): ChartModel[] {
  return [
    cpuChart(recording, index, limits.cores),
    memoryChart(recording, index, limits.memory),
    rateChart('Network', recording.rows, shown, index, [
      ['received', recording.received],
      ['sent', recording.sent],
    ]),
  ];
}

function cpuChart(
  { cpu, cpuPeak }: ContainerRecording,
  index: number | null,
  cores: number | null,
): ChartModel {
  const tracks: Track[] = [{ form: 'area', values: cpu }];
  if (cpuPeak) tracks.push({ form: 'line', values: cpuPeak });
  const most = greatest(tracks, 0, cpu.length - 1);
  const limit = cores ? cores * 100 : null;
  // A limit far above what is used would press the figures into the floor: then only its value is said.
  const isInSight = limit !== null && limit <= Math.max(100, most) * 4;
  if (limit !== null && isInSight) tracks.push({ form: 'dashes', values: level(limit, cpu) });
  return {
    title: 'CPU',
    caption: '% of one core',
    tracks,
    readings: [
      { name: 'busy', form: 'area', text: percentFine(valueAt(cpu, index)) },
      ...(cpuPeak
        ? [{ name: 'peak', form: 'line' as const, text: percentFine(valueAt(cpuPeak, index)) }]
        : []),
      ...(limit !== null
        ? [
            {
              name: 'limit',
              ...(isInSight && { form: 'dashes' as const }),
              text: percentFine(limit),
            },
          ]
        : []),
    ],
    ceiling: roundUp(Math.max(most, isInSight && limit !== null ? limit : 0, 10)),
    unit: { name: '%', divisor: 1 },
    unitAtTop: true,
  };
}

function memoryChart(
  { memory, memoryLimit }: ContainerRecording,
  index: number | null,
  now: number | null,
): ChartModel {
  // The history keeps the host's memory for a container without a limit: that is no line to reach.
  const limit = now === null ? null : (memoryLimit ?? level(now, memory));
  const tracks: Track[] = [{ form: 'area', values: memory }];
  const used = greatest(tracks, 0, memory.length - 1);
  const most = limit ? greatest([{ form: 'line', values: limit }], 0, limit.length - 1) : 0;
  const isInSight = limit !== null && most <= Math.max(used, 1) * 20;
  if (limit && isInSight) tracks.push({ form: 'dashes', values: limit });
  const top = Math.max(used, isInSight ? most : 0, 1024 * 1024);
  const unit = sizeUnit(top);
  return {
    title: 'Memory',
    caption: `${unit.name}, without the page cache`,
    tracks,
    readings: [
      { name: 'used', form: 'area', text: bytes(valueAt(memory, index)) },
      ...(limit
        ? [
            {
              name: 'limit',
              ...(isInSight && { form: 'dashes' as const }),
              text: bytes(valueAt(limit, index) ?? now),
            },
          ]
        : []),
    ],
    ceiling: roundUpMemory(top / unit.divisor) * unit.divisor,
    unit,
    unitAtTop: true,
  };
}
