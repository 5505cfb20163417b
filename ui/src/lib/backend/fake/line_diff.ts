import type { DiffLine } from '../generated';

/** Lines that are shown around those that change. */
const AROUND = 3;

/** Lines that two texts have in common, from each place on. */
function common(before: readonly string[], after: readonly string[]): number[][] {
  const table = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  );
  const at = (row: number, column: number) => table[row]?.[column] ?? 0;
  for (let one = before.length - 1; one >= 0; one -= 1) {
    for (let other = after.length - 1; other >= 0; other -= 1) {
      const row = table[one];
      if (!row) continue;
      row[other] =
        before[one] === after[other]
          ? at(one + 1, other + 1) + 1
          : Math.max(at(one + 1, other), at(one, other + 1));
    }
  }
  return table;
}

/** Lines that change from one text to another, with those around them. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const [old, young] = [before, after].map((text) => text.replace(/\n$/, '').split('\n'));
  if (!old || !young) return [];
  const table = common(old, young);
  const all: DiffLine[] = [];
  let [one, other] = [0, 0];
  while (one < old.length || other < young.length) {
    const [gone, come] = [old[one], young[other]];
    const left = table[one + 1]?.[other] ?? -1;
    const right = table[one]?.[other + 1] ?? -1;
    if (gone !== undefined && gone === come) {
      all.push({ change: 'same', line: ++other, text: gone });
      one += 1;
    } else if (gone !== undefined && (come === undefined || left >= right)) {
      all.push({ change: 'removed', line: ++one, text: gone });
    } else if (come !== undefined) {
      all.push({ change: 'added', line: ++other, text: come });
    }
  }
  const changed = all.flatMap(({ change }, at) => (change === 'same' ? [] : [at]));
  return all.filter((_, at) => changed.some((place) => Math.abs(place - at) <= AROUND));
}
