import type { DiffLine } from '../../../../lib/backend/generated';
import { cutMiddle } from '../../../../lib/format';

/** A line of a diff as it is drawn, or how many equal ones are left out. */
export type DiffRow = { is: 'line'; line: DiffLine; short: string } | { is: 'gap'; equal: number };

/** A digest by its ends, where versions of it are told apart. */
function short(text: string): string {
  return text.replaceAll(/(?<=sha256:)[0-9a-f]{64}/g, (hex) => cutMiddle(hex, 9));
}

/** The lines of a diff, with the gaps between them. */
export function diffRows(lines: readonly DiffLine[]): DiffRow[] {
  const rows: DiffRow[] = [];
  /** The line that would come next, counted as it is afterwards. */
  let next: number | null = null;
  for (const line of lines) {
    if (line.change !== 'removed') {
      if (next !== null && line.line > next) rows.push({ is: 'gap', equal: line.line - next });
      next = line.line + 1;
    }
    rows.push({ is: 'line', line, short: short(line.text) });
  }
  return rows;
}
