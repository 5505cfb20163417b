/** Where one is in a compose file that is being written, and so may not be whole yet. */

/** A key or the dash of a list's item, with the column that it begins at. */
interface Entry {
  column: number;
  /** `-` for an item. */
  name: string;
  /** Where the value begins, of a key. */
  value: number;
}

const plainKey =
  /^("[^"]*"|'[^']*'|[^\s"'#[\]{},&*!|>%@`:-][^:#]*?|[^\s"'#[\]{},&*!|>%@`:]):(?=\s|$)/;
const block = /[|>][+-]?\d?[+-]?\s*(?:#.*)?$/;

/** What begins on a line, from the left. */
export function entriesOf(line: string): Entry[] {
  const entries: Entry[] = [];
  let at = line.length - line.trimStart().length;
  while (line[at] === '-' && (line[at + 1] === ' ' || at + 1 === line.length)) {
    entries.push({ column: at, name: '-', value: at + 1 });
    at += 1;
    while (line[at] === ' ') at += 1;
  }
  const found = plainKey.exec(line.slice(at));
  const name = found?.[1];
  if (name !== undefined) {
    const bare = /^(["']).*\1$/.test(name) ? name.slice(1, -1) : name;
    entries.push({ column: at, name: bare, value: at + name.length + 1 });
  }
  return entries;
}

function isSkipped(line: string): boolean {
  const text = line.trim();
  return text === '' || text.startsWith('#');
}

/** The keys above a column of a line, from the top; none within a text of several lines. */
export function pathAt(lines: readonly string[], row: number, column: number): string[] | null {
  const path: string[] = [];
  let limit = column;
  /** A list may begin in the column of its key. */
  let isItem = false;
  for (let at = row; at >= 0; at -= 1) {
    const line = lines[at] ?? '';
    if (at !== row && isSkipped(line)) continue;
    for (const entry of entriesOf(line).reverse()) {
      const isAbove =
        entry.column < limit || (isItem && entry.name !== '-' && entry.column === limit);
      if (at === row && entry.column >= column) continue;
      if (!isAbove) continue;
      // What is under such a key is text, whatever it looks like.
      if (at !== row && entry.name !== '-' && block.test(line.slice(entry.value))) return null;
      path.unshift(entry.name);
      limit = entry.column;
      isItem = entry.name === '-';
    }
    if (limit === 0 && !isItem) break;
  }
  return path;
}

export interface Place {
  /** The keys above, from the top; `-` is an item of a list. */
  path: string[];
  /** What is being written: a key, or the value of one. */
  is: 'key' | 'value';
  /** The key, of a value. */
  key: string | null;
  /** What is written of it so far. */
  word: string;
  /** The column that it begins at. */
  from: number;
}

/** What is written at a column of a line. */
export function placeAt(lines: readonly string[], row: number, column: number): Place | null {
  const before = (lines[row] ?? '').slice(0, column);
  if (/(?:^|\s)#/.test(before)) return null;
  const entries = entriesOf(before);
  const last = entries.at(-1);
  if (last && last.name !== '-') {
    const value = before.slice(last.value);
    if (value === '') return null;
    const path = pathAt(lines, row, last.column);
    if (!path) return null;
    const word = value.trimStart();
    return { path, is: 'value', key: last.name, word, from: column - word.length };
  }
  const word = /[\w.-]*$/.exec(before)?.[0] ?? '';
  const from = column - word.length;
  const lead = before.slice(0, from);
  // Before a key there is nothing but space and the dashes of lists.
  if (!/^\s*(?:- +)*$/.test(lead) || word.startsWith('-')) return null;
  const path = pathAt(lines, row, from);
  return path && { path, is: 'key', key: null, word, from };
}

/** Keys that stand on the same level as what begins at a column of a line, without that line. */
export function keysBeside(lines: readonly string[], row: number, column: number): Set<string> {
  const found = new Set<string>();
  const look = (step: 1 | -1) => {
    for (let at = row + step; at >= 0 && at < lines.length; at += step) {
      const line = lines[at] ?? '';
      if (isSkipped(line)) continue;
      const entries = entriesOf(line);
      const here = entries.find((entry) => entry.column === column && entry.name !== '-');
      const dash = entries.some((entry) => entry.name === '-' && entry.column < column);
      // The next item of the list has its own.
      if (dash && step === 1) return;
      if (here) found.add(here.name);
      const indent = line.length - line.trimStart().length;
      if (dash || indent < column) return;
    }
  };
  const own = entriesOf(lines[row] ?? '');
  if (!own.some((entry) => entry.name === '-' && entry.column < column)) look(-1);
  look(1);
  return found;
}

/** The names in a section at the top of the file: services, volumes. */
export function namesOf(lines: readonly string[], section: string): string[] {
  const names: string[] = [];
  lines.forEach((line, row) => {
    if (isSkipped(line)) return;
    const [entry] = entriesOf(line);
    if (!entry || entry.name === '-' || entry.column === 0) return;
    const path = pathAt(lines, row, entry.column);
    if (path?.length === 1 && path[0] === section) names.push(entry.name);
  });
  return names;
}

/** The key that a column of a line is on, with the keys above it. */
export function keyAt(
  lines: readonly string[],
  row: number,
  column: number,
): { path: string[]; key: string; from: number; to: number } | null {
  const entry = entriesOf(lines[row] ?? '').find(
    ({ name, column: from, value }) => name !== '-' && from <= column && column < value,
  );
  if (!entry) return null;
  const path = pathAt(lines, row, entry.column);
  return path && { path, key: entry.name, from: entry.column, to: entry.value - 1 };
}
