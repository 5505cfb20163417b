/** Milliseconds since 1970 and percent; `null` is a gap. */
export type SparkPoint = readonly [at: number, percent: number | null];

/**
 * Line and area of an hour on the fixed scale 0 to 100. Points that fall on one pixel are averaged,
 * so that the path stays short however often the server is asked; a longer silence than
 * `longestSilence` milliseconds is a gap, not a line.
 */
export function sparkShapes(
  points: readonly SparkPoint[],
  from: number,
  to: number,
  width: number,
  height: number,
  longestSilence: number,
): { line: string; area: string } {
  const perPixel = (to - from) / width;
  const runs: [number, number][][] = [];
  let run: [number, number][] = [];
  let lastAt = -Infinity;
  let pixel = -1;
  let sum = 0;
  let count = 0;

  const endPixel = () => {
    if (count === 0) return;
    const y = height - 1 - (Math.min(100, Math.max(0, sum / count)) / 100) * (height - 2);
    run.push([pixel, Math.round(y * 10) / 10]);
    sum = 0;
    count = 0;
  };
  const endRun = () => {
    endPixel();
    if (run.length > 0) runs.push(run);
    run = [];
  };

  for (const [at, percent] of points) {
    if (at < from || at > to) continue;
    if (percent === null || at - lastAt > longestSilence) endRun();
    if (percent === null) continue;
    lastAt = at;
    const x = Math.min(width, Math.floor((at - from) / perPixel));
    if (x !== pixel) {
      endPixel();
      pixel = x;
    }
    sum += percent;
    count++;
  }
  endRun();

  let line = '';
  let area = '';
  for (const points of runs) {
    const [first] = points;
    const last = points.at(-1);
    if (!first || !last) continue;
    // A single point is a line of one pixel, or it would not be seen.
    if (points.length === 1) points.push([last[0] + 1, last[1]]);
    const along = points.map(([x, y]) => `${x} ${y}`).join('L');
    line += `M${along}`;
    area += `M${first[0]} ${height}L${along}L${points.at(-1)?.[0]} ${height}Z`;
  }
  return { line, area };
}
