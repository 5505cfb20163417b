import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../../../lib/backend/backend';
import type { FakeBackend, FakeOptions } from '../../../../lib/backend/fake/fake';
import { eight } from '../../../../lib/backend/fake/machines';
import type { AppFailure, DiffLine } from '../../../../lib/backend/generated';
import { faults, openApp } from '../../../../lib/test/app';
import { diffRows } from './diff';
import { lengthText } from './words';

const now = Date.now();
const immich = 'immich-on-server-docker-1';
const vaultwarden = 'vaultwarden-on-server-docker-1';

async function open(id: string, options: FakeOptions = {}, tab = '/updates') {
  location.hash = `#/installed/${id}${tab}`;
  const app = openApp({ machines: eight(now), containers: 60, installed: true, ...options });
  await screen.findByText(/on docker-1$/);
  return app;
}
const section = (name: string | RegExp) => within(screen.getByRole('region', { name }));
const called = (backend: FakeBackend, name: string) =>
  backend.calls.filter((call) => call.name === name).map(({ args }) => args);

/** Why an update was put back. */
const failure: AppFailure = {
  kind: 'update',
  step: 'Wait until it is well',
  message: 'the check of web fails',
  log: ['web | error: column "push_id" exists already'],
  left: [],
  at: new Date(now).toISOString(),
};

/** Lets an update go on to its end. */
function goOn(backend: FakeBackend, id: string) {
  for (let round = 0; round < 30 && backend.installed.at(id).app.work; round += 1) backend.tick();
}

