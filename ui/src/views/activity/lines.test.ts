import { afterEach, expect, test } from 'vitest';
import type { Activity } from '../../lib/backend/generated';
import { activitiesOf } from '../../lib/backend/fake/activity';
import { dayHead, setTimeStyle, startOfDate, startOfDay } from '../../lib/format';
import { filterOf, type Choice } from './filter.svelte';
import { withNewer, withOlder } from './lines';

const [pattern] = activitiesOf(Date.parse('2026-11-22T12:00:00Z'), 1) as [Activity];
const entry = (id: string, timestamp: string): Activity => ({ ...pattern, id, timestamp });
const choice: Choice = { text: '', group: '', who: '', server: '', span: 'all', from: '', to: '' };

afterEach(() => setTimeStyle('locale', 'local'));

test('entries stand below their days, and a later page goes on with the day before it', () => {
  setTimeStyle('locale', 'UTC');
  const first = withOlder(
    [],
    [entry('a', '2026-11-22T08:00:00Z'), entry('b', '2026-11-21T23:00:00Z')],
  );
  const both = withOlder(first, [
    entry('c', '2026-11-21T01:00:00Z'),
    entry('d', '2026-10-03T00:00:00Z'),
  ]);
  expect(both.map((line) => (line.kind === 'day' ? line.count : line.entry.id))).toEqual([
    1,
    'a',
    2,
    'b',
    'c',
    1,
    'd',
  ]);
  // The lines that are drawn already are not changed under the hand.
  expect(first.find((line) => line.kind === 'day' && line.day.endsWith('21'))).toMatchObject({
    count: 1,
  });
});

test('days are those of the chosen zone', () => {
  const entries = [entry('a', '2026-11-22T08:00:00Z'), entry('b', '2026-11-21T20:00:00Z')];
  setTimeStyle('locale', 'UTC');
  expect(withOlder([], entries).filter(({ kind }) => kind === 'day')).toHaveLength(2);
  setTimeStyle('locale', 'Pacific/Auckland');
  expect(withOlder([], entries).filter(({ kind }) => kind === 'day')).toHaveLength(1);
});

test('an entry that another process wrote late goes to its place in time', () => {
  const there = [entry('c', '2026-11-22T08:00:00Z'), entry('a', '2026-11-22T06:00:00Z')];
  const late = [entry('d', '2026-11-22T09:00:00Z'), entry('b', '2026-11-22T07:00:00Z')];
  expect(withNewer(there, late).map(({ id }) => id)).toEqual(['d', 'c', 'b', 'a']);
});

test('a day begins at the zone’s own midnight, also on the day on which the clocks change', () => {
  setTimeStyle('locale', 'Europe/Berlin');
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  expect(iso(startOfDate('2026-10-25'))).toBe('2026-10-24T22:00:00.000Z');
  expect(iso(startOfDate('2026-10-25', 1))).toBe('2026-10-25T23:00:00.000Z');
  expect(iso(startOfDay('2026-03-29T12:00:00Z'))).toBe('2026-03-28T23:00:00.000Z');
  expect(startOfDate('no date')).toBeNull();
});

test('the head of a day names today and yesterday, and the year only of another one', () => {
  setTimeStyle('locale', 'UTC');
  const now = '2026-11-22T12:00:00Z';
  expect(dayHead('2026-11-22T01:00:00Z', now)).toMatch(/^Today, /);
  expect(dayHead('2026-11-21T01:00:00Z', now)).toMatch(/^Yesterday, /);
  expect(dayHead('2026-10-03T01:00:00Z', now)).not.toMatch(/2026/);
  expect(dayHead('2025-10-03T01:00:00Z', now)).toMatch(/2025/);
});

test('what is chosen becomes the filter that is asked for', () => {
  setTimeStyle('locale', 'UTC');
  const now = Date.parse('2026-11-22T12:00:00Z');
  expect(filterOf(choice, now)).toEqual({});
  expect(
    filterOf(
      { ...choice, text: ' nas ', group: 'data', who: 'user:u1', server: 's', span: '7d' },
      now,
    ),
  ).toEqual({
    text: 'nas',
    group: 'data',
    user_id: 'u1',
    server_id: 's',
    since: '2026-11-15T00:00:00.000Z',
  });
  expect(filterOf({ ...choice, who: 'tomo' }, now)).toEqual({ by_tomo: true });
  // Both days count whole.
  expect(
    filterOf({ ...choice, span: 'custom', from: '2026-11-01', to: '2026-11-02' }, now),
  ).toEqual({ since: '2026-11-01T00:00:00.000Z', until: '2026-11-03T00:00:00.000Z' });
});
