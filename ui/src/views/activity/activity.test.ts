import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import { happen } from '../../lib/backend/fake/activity';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import { eight } from '../../lib/backend/fake/machines';
import { faults, openApp } from '../../lib/test/app';

const now = Date.now();

async function open(options: FakeOptions = {}, hash = '#/activity') {
  location.hash = hash;
  const app = openApp({ machines: eight(now), activities: 60, ...options });
  const grid = await screen.findByRole('treegrid', { name: 'Activity' });
  return { ...app, grid };
}
const rows = (grid: HTMLElement) =>
  [...grid.querySelectorAll<HTMLElement>('[data-row]')].map((row) => row.dataset.row);

test('entries stand by day, and Enter opens one in place with its details', async () => {
  const { user, grid } = await open();
  expect(within(grid).getAllByRole('rowheader')[0]).toHaveTextContent(/^(Today|Yesterday), /);
  const [first] = within(grid).getAllByRole('row', { name: /attic-pi was lost/ });
  first?.focus();
  await user.keyboard('j{Enter}');
  const row = within(grid).getAllByRole('row', { name: /was set from 10 s to 30 s/ })[0];
  expect(row).toHaveAttribute('aria-expanded', 'true');
  expect(within(grid).getByText('monitoring.background_interval_seconds')).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.keyboard('{Escape}');
  expect(row).toHaveAttribute('aria-expanded', 'false');
});

test('a hundred thousand entries leave few rows in the page', async () => {
  const { grid } = await open({
    activities: 100_000,
    settings: { 'ui.items_per_page': 200 },
  });
  await waitFor(() => expect(rows(grid).length).toBeGreaterThan(10));
  expect(rows(grid).length).toBeLessThan(100);
});

test('the filters ask for what they say, and the search waits for the hand to rest', async () => {
  const { user, backend } = await open();
  await user.keyboard('/nas');
  const asked = () =>
    backend.calls.filter(({ name }) => name === 'activity.list').map(({ args }) => args);
  await waitFor(() => expect(asked().at(-1)).toMatchObject({ filter: { text: 'nas' } }));
  expect(asked().length).toBeLessThan(6);
  await user.click(screen.getByLabelText('By whom'));
  await user.click(await screen.findByRole('option', { name: 'Tomo' }));
  await waitFor(() =>
    expect(asked().at(-1)).toMatchObject({ filter: { text: 'nas', by_tomo: true } }),
  );
});

test('nothing found says so, and leads back', async () => {
  const { user } = await open();
  await user.keyboard('/zebra');
  expect(await screen.findByText('Nothing matches “zebra”')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Clear filter' }));
  expect(await screen.findByRole('treegrid', { name: 'Activity' })).toBeVisible();
});

test('a new entry appears by itself while nobody is at the list', async () => {
  const { backend, grid } = await open();
  happen(backend, 'The server garage was added.');
  expect(await within(grid).findByText('The server garage was added.')).toBeVisible();
});

test('under the pointer no row moves: what is new waits, counted, until it is asked for', async () => {
  const { user, backend, grid } = await open();
  await waitFor(() => expect(rows(grid).length).toBeGreaterThan(10));
  await user.hover(within(grid).getAllByRole('row')[3] as HTMLElement);
  const before = rows(grid).slice(0, 10);
  happen(backend, 'The server garage was added.');
  happen(backend, 'The server attic was added.');
  const pill = await screen.findByRole('button', { name: '2 new' });
  expect(rows(grid).slice(0, 10)).toEqual(before);
  await user.click(pill);
  expect(await within(grid).findByText('The server garage was added.')).toBeVisible();
  expect(screen.queryByRole('button', { name: /new$/ })).toBeNull();
});

test('more news than are looked through begin the list anew', async () => {
  const { user, backend, grid } = await open({ settings: { 'ui.items_per_page': 10 } });
  await user.hover(within(grid).getAllByRole('row')[1] as HTMLElement);
  for (let at = 0; at < 55; at++) happen(backend, `Entry ${at}`);
  await user.click(await screen.findByRole('button', { name: /\+ new$/ }));
  expect(await within(grid).findByText('Entry 54')).toBeVisible();
  expect(screen.queryByRole('button', { name: /new$/ })).toBeNull();
});

test('the name of the file decides how it is written', async () => {
  const { user, backend } = await open({ file: '/home/ana/log.CSV' });
  await user.click(screen.getByRole('button', { name: 'Export' }));
  expect(await screen.findByText('/home/ana/log.CSV')).toBeVisible();
  expect(backend.calls.at(-1)).toMatchObject({
    name: 'activity.export',
    args: { format: 'csv', filter: { since: expect.any(String) } },
  });
});

test('without a chosen file nothing is written', async () => {
  const { user, backend } = await open({ file: null });
  await user.click(screen.getByRole('button', { name: 'Export' }));
  await waitFor(() => expect(backend.calls.at(-1)?.name).toBe('file.choose'));
});

test('a failure says what and offers another try', async () => {
  location.hash = '#/activity';
  const { user, backend } = openApp({
    machines: eight(now),
    activities: 5,
    failing: { 'activity.list': new ApiError('failed', 'The database is locked', 'Wait.') },
  });
  expect(await screen.findByText('The database is locked')).toBeVisible();
  delete backend.failing['activity.list'];
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('treegrid', { name: 'Activity' })).toBeVisible();
});

test('older entries that cannot be read leave the others, and can be asked for again', async () => {
  const { user, backend, grid } = await open({
    activities: 12,
    settings: { 'ui.items_per_page': 10 },
  });
  await waitFor(() => expect(rows(grid).length).toBe(12));
  backend.failing['activity.list'] = new ApiError('failed', 'The disk is gone', '');
  happen(backend, 'Something');
  expect(await screen.findByText('Not live')).toBeVisible();
  expect(rows(grid).length).toBe(12);
  delete backend.failing['activity.list'];
  happen(backend, 'Something else');
  expect(await screen.findByText('Live')).toBeVisible();
  expect(await within(grid).findByText('Something')).toBeVisible();
  await user.keyboard('{Escape}');
});

test('the log of one server is a place of its own', async () => {
  const { backend, grid } = await open({}, '#/activity?server=server-nas');
  await waitFor(() =>
    expect(backend.calls.find(({ name }) => name === 'activity.list')?.args).toEqual({
      filter: { server_id: 'server-nas' },
    }),
  );
  expect(within(grid).queryByText(/attic-pi/)).toBeNull();
});

test('words of others are text', async () => {
  location.hash = '#/activity';
  const { backend } = openApp({ machines: eight(now), activities: 3 });
  const grid = await screen.findByRole('treegrid', { name: 'Activity' });
  happen(backend, '<img src=x onerror=alert(1)> \u202Egnp.exe');
  expect(await within(grid).findByText(/<img src=x/)).toBeVisible();
  expect(grid.querySelector('img')).toBeNull();
});
