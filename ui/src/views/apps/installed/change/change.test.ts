import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { ApiError } from '../../../../lib/backend/backend';
import type { FakeBackend, FakeOptions } from '../../../../lib/backend/fake/fake';
import { eight } from '../../../../lib/backend/fake/machines';
import { faults, openApp } from '../../../../lib/test/app';

const now = Date.now();
const miniflux = 'miniflux-on-server-docker-1';
const vaultwarden = 'vaultwarden-on-server-docker-1';

async function open(id: string, tab: string, options: FakeOptions = {}) {
  location.hash = `#/installed/${id}/${tab}`;
  const app = openApp({ machines: eight(now), containers: 60, installed: true, ...options });
  await screen.findByText(/on docker-1$/);
  return app;
}
const review = async (options: FakeOptions = {}) => {
  const app = await open(vaultwarden, 'update', options);
  await screen.findByRole('region', { name: 'What changes, 1.36.0 → 1.37.4' });
  return app;
};
const edit = async (options: FakeOptions = {}) => {
  const app = await open(miniflux, 'edit', options);
  await screen.findByRole('region', { name: 'What changes' });
  return app;
};
const section = (name: string) => within(screen.getByRole('region', { name }));
const field = (name: string) => screen.getByLabelText(name);
const button = (name: string) => screen.getByRole('button', { name });
const called = (backend: FakeBackend, name: string) =>
  backend.calls.filter((call) => call.name === name).map(({ args }) => args);

test('a newer version is told on the page of the app, and leads to what it would change', async () => {
  const { user } = await open(vaultwarden, 'updates');
  expect(screen.getByText('A newer version is there:').closest('p')).toHaveTextContent(
    'A newer version is there: 1.36.0 → 1.37.4',
  );
  expect(section('Next update').getByText('has 1.37.4')).toBeVisible();
  await user.click(button('Update…'));
  expect(location.hash).toBe(`#/installed/${vaultwarden}/update`);
  await screen.findByRole('region', { name: 'New settings' });
  expect(screen.getByRole('link', { name: /^Updates/ })).toHaveAttribute('aria-current', 'page');
  await user.click(button('Cancel'));
  expect(location.hash).toBe(`#/installed/${vaultwarden}/updates`);
});

// Before anything is done it is said what changes, what is kept, and what nobody could bring back.
test('an update shows its lines, new settings, and the data that is not copied', async () => {
  const { user, backend } = await review();
  expect(screen.getByText(/On docker-1 the app is stopped, its data is copied/)).toBeVisible();
  expect(section('What changes, 1.36.0 → 1.37.4').getByText(/server:1\.37\.4/)).toBeVisible();
  const data = section('Data and images');
  expect(data.getByText('vaultwarden_db')).toBeVisible();
  expect(data.getByText('/srv/icons')).toBeVisible();
  // What is wrong stands at its field.
  expect(field('Sender of mails')).toHaveAccessibleDescription('It has to be said.');
  expect(screen.getByText(/^1\sproblem to solve first$/)).toBeVisible();
  expect(button('Update')).toBeDisabled();
  expect(screen.queryByLabelText('Web port')).toBeNull();
  expect(await faults()).toEqual([]);
  await user.type(field('Push key'), 'my own key');
  await user.type(field('Sender of mails'), 'vault@example.org');
  await waitFor(() => expect(button('Update')).toBeEnabled());
  expect(screen.getByText(/MAIL_FROM=vault@example\.org/)).toBeVisible();
  await user.click(button('Update'));
  expect(called(backend, 'app.update')).toEqual([
    {
      id: vaultwarden,
      values: { MAIL_FROM: 'vault@example.org' },
      keeps_version: false,
      secrets: { PUSH_KEY: 'my own key' },
    },
  ]);
  // A secret is in no plan.
  expect(JSON.stringify(called(backend, 'app.update_plan'))).not.toContain('my own key');
});

