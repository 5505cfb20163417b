import { expect, test } from 'vitest';
import { containerRow } from '../../lib/backend/fake/container_scene';
import { isoAt } from '../../lib/backend/fake/machines';
import { ageOf } from './freshness';

const now = Date.parse('2026-11-22T14:00:00Z');

// A row that nobody keeps up to date must not stand there as if it were of now.
test('a row is as old as the silence of its engine, with figures and without', () => {
  const lost = { old_since: isoAt(now, 400) };
  const runs = containerRow(now - 410_000, 'server-attic-pi', 'camera');
  const stopped = containerRow(now, 'server-attic-pi', 'camera', { state: 'exited' });
  expect(ageOf({ ...runs, ...lost }, { pace: 10, now })).toBe(400);
  expect(ageOf({ ...stopped, ...lost }, { pace: 10, now })).toBe(400);
  expect(ageOf(stopped, { pace: 10, now })).toBeNull();
});

// A server that is asked every five minutes is not silent in between.
test('a figure is old after its pace, and a minute and a half at least', () => {
  const row = (age: number) => containerRow(now - age * 1000, 'server-nas', 'web');
  expect(ageOf(row(80), { pace: 10, now })).toBeNull();
  expect(ageOf(row(100), { pace: 10, now })).toBe(100);
  expect(ageOf(row(600), { pace: 300, now })).toBeNull();
});
