/** Adds figures to those at hand by their time, since both may overlap, and lets go of old ones. */
export function mergedPoints<Point extends { at_ms: number }>(
  held: readonly Point[],
  fresh: readonly Point[],
  /** How far back from the newest they are kept, milliseconds. */
  kept: number,
): readonly Point[] {
  if (fresh.length === 0) return held;
  const byTime = new Map(held.map((point) => [point.at_ms, point]));
  for (const point of fresh) byTime.set(point.at_ms, point);
  const merged = [...byTime.values()].sort((one, other) => one.at_ms - other.at_ms);
  const oldest = (merged.at(-1)?.at_ms ?? 0) - kept;
  return merged.filter((point) => point.at_ms >= oldest);
}
