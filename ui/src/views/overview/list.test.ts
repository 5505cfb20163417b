import { beforeEach, expect, test } from 'vitest';
import { FakeBackend } from '../../lib/backend/fake/fake';
import { eight, many, rowOf } from '../../lib/backend/fake/machines';
import { FleetStore } from '../../lib/state/fleet.svelte';
import { distance, matches, OverviewList, sortRows } from './list.svelte';

const now = Date.now();
const names = (list: OverviewList) => list.rows.map((row) => row.server.name);

async function listOf(count: number) {
  const fake = new FakeBackend({ machines: many(now, count) });
  const fleet = new FleetStore(fake);
  await fake.subscribe((push) => fleet.push(push));
  await fleet.load();
  return { fake, list: new OverviewList(fleet) };
}

beforeEach(() => localStorage.clear());

test('worst first puts what is down on top and what is fine at the end', async () => {
  const { list } = await listOf(8);
  list.sortBy('state');
  expect(names(list).slice(0, 4)).toEqual(['attic-pi', 'nas', 'media', 'vps-fra']);
  list.sortBy('state');
  expect(names(list).at(-1)).toBe('attic-pi');
});

test('a figure sorts from the highest down, and what is not known stands last either way', () => {
  const rows = [
    rowOf(now, { name: 'none', host: 'x', cpu: null }),
    rowOf(now, { name: 'low', host: 'x', cpu: 1 }),
    rowOf(now, { name: 'high', host: 'x', cpu: 90 }),
  ];
  const order = (descending: boolean) =>
    sortRows(rows, { by: 'cpu', descending }).map((row) => row.server.name);
  expect(order(true)).toEqual(['high', 'low', 'none']);
  expect(order(false)).toEqual(['low', 'high', 'none']);
});

test('rows stay where they are while somebody is in the list, and settle afterwards', async () => {
  const { fake, list } = await listOf(8);
  list.sortBy('cpu');
  const before = names(list);
  list.hold(true);
  const row = fake.rows.find((row) => row.server.name === 'pi-dns');
  if (!row?.figures) throw new Error('pi-dns has figures');
  fake.change(row.server.id, { figures: { ...row.figures, cpu_percent: 99 } });
  expect(names(list)).toEqual(before);
  list.hold(false);
  expect(names(list)[0]).toBe('pi-dns');
});

test('a click on a head sorts even while the list is held', async () => {
  const { list } = await listOf(8);
  list.hold(true);
  list.sortBy('state');
  expect(names(list)[0]).toBe('attic-pi');
});

test('every word of the filter has to fit name, address, account or system', () => {
  const nas = eight(now).find((machine) => machine.name === 'nas');
  if (!nas) throw new Error('nas');
  const row = rowOf(now, nas);
  expect(matches(row, 'NAS')).toBe(true);
  expect(matches(row, 'debian 168.1.10')).toBe(true);
  expect(matches(row, 'nas ubuntu')).toBe(false);
});

test('rows are compact from 13 servers on, unless somebody chose otherwise', async () => {
  expect((await listOf(12)).list.compact).toBe(false);
  const { list } = await listOf(13);
  expect(list.compact).toBe(true);
  list.toggleCompact();
  expect(list.compact).toBe(false);
  expect((await listOf(40)).list.compact).toBe(false);
});

test('a typing mistake finds the name that was meant', async () => {
  const { list } = await listOf(8);
  list.text = 'medai';
  expect(list.rows).toHaveLength(0);
  expect(list.suggestion()).toBe('media');
  expect(distance('medai', 'media')).toBe(1);
});
