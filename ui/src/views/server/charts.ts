import {
  type ChartModel,
  greatest,
  type Reading,
  roundUp,
  roundUpMemory,
  type Span,
  stackCores,
  type Track,
} from '../../components/chart';
import {
  ABSENT,
  bytes,
  isMeasured,
  percentFine,
  rate,
  rateUnit,
  sizeUnit,
  threeDigits,
  type Unit,
} from '../../lib/format';
import type { Recording } from './recording';

const PERCENT: Unit = { name: '%', divisor: 1 };

/** A chart of rates reaches at least this far, so that idle chatter stays low: 10 kB/s. */
const LEAST_RATE = 10_000;

/** The four charts of a server, top to bottom. `index` is the row that the heads read out. */
export function chartsOf(
  recording: Recording,
  shown: Span,
  index: number | null,
  cpuMark: number | undefined,
): ChartModel[] {
  return [
    cpuChart(recording, index, cpuMark),
    memoryChart(recording, index),
    rateChart('Network', recording, shown, index, [
      ['received', recording.received],
      ['sent', recording.sent],
    ]),
    rateChart('Disk', recording, shown, index, [
      ['read', recording.read],
      ['written', recording.written],
    ]),
  ];
}

/** The figures at one row in a sentence, for screen readers. */
export function spokenReadings(charts: ChartModel[]): string {
  return charts
    .map((chart) => {
      const unit = chart.caption.includes('/s') ? ` ${chart.caption}` : '';
      const figures = chart.readings.map((reading) => `${reading.name} ${reading.text}${unit}`);
      return `${chart.title} ${figures.join(', ')}`;
    })
    .join('; ');
}

function valueAt(values: (number | null)[], index: number | null): number | null {
  return index === null ? null : (values[index] ?? null);
}

function cpuChart(
  recording: Recording,
  index: number | null,
  mark: number | undefined,
): ChartModel {
  const { cores } = recording;
  const busy: Reading = {
    name: 'busy',
    form: 'area',
    text: percentFine(valueAt(recording.cpu, index)),
  };
  if (cores) {
    const layers = stackCores(cores);
    const count = cores.reduce((most, row) => Math.max(most, row.length), 0);
    const now = index === null ? [] : (cores[index] ?? []).filter(isMeasured);
    return {
      title: 'CPU',
      caption: count > 1 ? `% of ${count} cores, stacked by core` : '%',
      tracks: [...layers, { form: layers.length > 0 ? 'outline' : 'area', values: recording.cpu }],
      readings:
        count > 1
          ? [
              busy,
              {
                name: 'hottest core',
                text: now.length > 0 ? percentFine(Math.max(...now)) : ABSENT,
              },
            ]
          : [busy],
      ceiling: 100,
      unit: PERCENT,
      unitAtTop: true,
      mark,
    };
  }
  const peak = recording.cpuPeak ?? [];
  return {
    title: 'CPU',
    caption: '% of all cores',
    tracks: [
      { form: 'area', values: recording.cpu },
      { form: 'line', values: peak },
    ],
    readings: [busy, { name: 'peak', form: 'line', text: percentFine(valueAt(peak, index)) }],
    ceiling: 100,
    unit: PERCENT,
    unitAtTop: true,
    mark,
  };
}

function memoryChart(recording: Recording, index: number | null): ChartModel {
  const used = recording.memoryUsed;
  const cached = recording.memoryCached;
  const withCache = used.map((value, row) => {
    const cache = cached[row];
    return isMeasured(value) && isMeasured(cache) ? value + cache : null;
  });
  const swap = recording.swapUsed;
  const hasSwap = swap.some((value) => isMeasured(value) && value > 0);
  const tracks: Track[] = [
    { form: 'area', values: used },
    { form: 'shade', values: withCache },
  ];
  if (hasSwap) tracks.push({ form: 'dashes', values: swap });
  const most = Math.max(recording.memoryTotal ?? 0, greatest(tracks, 0, used.length - 1), 1);
  const unit = sizeUnit(most);
  return {
    title: 'Memory',
    caption: unit.name,
    tracks,
    readings: [
      { name: 'used', form: 'area', text: bytes(valueAt(used, index)) },
      { name: 'cache', form: 'shade', text: bytes(valueAt(cached, index)) },
      ...(hasSwap
        ? [{ name: 'swap', form: 'dashes' as const, text: bytes(valueAt(swap, index)) }]
        : []),
    ],
    ceiling: roundUpMemory(most / unit.divisor) * unit.divisor,
    unit,
    unitAtTop: true,
  };
}

function rateChart(
  title: string,
  recording: Recording,
  shown: Span,
  index: number | null,
  [first, second]: [[string, (number | null)[]], [string, (number | null)[]]],
): ChartModel {
  const tracks: Track[] = [
    { form: 'area', values: first[1] },
    { form: 'line', values: second[1] },
  ];
  // The scale follows what is shown, so that a zoom past a peak shows what lies under it.
  const { at } = recording.rows;
  const from = Math.max(
    0,
    at.findIndex((time) => time >= shown.from),
  );
  const most = greatest(
    tracks,
    from,
    at.findLastIndex((time) => time <= shown.to),
  );
  const ceiling = roundUp(Math.max(most, LEAST_RATE));
  const unit = rateUnit(ceiling);
  const text = (values: (number | null)[]): string => {
    const value = valueAt(values, index);
    if (value === null) return ABSENT;
    // Far below the scale a figure takes its own unit, since 0.00 would not be true.
    return value > 0 && value < unit.divisor / 100
      ? rate(value)
      : threeDigits(value / unit.divisor);
  };
  return {
    title,
    caption: unit.name,
    tracks,
    readings: [
      { name: first[0], form: 'area', text: text(first[1]) },
      { name: second[0], form: 'line', text: text(second[1]) },
    ],
    ceiling,
    unit,
    unitAtTop: false,
  };
}
