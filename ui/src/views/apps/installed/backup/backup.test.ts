import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../../../lib/backend/backend';
import { backupPassphrase } from '../../../../lib/backend/fake/backups';
import type { FakeBackend, FakeOptions } from '../../../../lib/backend/fake/fake';
import { eight } from '../../../../lib/backend/fake/machines';
import { faults, openApp } from '../../../../lib/test/app';
import { sizeText } from './words';

const now = Date.now();
const vaultwarden = 'vaultwarden-on-server-docker-1';

async function open(options: FakeOptions = {}, id = vaultwarden) {
  location.hash = `#/installed/${id}/backup`;
  const app = openApp({ machines: eight(now), containers: 60, installed: true, ...options });
  await screen.findByRole('list', { name: 'What a backup holds' });
  return app;
}
const called = (backend: FakeBackend, name: string) =>
  backend.calls.filter((call) => call.name === name).map(({ args }) => args);
const holds = () => within(screen.getByRole('list', { name: 'What a backup holds' }));
const make = () => screen.getByRole('button', { name: 'Back up' });

/** Chooses the file, and types the passphrase twice. */
async function fill({ user }: Awaited<ReturnType<typeof open>>) {
  await user.click(screen.getByRole('button', { name: 'File' }));
  await user.type(screen.getByLabelText('Passphrase'), backupPassphrase);
  await user.type(screen.getByLabelText('Again'), backupPassphrase);
  await screen.findByText('Nothing stands in the way');
}

/** Lets what is being done go on to its end. */
function goOn(backend: FakeBackend, id = vaultwarden) {
  for (let round = 0; round < 20 && backend.installed.at(id).app.work; round += 1) backend.tick();
}

// Who trusts a backup has to know what is in it, and nobody may take "not known" for "nothing".
test('it says what would be in it, and a size that is not known is absent and not 0', async () => {
  await open();
  const lines = holds().getAllByRole('listitem');
  expect(lines[0]).toHaveTextContent(/vaultwarden_db\s*volume, in db at .*182\sMB$/);
  expect(lines[1]).toHaveTextContent(/\/srv\/icons\s*folder, in web at \/icons\s*–$/);
  expect(screen.getByText(/^2\sparts, 182\sMB and 1\spart of unknown size$/)).toBeVisible();
  expect(sizeText([{ bytes: null }])).toBe('size not known');
  expect(sizeText([])).toBe('');
  expect(await faults()).toEqual([]);
});

test('it says what is left out of it by itself, and why', async () => {
  await open({}, 'miniflux-on-server-docker-1');
  const others = within(screen.getByRole('list', { name: 'Not in it' }));
  expect(others.getByRole('listitem')).toHaveTextContent(/\/srv\/feeds\s*The app only reads it/);
});

test('a backup begins with what was chosen, and is in the list when it is made', async () => {
  const app = await open();
  const { backend, user } = app;
  await user.click(holds().getByRole('checkbox', { name: /srv\/icons/ }));
  expect(screen.getByText(/^1\spart of 2, 182\sMB$/)).toBeVisible();
  await user.click(screen.getByRole('radio', { name: 'Paused' }));
  expect(screen.getByText(/^Shorter: /)).toBeVisible();
  await fill(app);
  await user.click(make());
  expect(called(backend, 'app.backup')).toEqual([
    {
      id: vaultwarden,
      path: '/home/ana/backups/miniflux-2026-11-23.tomoapp',
      passphrase: backupPassphrase,
      mode: 'pause',
      replace: true,
      leave_out: ['/srv/icons'],
    },
  ]);
  expect(
    await screen.findByRole('heading', { level: 1, name: /Backing up Vaultwarden/ }),
  ).toBeVisible();
  expect(screen.getByText('Read its data into the file')).toBeVisible();
  expect(screen.getByText(/no file is left on this computer/)).toBeVisible();
  backend.tick();
  expect(await screen.findByText('61.2 of 182 MB')).toBeVisible();
  goOn(backend);
  const made = within(await screen.findByRole('list', { name: 'Backups made' }));
  expect(made.getByText('miniflux-2026-11-23.tomoapp')).toBeVisible();
  expect(made.getByText(/it was paused$/)).toBeVisible();
  // What was typed is nowhere any more.
  expect(screen.getByLabelText('Passphrase')).toHaveValue('');
  await user.click(made.getByRole('button', { name: /^Restore the backup of/ }));
  expect(await screen.findByText(/miniflux-2026-11-23\.tomoapp$/)).toBeVisible();
});

