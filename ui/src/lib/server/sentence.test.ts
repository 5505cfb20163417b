import { expect, test } from 'vitest';
import { eight, odd, rowOf, type Machine } from '../backend/fake/machines';
import { addressOf, oldText, sentenceOf } from './sentence';

const now = Date.parse('2026-11-22T14:31:00Z');
const machine = (all: Machine[], name: string) => {
  const one = all.find((machine) => machine.name === name);
  if (!one) throw new Error(name);
  return rowOf(now, one);
};
const plain = (text: string | undefined) => text?.replaceAll('\u00a0', ' ');

test('a host that does not answer says since when, and when it is tried again', () => {
  const sentence = sentenceOf(machine(eight(now), 'attic-pi'), now);
  expect(plain(sentence?.text)).toBe('Unreachable for 12 min');
  expect(plain(sentence?.aside)).toBe('retrying in 40 s');
  expect(sentence?.action).toBe('retry');
});

test('after the time of the next try it never counts below nothing', () => {
  const row = machine(eight(now), 'attic-pi');
  expect(sentenceOf(row, now + 60_000)?.aside).toBe('retrying');
});

test('a refused sign-in is named by its step and not tried again by itself', () => {
  const sentence = sentenceOf(machine(odd(now), 'mail'), now);
  expect(sentence?.text).toBe('Sign in: the password is not accepted');
  expect(sentence?.aside).toBe('not tried again by itself');
});

test('host keys lead to their dialog and to nothing else', () => {
  expect(sentenceOf(machine(odd(now), 'backup'), now)?.action).toBe('check_key');
  expect(sentenceOf(machine(odd(now), 'git'), now)?.action).toBe('compare_keys');
});

test('a short silence keeps the figures and gives their age', () => {
  const row = machine(eight(now), 'vps-fra');
  expect(sentenceOf(row, now)).toBeNull();
  expect(plain(oldText(row, now))).toBe('Stale: figures are 4 min old');
});

test('connected without a figure yet says so instead of showing zeros', () => {
  const row = rowOf(now, { name: 'a', host: 'a', figures: false });
  expect(sentenceOf(row, now)?.aside).toBe('waiting for figures');
});

test('while paused the last figures stay, with their time', () => {
  const row = rowOf(now, { name: 'a', host: 'a', connection: { state: 'paused' }, state: 'off' });
  expect(sentenceOf(row, now)).toBeNull();
  expect(oldText(row, now)).toContain('Paused: figures from');
});

test('an address names the port only when it is not 22, and brackets IPv6 then', () => {
  expect(addressOf({ host: 'nas', port: 22 })).toBe('nas');
  expect(addressOf({ host: 'nas', port: 2222 })).toBe('nas:2222');
  expect(addressOf({ host: 'fd00::1', port: 2222 })).toBe('[fd00::1]:2222');
});
