/** Search of the palette: which entries fit what was typed, and which letters show why. */

export const groups = ['Servers', 'Containers', 'Apps', 'Commands', 'Settings'] as const;
export type Group = (typeof groups)[number];

export interface Searchable {
  group: Group;
  title: string;
  /** A quieter text beside the title; searched as well, with less weight. */
  detail?: string;
  /** Found only when something is typed: what there is one of for each server. */
  onlyWhenTyped?: boolean;
}

export interface Piece {
  text: string;
  hit: boolean;
}

export interface Found<T> {
  entry: T;
  title: Piece[];
  detail: Piece[];
}

const perGroup = 7;

interface Query {
  words: string[];
  only: Group | null;
}

/** `>` asks for commands only, `@` for servers only. */
export function parseQuery(text: string): Query {
  const only = text.startsWith('>') ? 'Commands' : text.startsWith('@') ? 'Servers' : null;
  const words = (only ? text.slice(1) : text).toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return { words, only };
}

/** Higher is better; `null` when a word is found nowhere. */
function score(entry: Searchable, words: readonly string[]): number | null {
  const title = entry.title.toLocaleLowerCase();
  const detail = entry.detail?.toLocaleLowerCase() ?? '';
  let total = 0;
  for (const word of words) {
    const at = title.indexOf(word);
    if (at === 0) total += title === word ? 8 : 6;
    else if (at > 0) total += /[\s\-_.(]/.test(title.charAt(at - 1)) ? 4 : 2;
    else if (detail.includes(word)) total += 1;
    else return null;
  }
  return total;
}

/** Cuts a text where words are found in it. */
export function piecesOf(text: string, words: readonly string[]): Piece[] {
  const lower = text.toLocaleLowerCase();
  // Lower case may be longer than the text (İ): then nothing can be pointed at.
  if (lower.length !== text.length) return [{ text, hit: false }];
  const hit = new Array<boolean>(text.length).fill(false);
  for (const word of words) {
    const at = lower.indexOf(word);
    if (at >= 0) hit.fill(true, at, at + word.length);
  }
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length; at++) {
    const last = pieces.at(-1);
    const is = hit[at] ?? false;
    if (last && last.hit === is) last.text += text.charAt(at);
    else pieces.push({ text: text.charAt(at), hit: is });
  }
  return pieces;
}

/** The entries that fit, in the groups' fixed order, the best first in each. */
export function find<T extends Searchable>(
  entries: readonly T[],
  text: string,
): { group: Group; found: Found<T>[] }[] {
  const { words, only } = parseQuery(text.trimStart());
  const typed = words.length > 0;
  return groups
    .filter((group) => only === null || group === only)
    .map((group) => ({
      group,
      found: entries
        .filter((entry) => entry.group === group && (typed || !entry.onlyWhenTyped))
        .map((entry) => ({ entry, points: score(entry, words) }))
        .filter((one): one is { entry: T; points: number } => one.points !== null)
        .sort((one, other) => other.points - one.points)
        .slice(0, perGroup)
        .map(({ entry }) => ({
          entry,
          title: piecesOf(entry.title, words),
          detail: piecesOf(entry.detail ?? '', words),
        })),
    }))
    .filter(({ found }) => found.length > 0);
}
