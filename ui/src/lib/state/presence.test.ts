import { expect, test } from 'vitest';
import { FakeBackend } from '../backend/fake/fake';
import { watchPresence } from './presence';

test('a busy person is told of every 30 s, an absent one never', () => {
  const backend = new FakeBackend();
  let now = 1_000_000;
  const end = watchPresence(backend, () => now);
  const touches = () => backend.calls.filter(({ name }) => name === 'session.touch').length;
  expect(touches()).toBe(0);
  for (let moved = 0; moved < 50; moved++) window.dispatchEvent(new Event('pointermove'));
  expect(touches()).toBe(1);
  now += 29_000;
  window.dispatchEvent(new Event('keydown'));
  expect(touches()).toBe(1);
  now += 2_000;
  window.dispatchEvent(new Event('keydown'));
  expect(touches()).toBe(2);
  end();
  now += 60_000;
  window.dispatchEvent(new Event('keydown'));
  expect(touches()).toBe(2);
});