test('an update is followed to its end, and then says what it changed', async () => {
  const { user, backend } = await review();
  await user.type(field('Sender of mails'), 'vault@example.org');
  await waitFor(() => expect(button('Update')).toBeEnabled());
  await user.click(button('Update'));
  expect(
    await screen.findByRole('heading', { level: 1, name: /Updating Vaultwarden/ }),
  ).toBeVisible();
  expect(screen.getByText(/What does not become well is put back to 1\.36\.0/)).toBeVisible();
  expect(await screen.findByRole('region', { name: 'Logs' })).toBeVisible();
  // Until the new configuration is written there is a way out.
  expect(button('Cancel the update')).toBeVisible();
  for (let round = 0; round < 3; round += 1) backend.tick();
  await waitFor(() =>
    expect(document.querySelector('[aria-current="step"]')).toHaveTextContent(/^Write the new/),
  );
  expect(screen.queryByRole('button', { name: 'Cancel the update' })).toBeNull();
  for (let round = 0; round < 9; round += 1) backend.tick();
  expect(
    await screen.findByRole('region', { name: 'What changed, 1.36.0 → 1.37.4' }),
  ).toBeVisible();
  expect(screen.getByText('The way back is kept.')).toBeVisible();
  expect(location.hash).toBe(`#/installed/${vaultwarden}/updates`);
});

test('cancelling says that it is left as it was', async () => {
  const { user, backend } = await review();
  await user.type(field('Sender of mails'), 'vault@example.org');
  await waitFor(() => expect(button('Update')).toBeEnabled());
  await user.click(button('Update'));
  await user.click(await screen.findByRole('button', { name: 'Cancel the update' }));
  expect(called(backend, 'app.cancel')).toEqual([{ id: vaultwarden }]);
  expect((await screen.findAllByText(/^Cancelled: it is being left at 1\.36\.0/))[0]).toBeVisible();
  backend.tick();
  expect(await screen.findByText('A newer version is there:')).toBeVisible();
});

test('the settings that it has may be changed with an update, once somebody wants to', async () => {
  const { user, backend } = await review();
  await user.click(screen.getByRole('button', { name: /3\smore settings, as they are now/ }));
  expect(field('Web port')).toHaveValue('8222');
  await user.clear(field('Web port'));
  await user.type(field('Web port'), 'none');
  expect(await screen.findByText(/'none' is no port/)).toBeVisible();
  // What is wrong is not folded away.
  expect(screen.getByRole('button', { name: /more settings/ })).toBeDisabled();
  expect(called(backend, 'app.update')).toEqual([]);
});

test('the configuration leads to its fields, and back', async () => {
  const { user } = await open(miniflux, 'configuration');
  await user.click(await screen.findByRole('link', { name: 'Edit…' }));
  expect(await screen.findByLabelText('First user')).toHaveValue('admin');
  expect(screen.getByRole('link', { name: 'Configuration' })).toHaveAttribute(
    'aria-current',
    'page',
  );
  await user.click(button('Cancel'));
  expect(location.hash).toBe(`#/installed/${miniflux}/configuration`);
});

// An empty field of a secret is no empty secret.
test('settings are changed as they are shown, and secrets only where one is typed', async () => {
  const { user, backend } = await edit();
  expect(field('Web port')).toHaveValue('8081');
  expect(field('Password')).toHaveValue('');
  expect(field('Password')).toHaveAccessibleDescription(/Stays as it is while this is empty/);
  expect(screen.getByText('Nothing would change: it is like this already')).toBeVisible();
  expect(button('Apply')).toBeDisabled();
  expect(await faults()).toEqual([]);
  await user.clear(field('First user'));
  await user.type(field('First user'), 'ana');
  const changed = await screen.findByText(/ADMIN_NAME=ana/);
  expect(changed.closest('div')).toHaveClass('added');
  expect(screen.getByText(/ADMIN_NAME=admin/).closest('div')).toHaveClass('removed');
  await waitFor(() => expect(button('Apply')).toBeEnabled());
  await user.click(button('Apply'));
  expect(called(backend, 'app.update')).toEqual([
    { id: miniflux, values: { ADMIN_NAME: 'ana' }, keeps_version: true, secrets: {} },
  ]);
});

