import { ABSENT, rate, rateUnit, threeDigits } from '../../lib/format';
import { roundUp } from './axis';
import type { Rows, Span } from './gaps';
import { type ChartModel, greatest, type Track } from './model';

type Values = (number | null)[];

/** A chart of rates reaches at least this far, so that idle chatter stays low: 10 kB/s. */
const LEAST_RATE = 10_000;

/** The value of a row; absent where there is none, or no row is read. */
export function valueAt(values: Values | null, index: number | null): number | null {
  return index === null ? null : (values?.[index] ?? null);
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

/** Two rates that belong together, one up and one down the wire or the disk. */
export function rateChart(
  title: string,
  { at }: Rows,
  shown: Span,
  index: number | null,
  [first, second]: [[string, Values], [string, Values]],
): ChartModel {
  const tracks: Track[] = [
    { form: 'area', values: first[1] },
    { form: 'line', values: second[1] },
  ];
  // The scale follows what is shown, so that a zoom past a peak shows what lies under it.
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
  const text = (values: Values): string => {
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
