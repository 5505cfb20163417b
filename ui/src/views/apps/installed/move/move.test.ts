import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../../../lib/backend/backend';
import type { FakeBackend, FakeOptions } from '../../../../lib/backend/fake/fake';
import { eight } from '../../../../lib/backend/fake/machines';
import { step } from '../../../../lib/backend/fake/installed_scene';
import type { InstalledApp } from '../../../../lib/backend/generated';
import { faults, openApp } from '../../../../lib/test/app';
import { otherEnd } from './words';

const now = Date.now();
const vaultwarden = 'vaultwarden-on-server-docker-1';
const there = 'vaultwarden-on-server-media';

async function open(options: FakeOptions = {}) {
  location.hash = `#/installed/${vaultwarden}/move`;
  const app = openApp({ machines: eight(now), containers: 60, installed: true, ...options });
  await screen.findByRole('region', { name: 'What happens, in this order' });
  await choose(app, 'media');
  await screen.findByRole('region', { name: 'Checks on media' });
  return app;
}
async function choose({ user }: ReturnType<typeof openApp>, server: string) {
  await user.click(screen.getByRole('combobox', { name: 'To' }));
  await user.click(await screen.findByRole('option', { name: new RegExp(`^${server}`) }));
}
const called = (backend: FakeBackend, name: string) =>
  backend.calls.filter((call) => call.name === name).map(({ args }) => args);
const order = () =>
  within(screen.getByRole('region', { name: 'What happens, in this order' }))
    .getAllByRole('listitem')
    .map((one) => one.textContent);

function goOn(backend: FakeBackend) {
  for (let round = 0; round < 12; round += 1) backend.tick();
}

test('it says what happens in order, what goes along, and what stands in the way there', async () => {
  const { backend, user } = await open();
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Move Vaultwarden');
  expect(order()).toEqual([
    'On media its images are pulled, while it still runs on docker-1.',
    'On docker-1 it is stopped.',
    'Its data goes from docker-1 to media through this computer, which keeps none of it.',
    'On media it is started, and waited for until it is well.',
    'On docker-1 it stays, stopped and with its data, until you uninstall it.',
  ]);
  const goes = within(screen.getByRole('list', { name: 'Data that goes along' }));
  expect(goes.getByText('vaultwarden_db')).toBeVisible();
  // It is called there what it is called here; its secrets are not asked for.
  expect(screen.getByLabelText('Name')).toBeDisabled();
  expect(screen.queryByLabelText(/token/i)).toBeNull();
  expect(await faults()).toEqual([]);
  backend.installed.taken.set(8222, 'caddy');
  await user.clear(screen.getByLabelText('Web port'));
  await user.type(screen.getByLabelText('Web port'), '8222');
  await user.click(await screen.findByRole('button', { name: 'Use 8223' }));
  await waitFor(() => expect(screen.getByRole('button', { name: 'Move' })).toBeEnabled());
  expect(called(backend, 'app.move_plan').at(-1)).toEqual({
    id: vaultwarden,
    server_id: 'server-media',
    values: { WEB_PORT: '8223' },
  });
});

test('removing it where it was is listed, and said twice', async () => {
  const { backend, user } = await open();
  await user.click(
    screen.getByRole('checkbox', { name: /^Remove it from docker-1, with its data/ }),
  );
  expect(order().at(-1)).toBe('Then it is removed from docker-1, with its data.');
  const goes = within(screen.getByRole('list', { name: 'What goes from docker-1' }));
  expect(goes.getByText('vaultwarden_db')).toBeVisible();
  const move = screen.getByRole('button', { name: 'Move and remove' });
  expect(move).toBeDisabled();
  await user.type(screen.getByLabelText(/^Type Vaultwarden to remove/), 'vault');
  expect(move).toBeDisabled();
  await user.type(
    screen.getByLabelText(/^Type Vaultwarden to remove/),
    '{Control>}a{/Control}Vaultwarden',
  );
  await user.click(move);
  expect(called(backend, 'app.move')).toEqual([
    { id: vaultwarden, server_id: 'server-media', values: {}, removes_source: true },
  ]);
});

