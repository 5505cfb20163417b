import {
  type ChartModel,
  greatest,
  rateChart,
  type Reading,
  roundUpMemory,
  type Span,
  stackCores,
  type Track,
  valueAt,
} from '../../components/chart';
import { ABSENT, bytes, isMeasured, percentFine, sizeUnit, type Unit } from '../../lib/format';
import type { Recording } from './recording';

const PERCENT: Unit = { name: '%', divisor: 1 };

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
    rateChart('Network', recording.rows, shown, index, [
      ['received', recording.received],
      ['sent', recording.sent],
    ]),
    rateChart('Disk', recording.rows, shown, index, [
      ['read', recording.read],
      ['written', recording.written],
    ]),
  ];
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
