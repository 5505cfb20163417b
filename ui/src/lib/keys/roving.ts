import { isChord, isTyping } from './keys';

const steps: readonly [chord: string, step: number][] = [
  ['ArrowDown', 1],
  ['ArrowUp', -1],
  ['J', 1],
  ['K', -1],
  ['PageDown', 10],
  ['PageUp', -10],
  ['Home', -Infinity],
  ['End', Infinity],
];

/** Where a key leads in a list of `length` from the place `at`; `null` for other keys. */
export function stepOf(event: KeyboardEvent, at: number, length: number): number | null {
  if (length === 0 || isTyping(event.target)) return null;
  const step = steps.find(([chord]) => isChord(event, chord))?.[1];
  if (step === undefined) return null;
  return Math.min(length - 1, Math.max(0, at + step));
}
