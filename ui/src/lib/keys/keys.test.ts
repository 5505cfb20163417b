import { expect, test } from 'vitest';
import { isChord, isTyping, keyLabel } from './keys';
import { stepOf } from './roving';

const press = (key: string, init: KeyboardEventInit = {}) =>
  new KeyboardEvent('keydown', { key, ...init });

test('a chord fits only with exactly its modifiers', () => {
  expect(isChord(press('k', { ctrlKey: true }), 'Mod+K')).toBe(true);
  expect(isChord(press('k'), 'Mod+K')).toBe(false);
  expect(isChord(press('K', { ctrlKey: true, shiftKey: true }), 'Mod+K')).toBe(false);
  expect(isChord(press('j', { altKey: true }), 'J')).toBe(false);
});

test('a sign fits however the layout reaches it', () => {
  expect(isChord(press('?', { shiftKey: true }), '?')).toBe(true);
  expect(isChord(press('/', { shiftKey: true }), '/')).toBe(true);
});

test('a chord is written as the keys are labelled', () => {
  expect(keyLabel('Mod+K')).toBe('Ctrl\u00a0K');
  expect(keyLabel('Escape')).toBe('Esc');
});

test('moving in a list stops at its ends', () => {
  expect(stepOf(press('ArrowDown'), 2, 3)).toBe(2);
  expect(stepOf(press('k'), 2, 3)).toBe(1);
  expect(stepOf(press('Home'), 2, 3)).toBe(0);
  expect(stepOf(press('End'), 0, 3)).toBe(2);
  expect(stepOf(press('x'), 0, 3)).toBeNull();
  expect(stepOf(press('j'), 0, 0)).toBeNull();
});

test('letters typed into a field are letters, in a checkbox they are not', () => {
  const text = document.createElement('input');
  const box = Object.assign(document.createElement('input'), { type: 'checkbox' });
  expect(isTyping(text)).toBe(true);
  expect(isTyping(box)).toBe(false);
});
