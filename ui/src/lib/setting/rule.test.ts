import { expect, test } from 'vitest';
import type { Rule } from '../backend/generated';
import { pairProblem, problemOf, valueOf } from './rule';

const seconds: Rule = { kind: 'whole', min: 1, max: 10, unit: 's' };

test('only a whole number within the bounds is one', () => {
  for (const good of ['1', ' 10 ', 5]) expect(problemOf(seconds, good)).toBeNull();
  for (const bad of ['', '2.5', '1e1', '0x5', 'two', '９']) {
    expect(problemOf(seconds, bad)).toBe('A whole number, 1 to 10');
  }
  for (const bad of ['0', '-3', '11', '999999999999999']) {
    expect(problemOf(seconds, bad)?.replaceAll('\u00a0', ' ')).toBe('1 to 10 s');
  }
  expect(valueOf(seconds, ' 7 ')).toBe(7);
  expect(valueOf(seconds, '7 s')).toBeUndefined();
});

test('a folder is a full path on any system, or nothing', () => {
  const folder: Rule = { kind: 'folder' };
  for (const good of ['', '/mnt/nas', 'D:\\Backups', '\\\\nas\\backup']) {
    expect(problemOf(folder, good)).toBeNull();
  }
  for (const bad of ['backups', '~/backups', `/${'a'.repeat(4096)}`]) {
    expect(problemOf(folder, bad)).not.toBeNull();
  }
});

test('the warning comes before the critical mark, and an unfinished number is not judged', () => {
  expect(pairProblem(80, 90)).toBeNull();
  expect(pairProblem(90, 90)).toMatch(/^The warning has to come before the critical mark, 90/);
  expect(pairProblem(undefined, 90)).toBeNull();
});