test('without a file and a passphrase that is typed twice nothing begins', async () => {
  const { backend, user } = await open({ file: null });
  await user.click(make());
  expect(screen.getByText('Choose where it goes')).toBeVisible();
  expect(screen.getByText('At least 12 characters')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'File' }));
  await user.type(screen.getByLabelText('Passphrase'), backupPassphrase);
  await user.type(screen.getByLabelText('Again'), 'a lighthouse keeps');
  await user.click(make());
  expect(screen.getByText('Not the same as above')).toBeVisible();
  expect(called(backend, 'app.backup')).toEqual([]);
});

test('it can be cancelled while it goes on', async () => {
  const app = await open();
  await fill(app);
  await app.user.click(make());
  await app.user.click(await screen.findByRole('button', { name: 'Cancel the backup' }));
  expect(called(app.backend, 'app.cancel')).toEqual([{ id: vaultwarden }]);
  expect(
    await screen.findByText(
      /Cancelled: the file is being removed, and the app goes on\. You may close/,
    ),
  ).toBeVisible();
});

test('why a backup failed is said, and where its steps are', async () => {
  const app = await open({ appBackups: 'failing' });
  await fill(app);
  await app.user.click(make());
  await screen.findByRole('heading', { level: 1, name: /Backing up Vaultwarden/ });
  goOn(app.backend);
  expect(
    await screen.findByText(
      'Backing up failed at “Read its data into the file”: the disk of this computer is full: 12 MB are free.',
    ),
  ).toBeVisible();
  expect(screen.getByText('None yet. What is lost with its server is lost.')).toBeVisible();
});

test('what is refused is said at the foot, and what was typed stays', async () => {
  const refused = new ApiError('invalid', 'The folder may not be written to.', 'Choose another.');
  const app = await open({ failing: { 'app.backup': refused } });
  await fill(app);
  await app.user.click(make());
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'The folder may not be written to. Choose another.',
  );
  expect(screen.getByLabelText('Passphrase')).toHaveValue(backupPassphrase);
});

test('an app that does not run is not stopped, and nobody is asked how', async () => {
  await open({}, 'forgejo-on-server-docker-1');
  expect(screen.getByText('The app is stopped: nothing writes to its data.')).toBeVisible();
  expect(screen.queryByRole('radio', { name: 'Paused' })).toBeNull();
  expect(screen.getByText('It is stopped, and stays so')).toBeVisible();
});

test('what it holds is asked for again where that failed', async () => {
  location.hash = `#/installed/${vaultwarden}/backup`;
  const failing = { 'app.backup_preview': new ApiError('failed', 'The engine was lost.', 'Wait.') };
  const { backend, user } = openApp({
    machines: eight(now),
    containers: 60,
    installed: true,
    failing,
  });
  expect(await screen.findByText('The engine was lost.')).toBeVisible();
  expect(make()).toBeDisabled();
  delete backend.failing['app.backup_preview'];
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  await screen.findByRole('list', { name: 'What a backup holds' });
  expect(make()).toBeEnabled();
});

test('who may only look sees what there is, and no way to change it', async () => {
  const { user } = await open({ role: 'readonly' });
  expect(holds().getAllByRole('listitem')).toHaveLength(2);
  expect(screen.queryByRole('checkbox')).toBeNull();
  expect(screen.queryByRole('button', { name: 'Back up' })).toBeNull();
  expect(screen.queryByRole('button', { name: /Restore/ })).toBeNull();
  await user.click(screen.getByRole('button', { name: 'More' }));
  await screen.findByRole('menuitem', { name: 'In the catalog' });
  expect(screen.queryByRole('menuitem', { name: /Back up|Move/ })).toBeNull();
});

test('the menu of an app leads to its backup and to moving it', async () => {
  location.hash = '#/apps/installed';
  const { user } = openApp({ machines: eight(now), containers: 60, installed: true });
  await user.click(await screen.findByRole('button', { name: 'Actions of Vaultwarden' }));
  await user.click(await screen.findByRole('menuitem', { name: /Back up…/ }));
  await waitFor(() => expect(location.hash).toBe(`#/installed/${vaultwarden}/backup`));
  await user.click(await screen.findByRole('button', { name: 'More' }));
  await user.click(await screen.findByRole('menuitem', { name: /Move…/ }));
  await waitFor(() => expect(location.hash).toBe(`#/installed/${vaultwarden}/move`));
});