test('a new secret alone is a change, though it is in no line', async () => {
  const { user, backend } = await edit();
  await user.type(field('Password'), 'another one');
  expect(screen.getByText('Secrets that you typed change too, and are not shown.')).toBeVisible();
  await waitFor(() => expect(button('Apply')).toBeEnabled());
  await user.click(button('Apply'));
  expect(called(backend, 'app.update')).toEqual([
    { id: miniflux, values: {}, keeps_version: true, secrets: { ADMIN_PASSWORD: 'another one' } },
  ]);
});

test('a value that cannot be taken stands at its field, and nothing is applied', async () => {
  const { user } = await edit();
  await user.clear(field('Web port'));
  await user.type(field('Web port'), 'eighty');
  expect(await screen.findByText(/'eighty' is no port/)).toBeVisible();
  expect(field('Web port')).toHaveAccessibleDescription(/'eighty' is no port/);
  expect(screen.getByText('That is seen as soon as all values can be taken.')).toBeVisible();
  expect(button('Apply')).toBeDisabled();
});

// What is pressed is what is seen: nothing is applied of which no lines were shown.
test('while it is looked at anew nothing can be applied', async () => {
  const { user, backend } = await edit();
  await user.type(field('First user'), 'a');
  await waitFor(() => expect(button('Apply')).toBeEnabled());
  const call = backend.call.bind(backend);
  let letGo: () => void = () => undefined;
  const gate = new Promise<void>((done) => (letGo = done));
  vi.spyOn(backend, 'call').mockImplementation(async (name, args) => {
    const answer = await call(name, args);
    if (name === 'app.update_plan') await gate;
    return answer;
  });
  await user.type(field('First user'), 'x');
  expect(screen.getByText('Looking at it again')).toBeVisible();
  expect(button('Apply')).toBeDisabled();
  letGo();
  await waitFor(() => expect(button('Apply')).toBeEnabled());
});

// Whoever changes a setting wants that, and not another version with it.
test('an app keeps its version where only its settings change', async () => {
  const { backend } = await open(vaultwarden, 'edit');
  await waitFor(() => expect(called(backend, 'app.update_plan')).not.toHaveLength(0));
  expect(called(backend, 'app.update_plan')[0]).toMatchObject({ keeps_version: true });
});

test('a refusal stands at the foot, and what is there is looked at again', async () => {
  const { user, backend } = await edit();
  await user.type(field('Password'), 'another one');
  await waitFor(() => expect(button('Apply')).toBeEnabled());
  backend.failing['app.update'] = new ApiError('failed', 'Something is being done to it.', '');
  const before = called(backend, 'app.update_plan').length;
  await user.click(button('Apply'));
  expect(await screen.findByText('Something is being done to it.')).toBeVisible();
  expect(called(backend, 'app.update_plan').length).toBe(before + 1);
  expect(field('Password')).toHaveValue('another one');
});

test('a plan that cannot be made says why, and is made when asked', async () => {
  const { user, backend } = await open(miniflux, 'edit', {
    failing: { 'app.update_plan': new ApiError('failed', 'The database cannot be read.', '') },
  });
  expect(await screen.findByText('The database cannot be read.')).toBeVisible();
  delete backend.failing['app.update_plan'];
  await user.click(button('Look again'));
  expect(await screen.findByLabelText('First user')).toBeVisible();
});

test('who may only look changes nothing, whatever the address says', async () => {
  await open(vaultwarden, 'update', { role: 'readonly' });
  expect(await screen.findByText('You may only look')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Update' })).toBeNull();
});

test('who may only look is not led to where settings are changed', async () => {
  await open(miniflux, 'configuration', { role: 'readonly' });
  await screen.findByRole('region', { name: 'Settings' });
  expect(screen.queryByRole('link', { name: 'Edit…' })).toBeNull();
});
