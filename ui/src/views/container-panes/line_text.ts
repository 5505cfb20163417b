/** What a log line shows: coloured stretches, or a JSON object with its keys told apart. */
import { classesOf, piecesOf, plainText } from './ansi';

/** A stretch of a line, with the classes it is drawn with. */
export interface Stretch {
  text: string;
  classes: readonly string[];
  /** Whether it is what was searched for. */
  isHit: boolean;
}

/** Longer lines are shown as they are: taking them apart would be felt while scrolling. */
const LONGEST_JSON = 16_384;

/** Deeper than this a hostile line is not spread out. */
const DEEPEST = 32;

/** The object that a line holds, whole; `null` for every other line. */
export function jsonOf(text: string): Record<string, unknown> | null {
  const plain = plainText(text).trim();
  if (!plain.startsWith('{') || !plain.endsWith('}') || plain.length > LONGEST_JSON) return null;
  try {
    const value: unknown = JSON.parse(plain);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\],]|[^"{}[\],]+/g;

/** JSON in stretches: keys and signs quiet, values as text. */
export function jsonStretches(text: string): Stretch[] {
  return [...text.matchAll(token)].map(([part, colon]) => ({
    text: part,
    classes: colon !== undefined || /^[{}[\],]$/.test(part) ? ['key'] : [],
    isHit: false,
  }));
}

/** An object spread over lines; what is nested too deep stays in one. */
export function spreadOut(value: unknown): string {
  const depth = (inner: unknown, at = 0): number => {
    if (typeof inner !== 'object' || inner === null || at > DEEPEST) return at;
    return Math.max(at, ...Object.values(inner).map((one) => depth(one, at + 1)));
  };
  const text = JSON.stringify(value, null, depth(value) > DEEPEST ? undefined : 2);
  // What turns text around may hide in an escape that the line itself has shown.
  return text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

/** A line in the stretches that it is drawn with. */
export function stretchesOf(text: string, isJson: boolean): Stretch[] {
  if (isJson) return jsonStretches(plainText(text).trim());
  return piecesOf(text).map((piece) => ({
    text: piece.text,
    classes: classesOf(piece.look),
    isHit: false,
  }));
}

/** Where `needle` is in `text`, whatever its case; places in the original text. */
function placesOf(text: string, needle: string): [number, number][] {
  const escaped = needle.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return [...text.matchAll(new RegExp(escaped, 'giu'))].map((found) => [
    found.index,
    found.index + found[0].length,
  ]);
}

/** Marks what was searched for, also where it reaches over a change of colour. */
export function marked(stretches: readonly Stretch[], needle: string): Stretch[] {
  if (needle === '') return [...stretches];
  const places = placesOf(stretches.map((one) => one.text).join(''), needle);
  if (places.length === 0) return [...stretches];
  const result: Stretch[] = [];
  let start = 0;
  for (const stretch of stretches) {
    const end = start + stretch.text.length;
    let at = start;
    const take = (to: number, isHit: boolean): void => {
      if (to <= at) return;
      result.push({ ...stretch, text: stretch.text.slice(at - start, to - start), isHit });
      at = to;
    };
    for (const [from, to] of places) {
      if (to <= start || from >= end) continue;
      take(Math.max(at, from), false);
      take(Math.min(end, to), true);
    }
    take(end, false);
    start = end;
  }
  return result;
}
