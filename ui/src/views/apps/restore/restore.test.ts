import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../../lib/backend/backend';
import { damagedBackup } from '../../../lib/backend/fake/app_backups';
import { backupPassphrase } from '../../../lib/backend/fake/backups';
import type { FakeBackend, FakeOptions } from '../../../lib/backend/fake/fake';
import { eight } from '../../../lib/backend/fake/machines';
import { faults, openApp } from '../../../lib/test/app';
import { settingsOf } from './restoring.svelte';

const now = Date.now();
const miniflux = 'miniflux-on-server-docker-1';

function open(options: FakeOptions = {}, hash = '#/app_restore') {
  location.hash = hash;
  return openApp({ machines: eight(now), containers: 60, installed: true, ...options });
}
const called = (backend: FakeBackend, name: string) =>
  backend.calls.filter((call) => call.name === name).map(({ args }) => args);

/** Chooses the file and types a passphrase. */
async function look({ user }: ReturnType<typeof open>, passphrase = backupPassphrase) {
  await user.click(await screen.findByRole('button', { name: 'Backup' }));
  await user.type(screen.getByLabelText(/^Passphrase/), passphrase);
  await user.click(screen.getByRole('button', { name: 'Look inside' }));
}
async function choose({ user }: ReturnType<typeof open>, server: string) {
  await user.click(screen.getByRole('combobox', { name: 'Server' }));
  await user.click(await screen.findByRole('option', { name: new RegExp(`^${server}`) }));
}

test('the list of apps leads to restoring one', async () => {
  const app = open({}, '#/apps/installed');
  await app.user.click(await screen.findByRole('button', { name: 'Restore a backup…' }));
  expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent('Restore a backup');
  expect(screen.getByRole('button', { name: 'Look inside' })).toBeDisabled();
  expect(await faults()).toEqual([]);
});

// What is wrong stands at the field that has it, in words.
test('a wrong passphrase is said at the passphrase, and can be typed again', async () => {
  const app = open();
  await look(app, 'something else');
  const field = screen.getByLabelText(/^Passphrase/);
  await waitFor(() => expect(field).toHaveAccessibleDescription(/does not open this backup/));
  expect(field).toBeInvalid();
  await app.user.clear(field);
  await app.user.type(field, backupPassphrase);
  await app.user.click(screen.getByRole('button', { name: 'Look inside' }));
  expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent('Restore Miniflux');
});

test('a damaged file is said at the file, and another can be chosen', async () => {
  const app = open({ file: damagedBackup });
  await look(app);
  const file = await screen.findByRole('button', { name: 'Backup' });
  await waitFor(() =>
    expect(file).toHaveAccessibleDescription(/^The file is damaged: .*another\.$/),
  );
  expect(screen.getByLabelText(/^Passphrase/)).toBeValid();
});

test('over an app that is there it says what is replaced, and wants its name', async () => {
  const app = open();
  const { backend, user } = app;
  await look(app);
  expect(await screen.findByRole('region', { name: 'What is replaced on docker-1' })).toBeVisible();
  expect(screen.getByText(/^Of .* on docker-1, it was stopped · 61\.0\sMB$/)).toBeVisible();
  const replaced = within(screen.getByRole('list', { name: 'What is replaced' }));
  expect(replaced.getByText('Copied first')).toBeVisible();
  expect(replaced.getByText('miniflux_db')).toBeVisible();
  expect(screen.getByText(/copied first, and put back if it does not become well/)).toBeVisible();
  const restore = screen.getByRole('button', { name: 'Replace and restore' });
  expect(restore).toBeDisabled();
  expect(await faults()).toEqual([]);
  await user.type(screen.getByLabelText('Type Miniflux to replace it'), 'Miniflux');
  await user.click(restore);
  expect(called(backend, 'app.restore')).toEqual([
    {
      path: '/home/ana/backups/miniflux-2026-11-21.tomoapp',
      passphrase: backupPassphrase,
      server_id: 'server-docker-1',
      values: {},
    },
  ]);
  expect(
    await screen.findByRole('heading', { level: 1, name: /Restoring Miniflux/ }),
  ).toBeVisible();
  expect(location.hash).toBe(`#/installed/${miniflux}`);
  expect(screen.getByRole('button', { name: 'Cancel and put it back' })).toBeVisible();
});

test('on another server it is planned as a new app, with fixes, and restored as it is shown', async () => {
  const app = open();
  const { backend, user } = app;
  backend.installed.taken.set(8081, 'caddy');
  await look(app);
  await screen.findByRole('region', { name: 'What is replaced on docker-1' });
  await choose(app, 'media');
  expect(await screen.findByRole('region', { name: 'Checks on media' })).toBeVisible();
  expect(screen.getByRole('button', { name: 'Restore' })).toBeDisabled();
  await user.click(screen.getByRole('button', { name: 'Use 8082' }));
  await waitFor(() => expect(screen.getByRole('button', { name: 'Restore' })).toBeEnabled());
  const name = screen.getByLabelText('Name');
  await user.clear(name);
  await user.type(name, 'news');
  // Where its data goes under another name is said.
  expect(
    await screen.findByText('news_db', { selector: '[aria-label="Data in the backup"] *' }),
  ).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Restore' }));
  expect(called(backend, 'app.restore')).toEqual([
    expect.objectContaining({
      server_id: 'server-media',
      project: 'news',
      values: { WEB_PORT: '8082' },
    }),
  ]);
  expect(
    await screen.findByRole('heading', { level: 1, name: /Installing Miniflux/ }),
  ).toBeVisible();
});

test('an app that no catalog has any more keeps its values under their own names', async () => {
  const gone = new ApiError('not_found', 'There is no such app.', '');
  const app = open({ failing: { 'app.show': gone } });
  await look(app);
  await screen.findByRole('region', { name: 'What is replaced on docker-1' });
  await choose(app, 'media');
  expect(await screen.findByLabelText(/^WEB_PORT/)).toHaveValue('8081');
  expect(settingsOf({ A: '1' }, [])).toMatchObject([{ name: 'A', label: 'A' }]);
});

test('why it cannot be planned is said, and it can be looked at again', async () => {
  const lost = new ApiError('failed', 'The engine was lost.', 'Wait until it is back.');
  const app = open({ failing: { 'app.restore_plan': lost } });
  await look(app);
  expect(await screen.findByText('The engine was lost.')).toBeVisible();
  delete app.backend.failing['app.restore_plan'];
  await app.user.click(screen.getByRole('button', { name: 'Look again' }));
  expect(await screen.findByRole('region', { name: 'What is replaced on docker-1' })).toBeVisible();
});

test('another backup begins from the start, without what was typed', async () => {
  const app = open();
  await look(app);
  await app.user.click(await screen.findByRole('button', { name: 'Another backup…' }));
  expect(await screen.findByLabelText(/^Passphrase/)).toHaveValue('');
});

test('who may only look is told so', async () => {
  open({ role: 'readonly' });
  expect(await screen.findByText('You may only look')).toBeVisible();
  expect(screen.queryByLabelText(/^Passphrase/)).toBeNull();
});
