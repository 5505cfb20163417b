import { expect, test, vi } from 'vitest';
import { ApiError } from '../backend/backend';
import { FakeBackend } from '../backend/fake/fake';
import { eight, odd } from '../backend/fake/machines';
import { FleetStore } from './fleet.svelte';

const now = Date.now();

async function fleetOf(fake: FakeBackend): Promise<FleetStore> {
  const fleet = new FleetStore(fake);
  await fake.subscribe((push) => fleet.push(push));
  await fleet.load();
  return fleet;
}

test('a pushed row replaces its figures in place and lengthens its line', async () => {
  const fake = new FakeBackend({ machines: eight(now) });
  const fleet = await fleetOf(fake);
  const before = fleet.rows.map((row) => row.server.id);
  const row = fleet.row('server-nas');
  if (!row?.figures) throw new Error('nas has figures');
  const at = new Date(now + 60_000).toISOString();
  fake.change('server-nas', { figures: { ...row.figures, at, cpu_percent: 77 } });
  expect(fleet.row('server-nas')?.figures?.cpu_percent).toBe(77);
  expect(fleet.rows.map((row) => row.server.id)).toEqual(before);
  expect(fleet.spark('server-nas')?.points.at(-1)).toEqual([now + 60_000, 77]);
});

test('a row that is not known yet waits for the fleet', async () => {
  const fleet = await fleetOf(new FakeBackend({ machines: eight(now) }));
  const [stranger] = new FakeBackend({ machines: odd(now).slice(1) }).rows;
  if (!stranger) throw new Error('there is one');
  fleet.patch([stranger]);
  expect(fleet.rows).toHaveLength(8);
});

test('many changes at once become one fetch after the one under way', async () => {
  const fake = new FakeBackend({ machines: eight(now), latency: 1 });
  const fleet = new FleetStore(fake);
  const first = fleet.load();
  for (let at = 0; at < 20; at++) fleet.push({ kind: 'fleet_changed' });
  await first;
  expect(fake.calls.filter(({ name }) => name === 'fleet.get')).toHaveLength(2);
});

test('a fetch that fails keeps the rows and says why', async () => {
  const fake = new FakeBackend({ machines: eight(now) });
  const fleet = await fleetOf(fake);
  fake.failing['fleet.get'] = new ApiError('failed', 'The disk is full');
  await fleet.load();
  expect(fleet.error?.message).toBe('The disk is full');
  expect(fleet.rows).toHaveLength(8);
});

test('a removed server leaves with its line', async () => {
  const fake = new FakeBackend({ machines: eight(now) });
  const fleet = await fleetOf(fake);
  await fake.call('server.remove', { id: 'server-nas' });
  await vi.waitFor(() => expect(fleet.rows).toHaveLength(7));
  expect(fleet.spark('server-nas')).toBeUndefined();
});

test('only servers that answer are added up, each by its processors', async () => {
  const fleet = await fleetOf(
    new FakeBackend({
      machines: [
        { name: 'a', host: 'a', system: 'debian', cores: 12, cpu: 10 },
        { name: 'b', host: 'b', system: 'debian', cores: 4, cpu: 50 },
        { name: 'c', host: 'c', system: 'debian', cores: 64, cpu: 100, state: 'stale', old: 300 },
      ],
    }),
  );
  expect(fleet.totals.servers).toBe(2);
  expect(fleet.totals.cpuPercent).toBe(20);
});

test('what nobody measured adds up to nothing known, not to 0', async () => {
  const fleet = await fleetOf(
    new FakeBackend({ machines: [{ name: 'a', host: 'a', cpu: null, rx: null, tx: null }] }),
  );
  expect(fleet.totals).toMatchObject({ cpuPercent: null, networkRx: null, networkTx: null });
});

test('only states that occur are counted', async () => {
  const fleet = await fleetOf(new FakeBackend({ machines: eight(now) }));
  expect(fleet.counts).toEqual([
    { state: 'fine', count: 4 },
    { state: 'warning', count: 1 },
    { state: 'critical', count: 1 },
    { state: 'down', count: 1 },
    { state: 'stale', count: 1 },
  ]);
});