// Who was updated wants to know what is another way now, what it cost, and how to get back.
test('an update says what it changed, how it went, and which versions there were', async () => {
  await open(immich);
  expect(screen.getByRole('link', { name: 'Updates' })).toHaveAttribute('aria-current', 'page');
  const changed = section('What changed, 3.1.9 → 3.2.4');
  expect(changed.getByText(/^compose\.yaml, 5\slines · \.env, 1\sline$/)).toBeVisible();
  const lines = within(changed.getByRole('region', { name: 'Changed lines' }));
  const added = lines.getByText(/WORKERS=1/).closest('div') as HTMLElement;
  expect(added).toHaveClass('added');
  expect(added).toHaveTextContent(/^5\+\s*WORKERS=1$/);
  // A sign says it too, to those who do not see colours, and to those who see nothing.
  expect(within(added).getByRole('img', { name: 'added' })).toHaveTextContent('+');
  const removed = lines.getByText(/immich-server:v3\.1\.9/).closest('div') as HTMLElement;
  expect(removed).toHaveClass('removed');
  expect(within(removed).getByRole('img', { name: 'removed' })).toHaveTextContent('-');
  expect(lines.getByText(/⋯ 7\sequal lines/)).toBeVisible();
  expect(section('How it went').getByText('Keep a copy of 1 volume')).toBeVisible();
  expect(section('How it went').getByText(/^1\smin 50\ss, 52\ss of it down$/)).toBeVisible();
  const versions = screen
    .getAllByRole('listitem')
    .filter((one) => one.closest('[aria-label=Versions]'));
  expect(versions.map((one) => one.textContent.replaceAll(/\s+/g, ' '))).toEqual([
    expect.stringMatching(/^ ?3\.2\.4 today .* now ?$/),
    expect.stringMatching(/^ ?3\.1\.9 .* kept until /),
    expect.stringMatching(/^ ?3\.0\.2 .* no longer kept ?$/),
  ]);
  expect(section('Next update').getByText('has nothing newer')).toBeVisible();
  expect(section('Next update').getByText('/srv/immich/library')).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('a digest is cut in its middle, and whole in the tooltip', async () => {
  await open(immich);
  const line = screen.getByText(/immich-server:v3\.2\.4@sha256:2c0d…91ab$/);
  expect(line.closest('div')).toHaveAttribute(
    'title',
    expect.stringMatching(/sha256:[0-9a-f]{64}$/),
  );
});

test('gaps count the lines between two places, whatever was removed in them', () => {
  const line = (change: DiffLine['change'], at: number) => ({ change, line: at, text: `${at}` });
  const rows = diffRows([
    line('same', 4),
    line('removed', 5),
    line('removed', 6),
    line('added', 5),
    line('same', 6),
    line('same', 20),
    line('removed', 22),
    line('same', 21),
  ]);
  expect(rows.map((row) => (row.is === 'gap' ? `gap ${row.equal}` : row.line.change[0]))).toEqual([
    's',
    'r',
    'r',
    'a',
    's',
    'gap 13',
    's',
    'r',
    's',
  ]);
});

test('time in which nothing stood still is not counted as down', () => {
  const step = (name: string, seconds: number | null) => ({
    name,
    label: name,
    state: 'done' as const,
    started_at: null,
    seconds,
    detail: null,
    layers: [],
  });
  expect(lengthText([step('pull', 30)])).toBe('30\u00a0s');
  expect(lengthText([step('pull', 58.2), step('stop', 4), step('look', null)])).toBe(
    '1\u00a0min 2\u00a0s, 4\u00a0s of it down',
  );
});

// What was written since is lost, and some data does not go back: both are said before.
test('rolling back asks, names what is lost and what stays, and then goes on by itself', async () => {
  const { user, backend } = await open(immich);
  expect(screen.getByText('The way back is kept.')).toBeVisible();
  expect(screen.getByText(/3\.1\.9 with the data of/)).toHaveTextContent(/roll back until/);
  await user.click(screen.getByRole('button', { name: 'Roll back…' }));
  const dialog = within(
    await screen.findByRole('alertdialog', { name: 'Roll Immich on docker-1 back to 3.1.9?' }),
  );
  expect(dialog.getByText(/what was written since then is lost/)).toBeVisible();
  expect(
    within(dialog.getByRole('list', { name: 'What goes back' })).getByText('immich_db'),
  ).toBeVisible();
  expect(
    within(dialog.getByRole('list', { name: 'What stays' })).getByText('/srv/immich/library'),
  ).toBeVisible();
  expect(dialog.getByRole('button', { name: 'Stay at 3.2.4' })).toHaveFocus();
  expect(await faults()).toEqual([]);
  await user.click(dialog.getByRole('button', { name: 'Roll back' }));
  expect(called(backend, 'app.roll_back')).toEqual([{ id: immich }]);
  expect(await screen.findByText('Put the data back')).toBeVisible();
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Rolling back Immich');
  expect(screen.queryByRole('button', { name: /^Cancel/ })).toBeNull();
  goOn(backend, immich);
  expect(await screen.findByText('A newer version is there:')).toBeVisible();
  expect(screen.queryByText('The way back is kept.')).toBeNull();
});

test('giving up the way back asks, and a refusal stays in the dialog', async () => {
  const { user, backend } = await open(immich);
  backend.failing['app.forget_way_back'] = new ApiError('failed', 'docker-1 is not connected.', '');
  await user.click(screen.getByRole('button', { name: 'Give up the way back…' }));
  const dialog = within(
    await screen.findByRole('alertdialog', {
      name: 'Give up the way back of Immich on docker-1?',
    }),
  );
  expect(dialog.getByText(/it cannot be rolled back any more/)).toBeVisible();
  expect(
    within(dialog.getByRole('list', { name: 'What goes' })).getByText('immich_db'),
  ).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Give up' }));
  expect(await dialog.findByText('docker-1 is not connected.')).toBeVisible();
  delete backend.failing['app.forget_way_back'];
  await user.click(dialog.getByRole('button', { name: 'Give up' }));
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
  expect(
    await screen.findByText(/as long as the way back is kept, and here none is/),
  ).toBeVisible();
});

// It runs, but not as it was wanted: one has to know why, and what became of it.
test('an update that was put back says why, at which step, and what was written', async () => {
  const { user, backend } = await open(vaultwarden, { updates: 'failing' }, '/update');
  await user.type(await screen.findByLabelText('Sender of mails'), 'vault@example.org');
  const button = screen.getByRole('button', { name: 'Update' });
  await waitFor(() => expect(button).toBeEnabled());
  await user.click(button);
  goOn(backend, vaultwarden);
  expect(
    await screen.findByText('Updating failed at “Wait until it is well”: the check of web fails.'),
  ).toBeVisible();
  expect(screen.getByText(/It was put back to 1\.36\.0 on docker-1/)).toBeVisible();
  expect(section('Last lines').getByText(/column "push_id" exists already/)).toBeVisible();
  expect(section('How it went').getByText('Put the data back')).toBeVisible();
  expect(
    section('How it went').getAllByText('Wait until it is well')[0]?.closest('li'),
  ).toHaveClass('failed');
  // It can be tried once more.
  expect(screen.getByRole('button', { name: 'Update…' })).toBeEnabled();
  expect(await faults()).toEqual([]);
  // On the other tabs a line leads here.
  await user.click(screen.getByRole('link', { name: 'Configuration' }));
  await screen.findByRole('region', { name: 'Settings' });
  const leading = screen.getAllByRole('link', { name: 'How it went' });
  expect(leading.map((link) => link.getAttribute('href'))).toContain(
    `#/installed/${vaultwarden}/updates`,
  );
});

test('an update that failed before anything was stopped says that nothing changed', async () => {
  const { backend } = await open(vaultwarden);
  const left = ['the copy vaultwarden_db_before_1: it is in use'];
  backend.installed.change(vaultwarden, {}, { failure: { ...failure, left } });
  expect(await screen.findByText(/Nothing had been changed on docker-1 by then/)).toBeVisible();
  expect(screen.getByText(/Not cleaned up: the copy vaultwarden_db_before_1/)).toBeVisible();
});

// Half of one version and half of another is no state to start, restart or update.
test('an app between two versions can be put back again or uninstalled, and nothing else', async () => {
  const { user, backend } = await open(vaultwarden, {}, '');
  const left = ['It could not be put back: the disk is full'];
  backend.installed.change(
    vaultwarden,
    { is_stuck: true, is_troubled: true, status: 'error', error: failure.message },
    { failure: { ...failure, left } },
  );
  const banner = within(await screen.findByRole('alert'));
  expect(banner.getByText('Between two versions.')).toBeVisible();
  expect(banner.getByText(/could not be put back: the disk is full/)).toBeVisible();
  expect(screen.queryByRole('button', { name: /^(Start|Stop|Restart|Update)/ })).toBeNull();
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('link', { name: /^Updates/ }));
  expect(await screen.findByRole('region', { name: 'Last lines' })).toBeVisible();
  expect(screen.queryByText('A newer version is there:')).toBeNull();
  await user.click(banner.getByRole('button', { name: 'Uninstall…' }));
  await user.click(
    within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Keep it' }),
  );
  backend.failing['app.roll_back'] = new ApiError('failed', 'The disk is full.', '');
  await user.click(screen.getByRole('button', { name: 'Put it back again' }));
  expect(await screen.findByText('Vaultwarden was not put back')).toBeVisible();
  delete backend.failing['app.roll_back'];
  await user.click(screen.getByRole('button', { name: 'Put it back again' }));
  goOn(backend, vaultwarden);
  await waitFor(() => expect(screen.queryByText('Between two versions.')).toBeNull());
  expect(await screen.findByRole('button', { name: 'Restart…' })).toBeEnabled();
});

test('what cannot be reached or is worked on is not updated or rolled back', async () => {
  const { backend } = await open(immich);
  backend.installed.change(immich, { state: null, newer: '9.9.9' });
  const back = await screen.findByRole('button', { name: 'Roll back…' });
  await waitFor(() => expect(back).toBeDisabled());
  expect(back).toHaveAttribute('title', 'Its server has to be connected for this');
  expect(screen.getByRole('button', { name: 'Update…' })).toBeDisabled();
});

test('who may only look sees what changed, and no button that changes it back', async () => {
  await open(immich, { role: 'readonly' });
  expect(screen.getByText('The way back is kept.')).toBeVisible();
  expect(screen.queryByRole('button', { name: /Roll back|Give up/ })).toBeNull();
});
