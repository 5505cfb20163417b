import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { FakeBackend, type FakeOptions } from '../../lib/backend/fake/fake';
import { faults, openApp } from '../../lib/test/app';
import { proofOf, Trail } from './trail.svelte';

async function open(options: FakeOptions = {}) {
  location.hash = '#/settings/audit';
  const app = openApp(options);
  await screen.findByRole('grid', { name: 'Audit trail' });
  return app;
}
const number = (id: number) => screen.getByRole('row', { name: new RegExp(`\\b${id}\\b`) });

test('one line says that the chain holds, how much of it, and since when', async () => {
  await open();
  expect(await screen.findByText('Chain verified.')).toBeVisible();
  expect(screen.getByText(/All 1,284 entries hold/)).toBeVisible();
  expect(number(1284)).toHaveTextContent('monitoring.background_interval_seconds');
  expect(number(1284)).toHaveTextContent('10 → 30');
  expect(await faults()).toEqual([]);
});

test('a broken chain names the first entry, and marks what is proven and what is not', async () => {
  await open({ tampered: true });
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'Entry 1279 does not hold. It was changed or removed outside Tomo',
  );
  expect(screen.getByRole('alert')).toHaveTextContent(
    'The 1,278 entries before it are proven. The other 6 are not.',
  );
  expect(within(number(1280)).getByRole('img', { name: 'not proven' })).toBeVisible();
  expect(within(number(1279)).getByRole('img', { name: 'does not hold' })).toBeVisible();
  expect(within(number(1278)).getByRole('img', { name: 'proven' })).toBeVisible();
  expect(screen.getByText(/Tomo does not repair an audit/)).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('the filter asks for what it says, and finding nothing offers everything', async () => {
  const { user, backend } = await open();
  await user.type(screen.getByRole('searchbox', { name: 'Setting or person' }), 'theme');
  await waitFor(() => expect(screen.queryByRole('row', { name: /1284/ })).toBeNull());
  expect(screen.getAllByText('ui.theme')).toHaveLength(2);
  expect(backend.calls.filter(({ name }) => name === 'audit.list').at(-1)?.args).toMatchObject({
    filter: { text: 'theme' },
    before: null,
  });
  await user.type(screen.getByRole('searchbox', { name: 'Setting or person' }), 'xx');
  expect(await screen.findByText('No entry matches')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Show all of it' }));
  await waitFor(() => expect(number(1284)).toBeVisible());
});

test('an entry opens whole', async () => {
  const { user } = await open();
  await user.click(number(1284));
  const dialog = await screen.findByRole('dialog', { name: 'Entry 1284' });
  expect(within(dialog).getByText('Pi is on solar power')).toBeVisible();
  expect(within(dialog).getByText(/^[0-9a-f]{64}$/)).toBeVisible();
});

test('exporting writes what is shown to the file that was chosen, or nothing', async () => {
  const { user, backend } = await open({ file: '/home/ana/audit.jsonl' });
  await user.click(screen.getByRole('button', { name: 'Export' }));
  expect(await screen.findByText(/entries exported/)).toBeVisible();
  expect(backend.calls.find(({ name }) => name === 'audit.export')?.args).toMatchObject({
    path: '/home/ana/audit.jsonl',
    format: 'jsonl',
    filter: { since: expect.any(String) as string },
  });
});

test('a dialog that was closed writes nothing', async () => {
  const { user, backend } = await open({ file: null });
  await user.click(screen.getByRole('button', { name: 'Export' }));
  await waitFor(() => expect(backend.calls.some(({ name }) => name === 'file.choose')).toBe(true));
  expect(backend.calls.some(({ name }) => name === 'audit.export')).toBe(false);
});

test('pages follow each other without a gap or a double, up to the end', async () => {
  const backend = new FakeBackend({ audited: 60 });
  const trail = new Trail(backend);
  trail.period = 'all';
  await trail.load();
  expect(trail.entries).toHaveLength(25);
  await Promise.all([trail.loadMore(), trail.loadMore()]);
  await trail.loadMore();
  await trail.loadMore();
  expect(trail.entries.map(({ id }) => id)).toEqual(Array.from({ length: 60 }, (_, at) => 60 - at));
  expect(trail.more).toBe(0);
  expect(backend.calls).toHaveLength(3);
});

// A slow answer to the filter before must not replace the one to the filter now.
test('of two answers the last asked for counts', async () => {
  const fake = new FakeBackend();
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  let asked = 0;
  const trail = new Trail({
    subscribe: (on) => fake.subscribe(on),
    attachTerminal: (id, on) => fake.attachTerminal(id, on),
    openLink: (url) => fake.openLink(url),
    openApp: (id) => fake.openApp(id),
    call: async (name, args) => {
      const first = asked++ === 0;
      const answer = await fake.call(name, args);
      if (first) await held;
      return answer;
    },
  });
  trail.text = 'theme';
  const slow = trail.load();
  trail.text = 'backup_keep';
  await trail.load();
  release();
  await slow;
  expect(trail.entries.map(({ setting_key }) => setting_key)).toEqual(['system.backup_keep']);
});

test('what stands before the broken entry is proven, what stands after is not', () => {
  const report = {
    rows: 9,
    proven: 4,
    first_broken: 5,
    proven_until: null,
    since: null,
    checked_at: '',
    end_compared: false,
    milliseconds: 1,
  };
  expect([4, 5, 6].map((id) => proofOf(id, report))).toEqual(['proven', 'broken', 'unproven']);
  expect(proofOf(4, { ...report, first_broken: null })).toBeNull();
  expect(proofOf(4, { ...report, first_broken: 0 })).toBe('unproven');
});
