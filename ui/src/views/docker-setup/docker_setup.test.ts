import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import type { FakeBackend, FakeOptions } from '../../lib/backend/fake/fake';
import { eight } from '../../lib/backend/fake/machines';
import { thePassword } from '../../lib/backend/fake/people';
import { faults, openApp } from '../../lib/test/app';

const now = Date.now();
const gateway = '#/docker_setup?server=server-gateway';

function open(options: FakeOptions = {}, hash = gateway) {
  location.hash = hash;
  return openApp({ machines: eight(now), containers: 60, ...options });
}
const called = (backend: FakeBackend, name: string) =>
  backend.calls.filter((call) => call.name === name).map(({ args }) => args);
const begin = () => screen.findByRole('button', { name: 'Set up Docker' });
const commands = () =>
  within(screen.getByRole('region', { name: /^What (is|was) run/ }))
    .getAllByRole('listitem')
    .map((one) => one.querySelector('code')?.textContent ?? '');

test('the containers of a server without an engine lead to setting it up', async () => {
  const { user } = open({}, '#/server/server-gateway/containers');
  await user.click(await screen.findByRole('button', { name: 'Set up Docker…' }));
  await waitFor(() => expect(location.hash).toBe(gateway));
});

test('so does the menu of the server, and the list of containers that has none', async () => {
  const { user } = open({}, '#/server/server-gateway');
  await user.click(await screen.findByRole('button', { name: 'More' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Set up Docker…' }));
  await waitFor(() => expect(location.hash).toBe(gateway));
});

test('the list of all containers offers the one server that has none', async () => {
  const machines = eight(now).filter(({ name }) => name === 'gateway');
  open({ machines, containers: 0 }, '#/containers');
  expect(await screen.findByRole('button', { name: 'Set up Docker on gateway…' })).toBeVisible();
});

test('so does a plan for which no server has an engine, and the palette', async () => {
  const machines = eight(now).filter(({ name }) => name === 'gateway');
  const { user } = open({ machines, containers: 0 }, '#/apps/tomo/miniflux/install');
  expect(await screen.findByText(/^No server has an engine/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Set up Docker on gateway…' })).toBeVisible();
  await user.keyboard('{Control>}k{/Control}');
  await user.type(await screen.findByRole('combobox'), 'set up docker');
  const options = await screen.findAllByRole('option');
  expect(options[0]).toHaveTextContent('Set up Docker on gateway…');
  await user.keyboard('{Enter}');
  await waitFor(() => expect(location.hash).toBe(gateway));
});

// Undo before do: nothing is run that was not read first.
test('every command is shown, exactly as it is run, before anything is', async () => {
  const { backend } = open();
  expect(await begin()).toBeDisabled();
  expect(commands()).toEqual([
    'sudo apt-get update',
    'sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends docker.io docker-compose-v2',
    'sudo systemctl enable --now docker.service',
    'sudo usermod -aG docker admin',
  ]);
  expect(screen.getByText('Debian GNU/Linux 13 (trixie)')).toBeVisible();
  expect(screen.getByText(/may do on gateway what root may, without a password/)).toBeVisible();
  expect(
    screen.getByText('Ports that containers publish pass by the firewall of the system.'),
  ).toBeVisible();
  expect(called(backend, 'docker.setup')).toEqual([]);
  expect(await faults()).toEqual([]);
});

test('it goes on by itself to its end, and says that the engine answers', async () => {
  const { backend, user } = open();
  await begin();
  const password = screen.getByLabelText(/^Password of admin/);
  expect(password).toHaveAttribute('type', 'password');
  expect(password).toHaveAttribute('autocomplete', 'off');
  await user.type(password, thePassword);
  await user.click(await begin());
  expect(called(backend, 'docker.setup')).toEqual([
    { server_id: 'server-gateway', digest: 'd1', joins_group: true, password: thePassword },
  ]);
  const run = within(await screen.findByRole('region', { name: 'What is run' }));
  expect(run.getByRole('img', { name: 'working' })).toBeVisible();
  expect(screen.getByText('Nothing was written yet.')).toBeVisible();
  backend.tick();
  expect(await screen.findByText(/^Get:1 http/)).toBeVisible();
  expect(run.getByText(/^3\.4\ss$/)).toBeVisible();
  expect(await faults()).toEqual([]);
  for (let round = 0; round < 6; round += 1) backend.tick();
  expect(await screen.findByText('Docker 27.3.1 answers on gateway.')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Install an app' })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Its containers' }));
  await waitFor(() => expect(location.hash).toBe('#/server/server-gateway/containers'));
});

test('a password that sudo does not take is said at its field, which is empty again', async () => {
  const { user } = open();
  await begin();
  await user.type(screen.getByLabelText(/^Password of admin/), 'not it');
  await user.click(await begin());
  const field = screen.getByLabelText(/^Password of admin/);
  await waitFor(() => expect(field).toHaveAccessibleDescription(/does not take this password/));
  expect(field).toHaveValue('');
});

test('who does not join the group has that command left out, and knows what it means', async () => {
  const { backend, user } = open({ dockerSetup: 'sudo' });
  await begin();
  expect(screen.queryByLabelText(/^Password/)).toBeNull();
  await user.click(screen.getByRole('checkbox', { name: 'admin joins the group docker' }));
  expect(screen.getByText('left out')).toBeVisible();
  expect(screen.getByText(/Tomo can set Docker up, but cannot use it/)).toBeVisible();
  await user.click(await begin());
  expect(called(backend, 'docker.setup')).toEqual([
    { server_id: 'server-gateway', digest: 'd1', joins_group: false },
  ]);
});

test('root is asked for nothing', async () => {
  open({ dockerSetup: 'root' });
  expect(await begin()).toBeEnabled();
  expect(screen.queryByRole('checkbox')).toBeNull();
  expect(screen.queryByLabelText(/^Password/)).toBeNull();
});

test('what failed is said with the last lines, and what it takes is looked at anew', async () => {
  const { backend, user } = open({ dockerSetup: 'sudo' });
  await user.click(await begin());
  await screen.findByRole('region', { name: 'What is run' });
  backend.tick();
  backend.tick();
  expect(await screen.findByRole('alert')).toHaveTextContent(/ended with 100\. Look at its last/);
  expect(screen.getByText('E: Unable to locate package docker-compose-v2')).toBeVisible();
  expect(screen.getByRole('img', { name: 'failed' })).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Look again…' }));
  expect(await begin()).toBeEnabled();
  expect(called(backend, 'docker.setup_plan')).toHaveLength(2);
});

test('it can be cancelled, and says what stays', async () => {
  const { backend, user } = open({ dockerSetup: 'root' });
  await user.click(await begin());
  await user.click(await screen.findByRole('button', { name: 'Cancel' }));
  expect(called(backend, 'docker.setup_cancel')).toEqual([{ server_id: 'server-gateway' }]);
  expect(await screen.findByText('It was cancelled. What was installed stays.')).toBeVisible();
});

test('where the server is another by now the commands are shown anew', async () => {
  const stale = new ApiError('stale', 'The server is not as it was.', 'Look at them again.');
  const { backend, user } = open({ dockerSetup: 'root', failing: { 'docker.setup': stale } });
  await user.click(await begin());
  expect(await screen.findByText('The server is not as it was. Look at them again.')).toBeVisible();
  expect(called(backend, 'docker.setup_plan')).toHaveLength(2);
});

test('a system that Tomo does not know has the reason, and no button', async () => {
  open({ dockerSetup: 'unsupported' });
  expect(await screen.findByText(/^Tomo does not know the packages of OpenWrt/)).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Set up Docker' })).toBeNull();
  expect(await faults()).toEqual([]);
});

test('an account that cannot become root has the reason', async () => {
  open({ dockerSetup: 'none' });
  expect(await screen.findByText(/^admin cannot become root\. Sign in/)).toBeVisible();
});

test('a server that has it already is left alone', async () => {
  open({}, '#/docker_setup?server=server-nas');
  expect(await screen.findByText('Docker and its compose are on nas already.')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Set up Docker' })).toBeNull();
});

test('who may not do it sees no button, and no page', async () => {
  const { backend } = open({ role: 'user' }, '#/server/server-gateway/containers');
  await screen.findByText('No Docker on gateway');
  expect(screen.queryByRole('button', { name: /Set up Docker/ })).toBeNull();
  location.hash = gateway;
  window.dispatchEvent(new HashChangeEvent('hashchange'));
  expect(await screen.findByText('You may only look')).toBeVisible();
  expect(called(backend, 'docker.setup_plan')).toEqual([]);
});