test('both ends say how it goes, and lead to each other', async () => {
  const { backend, user } = await open();
  await user.click(screen.getByRole('button', { name: 'Move' }));
  expect(
    await screen.findByRole('heading', { level: 1, name: /Moving Vaultwarden/ }),
  ).toBeVisible();
  expect(location.hash).toBe(`#/installed/${there}`);
  expect(screen.getByText(/What does not become well on media is removed there/)).toBeVisible();
  // It can be ended where one looks, whichever end began it.
  await user.click(screen.getByRole('button', { name: 'Cancel the move' }));
  expect(called(backend, 'app.cancel')).toEqual([{ id: vaultwarden }]);
  await user.click(screen.getByRole('link', { name: 'Where it comes from: docker-1' }));
  expect(await screen.findByRole('link', { name: 'Where it goes to: media' })).toBeVisible();
  expect(await screen.findByText(/^Cancelled: it stays on docker-1. You may/)).toBeVisible();
});

test('who looks at the end that is gone is led to the other one', async () => {
  const { backend, user } = await open();
  await user.click(screen.getByRole('checkbox', { name: /^Remove it from docker-1/ }));
  await user.type(screen.getByLabelText(/^Type Vaultwarden to remove/), 'Vaultwarden');
  await user.click(screen.getByRole('button', { name: 'Move and remove' }));
  await user.click(await screen.findByRole('link', { name: 'Where it comes from: docker-1' }));
  await screen.findByRole('link', { name: 'Where it goes to: media' });
  goOn(backend);
  expect(await screen.findByText('Vaultwarden was moved')).toBeVisible();
  await user.click(screen.getByRole('link', { name: 'See it on media' }));
  await waitFor(() => expect(location.hash).toBe(`#/installed/${there}`));
});

test('an app that did not come to be there is not tried again without its data', async () => {
  location.hash = '#/installed/gitea-on-server-docker-1';
  const { backend } = openApp({ machines: eight(now), containers: 60, installed: true });
  expect(await screen.findByRole('button', { name: 'Try again…' })).toBeVisible();
  const { failure } = backend.installed.at('gitea-on-server-docker-1');
  if (!failure) throw new Error('it has not failed');
  backend.installed.change(
    'gitea-on-server-docker-1',
    {},
    { failure: { ...failure, kind: 'move' } },
  );
  expect(await screen.findByText('Not moved here')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Try again…' })).toBeNull();
  const fill = { ...step('fill', 'Bring its data'), state: 'failed' as const };
  backend.installed.change(
    'gitea-on-server-docker-1',
    {},
    { failure: { ...failure, kind: 'install' }, last_steps: [fill] },
  );
  expect(await screen.findByRole('button', { name: 'Restore again…' })).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Try again…' })).toBeNull();
});

test('why it was refused is said, and the plan is looked at again', async () => {
  const full = new ApiError('stale', 'media has no room any more.', 'Free some.');
  const { backend, user } = await open({ failing: { 'app.move': full } });
  const before = called(backend, 'app.move_plan').length;
  await user.click(screen.getByRole('button', { name: 'Move' }));
  expect(await screen.findByRole('alert')).toHaveTextContent(
    'media has no room any more. Free some.',
  );
  expect(called(backend, 'app.move_plan')).toHaveLength(before + 1);
});

test('with no other server that has Docker it is said, and nothing is asked', async () => {
  location.hash = `#/installed/${vaultwarden}/move`;
  const machines = eight(now).filter(({ name }) => name === 'docker-1' || name === 'gateway');
  const { backend } = openApp({ machines, containers: 60, installed: true });
  expect(await screen.findByText('No other server to move it to')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Set up Docker on gateway…' })).toBeVisible();
  expect(called(backend, 'app.move_plan')).toEqual([]);
});

test('who may only look is told so', async () => {
  location.hash = `#/installed/${vaultwarden}/move`;
  const { backend } = openApp({
    machines: eight(now),
    containers: 60,
    installed: true,
    role: 'readonly',
  });
  expect(await screen.findByText('You may only look')).toBeVisible();
  expect(called(backend, 'app.move_plan')).toEqual([]);
});

test('the other end is the one that is being moved, before one that has long been there', () => {
  const app = (id: string, server_id: string, work: object | null) =>
    ({ id, server_id, app: 'tomo/a', work }) as unknown as InstalledApp;
  const one = app('1', 'a', { kind: 'move' });
  const old = app('2', 'b', null);
  const next = app('3', 'c', { kind: 'move' });
  expect(otherEnd(one, [one, old, next])?.id).toBe('3');
  expect(otherEnd(one, [one])).toBeUndefined();
});
