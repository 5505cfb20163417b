/** No-break space: stands between a figure and its unit, so that the two never wrap. */
export const NBSP = '\u00a0';

/** Stands where nothing was measured. */
export const ABSENT = '–';

/** Whether a figure was measured; `null`, `undefined`, `NaN` and infinities were not. */
export function isMeasured(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

/** `1 mount`, `5 mounts`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')}${NBSP}${count === 1 ? one : many}`;
}

/** `servers`, `servers and users`, `servers, users and settings`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Sentences in a row, each with its full stop: what happened, then what to do. */
export function sentences(...parts: readonly (string | null | undefined)[]): string {
  return parts
    .map((part) => part?.trim())
    .filter((part): part is string => Boolean(part))
    .map((part) => (/[.:!?…]$/.test(part) ? part : `${part}.`))
    .join(' ');
}

const turnsText =
  /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A name inside a sentence. One that is written from right to left, or that holds marks which turn
 * the text around, is kept from moving the words and figures beside it.
 */
export function isolated(name: string): string {
  return turnsText.test(name) ? `\u2068${name}\u2069` : name;
}

/** Cuts the middle out of a path or a digest, where its ends are what tells it apart. */
export function cutMiddle(text: string, longest: number): string {
  const letters = [...text];
  if (letters.length <= longest) return text;
  const tail = Math.floor((longest - 1) / 2);
  const head = longest - 1 - tail;
  return `${letters.slice(0, head).join('')}…${letters.slice(letters.length - tail).join('')}`;
}
