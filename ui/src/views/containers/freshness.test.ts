import { expect, test } from 'vitest';
import { containerRow, enginesOf } from '../../lib/backend/fake/container_scene';
import { eight, rowOf } from '../../lib/backend/fake/machines';
import { ageOf } from './freshness';

const now = Date.parse('2026-11-22T14:00:00Z');
const servers = eight(now).map((machine) => rowOf(now, machine));
const engines = enginesOf(now, servers, false);
const of = (name: string) => {
  const server = servers.find((one) => one.server.name === name);
  const engine = engines.find(({ server_id }) => server_id === server?.server.id);
  return { server, engine };
};

// A figure that nobody keeps up to date must not stand there as if it were of now.
test('a row is as old as its figure once its engine or server is lost', () => {
  const { server, engine } = of('attic-pi');
  const row = containerRow(now - 30_000, 'server-attic-pi', 'camera');
  expect(ageOf(row, { server, engine, pace: 10, now })).toBe(30);
});

test('a row without figures is as old as the trouble of its engine', () => {
  const { server, engine } = of('attic-pi');
  const row = containerRow(now, 'server-attic-pi', 'camera', { state: 'exited' });
  expect(ageOf(row, { server, engine, pace: 10, now })).toBe(400);
});

// A server that is asked every five minutes is not silent in between.
test('a figure is old after its pace, and a minute and a half at least', () => {
  const around = { ...of('nas'), now };
  const row = (age: number) => containerRow(now - age * 1000, 'server-nas', 'web');
  expect(ageOf(row(80), { ...around, pace: 10 })).toBeNull();
  expect(ageOf(row(100), { ...around, pace: 10 })).toBe(100);
  expect(ageOf(row(600), { ...around, pace: 300 })).toBeNull();
});
