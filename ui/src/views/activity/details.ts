import { ABSENT, bytes, whenExactly } from '../../lib/format';

export interface Detail {
  label: string;
  text: string;
  /** Exact text, whose letters matter. */
  mono: boolean;
  /** Several lines. */
  block: boolean;
}

/** Enough to read; the export holds all of it. */
const longest = 10_000;

/** `retry_in_seconds` as a person reads it: `Retry in seconds`. */
function labelOf(key: string): string {
  const words = key.replaceAll('_', ' ').trim();
  return words ? words.charAt(0).toUpperCase() + words.slice(1) : key;
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function isPlain(value: unknown): value is string | number | boolean | null {
  return value === null || typeof value !== 'object';
}

function plain(value: string | number | boolean | null): string {
  if (value === null || value === '') return ABSENT;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? value.toLocaleString('en') : value;
}

function detailOf(key: string, value: unknown, now: number): Detail {
  const label = labelOf(key);
  const of = (text: string, mono = false, block = false): Detail => ({
    label,
    text: cut(text),
    mono,
    block,
  });
  if (typeof value === 'number' && (key === 'bytes' || key.endsWith('_bytes'))) {
    return { ...of(bytes(value)), label: labelOf(key.replace(/_bytes$/, '')) };
  }
  if (typeof value === 'string' && key.endsWith('_at') && !Number.isNaN(Date.parse(value))) {
    return of(whenExactly(value, now));
  }
  // A port is a name made of digits: nothing is counted by it.
  if (typeof value === 'number' && /(^|_)(port|pid|uid|version)$/.test(key)) {
    return of(String(value));
  }
  if (isPlain(value)) {
    const exact = typeof value === 'string' && !/\s/.test(value) && /[^\p{L}]/u.test(value);
    return of(plain(value), exact, typeof value === 'string' && value.includes('\n'));
  }
  if (Array.isArray(value) && value.every(isPlain)) {
    return of(value.map(plain).join(', ') || ABSENT);
  }
  return of(JSON.stringify(value, null, 2), true, true);
}

/** An entry's details as pairs to read; what is nested stays JSON. */
export function detailsOf(details: Record<string, unknown> | null, now = Date.now()): Detail[] {
  return Object.entries(details ?? {}).map(([key, value]) => detailOf(key, value, now));
}

/** A sentence in pieces, with the names in it told apart. */
export function piecesOf(
  message: string,
  names: readonly (string | null)[],
): { text: string; name: boolean }[] {
  const known = names.filter((name): name is string => Boolean(name));
  if (known.length === 0) return [{ text: message, name: false }];
  const escaped = known
    .sort((one, other) => other.length - one.length)
    .map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const edge = '[\\p{L}\\p{N}_-]';
  const pattern = new RegExp(`(?<!${edge})(${escaped.join('|')})(?!${edge})`, 'gu');
  return message
    .split(pattern)
    .map((text, at) => ({ text, name: at % 2 === 1 }))
    .filter(({ text }) => text !== '');
}
