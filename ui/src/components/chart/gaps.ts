/** A stretch of time, milliseconds since 1970. */
export interface Span {
  from: number;
  to: number;
}

/** When the rows of a recording were measured, in the order of time. */
export interface Rows {
  /** Where a row stands on the axis: the middle of its span. */
  at: number[];
  /** Where its span begins and ends; both equal `at` for single samples. */
  start: number[];
  end: number[];
}

/** Figures over a stretch of time, as far as the axis needs to know them. */
export interface Recorded {
  span: Span;
  rows: Rows;
  /** Rows further apart than this have a gap between them, milliseconds. */
  tolerance: number;
  /** The newest row may be this old before time since then is a gap, milliseconds. */
  tail: number;
}

/** Nothing recorded. */
export const NO_ROWS: Rows = { at: [], start: [], end: [] };

/**
 * The stretches in which nothing was measured: between two rows that are further apart than
 * `tolerance`, and after the last row when `until` is. Time before the first row is no gap, since
 * nothing says that there was something to measure.
 */
export function gapsOf(rows: Rows, tolerance: number, until: number, tail = tolerance): Span[] {
  const gaps: Span[] = [];
  for (let index = 1; index < rows.at.length; index += 1) {
    const from = rows.end[index - 1] ?? 0;
    const to = rows.start[index] ?? 0;
    if (to - from > tolerance) gaps.push({ from, to });
  }
  const last = rows.end.at(-1);
  if (last !== undefined && until - last > tail) gaps.push({ from: last, to: until });
  return gaps;
}

/** What a chart draws: x values, and for each the row whose figures stand there. */
export interface Drawn {
  x: number[];
  /** Index of the row; -1 breaks the line. */
  row: Int32Array;
}

/**
 * Lays rows out for drawing. A row next to a gap, and the first and the last, also stand at the
 * edge of their span, so that a line ends where the grey begins, and one row alone is still a line.
 */
export function layOut(rows: Rows, gaps: Span[]): Drawn {
  const before = new Set(gaps.map((gap) => gap.from));
  const after = new Set(gaps.map((gap) => gap.to));
  const x: number[] = [];
  const row: number[] = [];
  const put = (at: number, index: number): void => {
    x.push(at);
    row.push(index);
  };
  rows.at.forEach((at, index) => {
    const start = rows.start[index] ?? at;
    const end = rows.end[index] ?? at;
    if (start < at && (index === 0 || after.has(start))) put(start, index);
    put(at, index);
    const last = index === rows.at.length - 1;
    if (end > at && (last || before.has(end))) put(end, index);
    if (!last && before.has(end)) put((end + (rows.start[index + 1] ?? end)) / 2, -1);
  });
  return { x, row: Int32Array.from(row) };
}

/** One column in the order of `layOut`. */
export function column(drawn: Drawn, values: (number | null)[]): (number | null)[] {
  return Array.from(drawn.row, (index) => (index < 0 ? null : (values[index] ?? null)));
}

/** Index of the row nearest to `at`; `null` within a gap and where there are none. */
export function nearest(rows: Rows, gaps: Span[], at: number): number | null {
  if (rows.at.length === 0) return null;
  if (gaps.some((gap) => at > gap.from && at < gap.to)) return null;
  let low = 0;
  let high = rows.at.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows.at[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const here = Math.abs((rows.at[low] ?? 0) - at);
  const left = low > 0 ? Math.abs((rows.at[low - 1] ?? 0) - at) : Number.POSITIVE_INFINITY;
  return left < here ? low - 1 : low;
}
