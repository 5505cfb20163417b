import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import { backupPassphrase } from '../../lib/backend/fake/backups';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import { eight } from '../../lib/backend/fake/machines';
import { faults, openApp } from '../../lib/test/app';
import { differencesOf } from './server_list';

const now = Date.now();

async function open(options: FakeOptions = {}) {
  location.hash = '#/settings/backup';
  const app = openApp({ machines: eight(now), backups: 8, ...options });
  await screen.findByText('Server list only');
  await screen.findByRole('group', { name: 'Passphrase' });
  return app;
}
const argsOf = (backend: { calls: { name: string; args: unknown }[] }, name: string) =>
  backend.calls.filter((call) => call.name === name).map(({ args }) => args);

test('each backup was read back, or says why not', async () => {
  const { user } = await open();
  expect(screen.getAllByText(/, complete$/).length).toBeGreaterThan(3);
  expect(screen.getByText('by ana, before an update')).toBeVisible();
  await user.click(screen.getByRole('button', { name: /^Why did the backup/ }));
  expect(await screen.findByText('It was not made')).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('a backup is made with what was chosen, and stands in the list', async () => {
  const { user, backend } = await open();
  await user.click(screen.getByRole('button', { name: 'Back up now' }));
  const dialog = await screen.findByRole('dialog');
  await user.click(within(dialog).getByRole('checkbox', { name: 'With the history of servers' }));
  await user.type(within(dialog).getByRole('textbox', { name: /Note/ }), ' before the move ');
  await user.click(within(dialog).getByRole('button', { name: 'Back up' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(argsOf(backend, 'backup.create')).toEqual([
    { with_history: false, note: 'before the move' },
  ]);
  expect(await screen.findByText('by ana, before the move')).toBeVisible();
});

test('while one is made nothing can be sent twice, and a closed dialog ends in a toast', async () => {
  const { user, backend } = await open({ backupTakes: 300 });
  await user.click(screen.getByRole('button', { name: 'Back up now' }));
  const dialog = await screen.findByRole('dialog');
  await user.click(within(dialog).getByRole('button', { name: 'Back up' }));
  expect(await within(dialog).findByText(/Writing and reading back/)).toBeVisible();
  await user.click(within(dialog).getByRole('button', { name: 'Back up' }));
  const [close] = within(dialog).getAllByRole('button', { name: 'Close' });
  await user.click(close as HTMLElement);
  expect(await screen.findByText(/Backup made and read back/)).toBeVisible();
  expect(argsOf(backend, 'backup.create')).toHaveLength(1);
});

test('without a remembered passphrase one has to be typed twice', async () => {
  const { user, backend } = await open({ backupPassphrase: false });
  expect(screen.getByText(/No backup is made by itself/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Back up now' }));
  const dialog = await screen.findByRole('dialog');
  await user.click(within(dialog).getByRole('button', { name: 'Back up' }));
  expect(await within(dialog).findByText('At least 12 characters')).toBeVisible();
  expect(argsOf(backend, 'backup.create')).toEqual([]);
  await user.type(within(dialog).getByLabelText('Passphrase'), backupPassphrase);
  await user.type(within(dialog).getByLabelText('Again'), backupPassphrase);
  await user.click(within(dialog).getByRole('button', { name: 'Back up' }));
  await waitFor(() =>
    expect(argsOf(backend, 'backup.create')).toEqual([
      { with_history: true, passphrase: backupPassphrase },
    ]),
  );
});

test('a backup that fails says why in its dialog', async () => {
  const { user } = await open({
    failing: { 'backup.create': new ApiError('failed', 'The folder is full', 'Make room.') },
  });
  await user.click(screen.getByRole('button', { name: 'Back up now' }));
  const dialog = await screen.findByRole('dialog');
  await user.click(within(dialog).getByRole('button', { name: 'Back up' }));
  expect(await within(dialog).findByRole('alert')).toHaveTextContent('The folder is full');
});

test('restoring looks first, names what is replaced, and wants a word typed', async () => {
  const { user, backend } = await open({ backupPassphrase: false });
  await user.click(screen.getByRole('button', { name: 'Restore…' }));
  let dialog = await screen.findByRole('dialog');
  await user.type(await within(dialog).findByLabelText(/^Passphrase/), 'wrong');
  await user.click(within(dialog).getByRole('button', { name: 'Look inside' }));
  expect(await within(dialog).findByRole('alert')).toHaveTextContent('does not open this backup');

  await user.clear(within(dialog).getByLabelText(/^Passphrase/));
  await user.type(within(dialog).getByLabelText(/^Passphrase/), backupPassphrase);
  await user.click(within(dialog).getByRole('button', { name: 'Look inside' }));
  dialog = await screen.findByRole('alertdialog');
  expect(within(dialog).getByText(/^14,206\sentries$/)).toBeVisible();
  expect(within(dialog).getByText(/Everybody is signed out/)).toBeVisible();
  const restore = within(dialog).getByRole('button', { name: 'Restore' });
  expect(restore).toBeDisabled();
  expect(await faults()).toEqual([]);

  await user.type(within(dialog).getByLabelText(/^Type/), 'restore');
  await user.click(restore);
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
  expect(screen.getByText(/^Restored the backup of/)).toBeVisible();
  expect(argsOf(backend, 'backup.restore')).toEqual([
    { path: backend.backups.entries[0]?.path, passphrase: backupPassphrase },
  ]);
});

test('a restore that fails leaves everybody where they were', async () => {
  const { user, backend } = await open();
  backend.failing['backup.restore'] = new ApiError('failed', 'The backup is of a newer Tomo', '');
  await user.click(
    screen.getAllByRole('button', { name: /^Restore the backup/ })[0] as HTMLElement,
  );
  await user.click(await screen.findByRole('button', { name: 'Look inside' }));
  await user.type(await screen.findByLabelText(/^Type/), 'restore{Enter}');
  expect(await screen.findByText('The backup is of a newer Tomo')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Keep what is here' }));
  expect(screen.getByRole('heading', { name: 'Backup' })).toBeVisible();
});

test('the passphrase is forgotten only after a second yes', async () => {
  const { user, backend } = await open();
  await user.click(screen.getByRole('button', { name: 'Forget…' }));
  await user.click(await screen.findByRole('button', { name: 'Forget it' }));
  expect(await screen.findByText(/No backup is made by itself/)).toBeVisible();
  expect(argsOf(backend, 'backup.set_passphrase')).toEqual([{}]);
});

test('of a list of servers everything can be left out, and the result is counted', async () => {
  const { user, backend } = await open();
  await user.click(screen.getByRole('button', { name: 'Import…' }));
  const dialog = await screen.findByRole('dialog');
  expect(within(dialog).getByText('root@192.168.1.30:2222')).toBeVisible();
  expect(within(dialog).getByText('Two servers of the file are named docker-1.')).toBeVisible();
  expect(within(dialog).getAllByRole('checkbox')).toHaveLength(3);
  expect(await faults()).toEqual([]);
  await user.click(within(dialog).getByRole('checkbox', { name: /roof-cam/ }));
  await user.click(within(dialog).getByRole('button', { name: 'Add 1 and change 1' }));
  expect(await screen.findByText(/1\s*server added, 1 changed, 3 left/)).toBeVisible();
  expect(argsOf(backend, 'server_list.import')).toMatchObject([{ leave_out: [1] }]);
});

test('what importing changes of a server is named from old to new', () => {
  const server = {
    name: 'nas',
    host: 'fe80::1',
    port: 22,
    username: 'admin',
    auth_type: 'key' as const,
  };
  expect(differencesOf(server, { ...server, port: 2222, auth_type: 'agent' })).toEqual([
    { what: 'Address', from: 'admin@[fe80::1]', to: 'admin@[fe80::1]:2222' },
    { what: 'Sign-in', from: 'key', to: 'SSH agent' },
  ]);
});

test('who may not administer sees no backups, and the palette offers none', async () => {
  location.hash = '#/settings/backup';
  const { user } = openApp({ machines: eight(now), role: 'user' });
  await screen.findByRole('navigation', { name: 'Settings' });
  expect(screen.queryByRole('button', { name: 'Back up now' })).toBeNull();
  await user.keyboard('{Control>}k{/Control}');
  await user.type(
    await screen.findByRole('combobox', { name: 'Search or run a command' }),
    '>back up',
  );
  expect(screen.queryByRole('option', { name: /Back up now/ })).toBeNull();
});

test('the palette opens the dialog wherever the person is', async () => {
  const { user } = openApp({ machines: eight(now) });
  await screen.findByRole('heading', { name: 'Overview' });
  await user.keyboard('{Control>}k{/Control}');
  await user.type(
    await screen.findByRole('combobox', { name: 'Search or run a command' }),
    '>back up',
  );
  await user.keyboard('{Enter}');
  expect(await screen.findByRole('heading', { name: 'Back up now' })).toBeVisible();
});
