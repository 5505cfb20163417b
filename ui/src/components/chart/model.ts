import type { Unit } from '../../lib/format';

/**
 * How a series is drawn. Series are told apart by form as well as by colour: the first direction
 * is an area, the second a line, the third dashes; `shade` is a quiet ground upon the area before
 * it, and `layer` one part of a stack, whose values include the parts below it.
 */
export type Form = 'area' | 'line' | 'dashes' | 'shade' | 'layer' | 'outline';

/** One series of a chart, with a value for each row of the timeline. */
export interface Track {
  form: Form;
  values: (number | null)[];
}

/** A value in the head of a chart. */
export interface Reading {
  /** What it is: `received`. */
  name: string;
  /** Already written, with its unit where the chart's head does not have it. */
  text: string;
  /** Its key, as the series is drawn; absent for values that have no line. */
  form?: Form;
}

/** Everything that one chart shows. */
export interface ChartModel {
  title: string;
  /** What the values are, with the unit once: `MB/s`, `% of 4 cores`. */
  caption: string;
  tracks: Track[];
  readings: Reading[];
  /** The value at the top edge, in the tracks' own unit. */
  ceiling: number;
  unit: Unit;
  /** Whether the topmost figure at the left edge names the unit. */
  unitAtTop: boolean;
  /** Where the warning begins; draws a dotted line. */
  mark?: number;
}

/** The greatest value of `tracks` within rows `first` to `last`; 0 where there is none. */
export function greatest(tracks: Track[], first: number, last: number): number {
  let most = 0;
  for (const { values } of tracks) {
    for (let index = first; index <= last; index += 1) most = Math.max(most, values[index] ?? 0);
  }
  return most;
}

/**
 * The cores' shares of the whole, each with those below it, the whole first so that it is painted
 * first. Many cores are taken together, so that no more than `most` layers are drawn. Where one
 * core is unknown, nothing above it can be stacked, and the stack has a hole.
 */
export function stackCores(rows: (number | null)[][], most = 16): Track[] {
  const cores = rows.reduce((count, row) => Math.max(count, row.length), 0);
  if (cores === 0) return [];
  const perLayer = Math.ceil(cores / most);
  const layers: (number | null)[][] = [];
  for (let top = cores; top > 0; top -= perLayer) {
    layers.push(
      rows.map((row) => {
        if (row.length !== cores) return null;
        let sum = 0;
        for (let core = 0; core < top; core += 1) {
          const share = row[core];
          if (share === null || share === undefined) return null;
          sum += share;
        }
        return sum / cores;
      }),
    );
  }
  return layers.map((values) => ({ form: 'layer', values }));
}
