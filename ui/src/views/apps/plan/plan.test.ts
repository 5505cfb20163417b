import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { ApiError } from '../../../lib/backend/backend';
import type { FakeBackend, FakeOptions } from '../../../lib/backend/fake/fake';
import { eight } from '../../../lib/backend/fake/machines';
import { faults, openApp } from '../../../lib/test/app';

const now = Date.now();

async function open(app = 'tomo/miniflux', options: FakeOptions = {}) {
  location.hash = `#/apps/${app}/install`;
  const opened = openApp({ machines: eight(now), containers: 60, ...options });
  await screen.findByRole('region', { name: /^Checks on/ });
  return opened;
}
const checks = () => within(screen.getByRole('list', { name: 'Checks' }));
const field = (name: string | RegExp) => screen.getByLabelText(name);
const install = () => screen.getByRole('button', { name: 'Install' });
const planned = (backend: FakeBackend) =>
  backend.calls.filter(({ name }) => name === 'app.plan').map(({ args }) => args);
const section = (name: string) => within(screen.getByRole('region', { name }));

/** Lets plans of one port come when the test wants them to. */
function holdBack(backend: FakeBackend, port: string): () => void {
  const call = backend.call.bind(backend);
  let letGo: () => void = () => undefined;
  const gate = new Promise<void>((open) => (letGo = open));
  vi.spyOn(backend, 'call').mockImplementation(async (name, args) => {
    const answer = await call(name, args);
    const { values } = args as { values?: Record<string, string> };
    if (name === 'app.plan' && values?.['WEB_PORT'] === port) await gate;
    return answer;
  });
  return letGo;
}

test('the catalog leads to the plan, and the plan back to it', async () => {
  location.hash = '#/apps/tomo/miniflux';
  const { user } = openApp({ machines: eight(now), containers: 60 });
  await user.click(await screen.findByRole('button', { name: 'Install…' }));
  await screen.findByRole('region', { name: 'Checks on docker-1' });
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Install Miniflux');
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(await screen.findByRole('heading', { name: 'What it needs' })).toBeVisible();
});

// Before anything is done it is said what would be done, and what stands in the way.
test('a plan says what is checked, the problem first, and what will be made', async () => {
  await open();
  const lines = checks().getAllByRole('listitem');
  expect(lines[0]).toHaveTextContent(/Port 8080 is taken by nginx\s*process 812/);
  expect(lines[1]).toHaveTextContent(/Compose\s*2\.29\.7/);
  expect(lines.at(-1)).toHaveTextContent(/^Names/);
  expect(screen.getByText(/6\schecks, 1 could not be made/)).toBeVisible();
  expect(screen.getByText(/^Fits best: 9.1 GB memory.*Also possible: media\.$/)).toBeVisible();
  expect(screen.getByText('nas: its disk is full')).toBeVisible();
  const made = section('What will be made');
  expect(made.getByText('to pull')).toBeVisible();
  expect(made.getByText('already there')).toBeVisible();
  expect(made.getByText('miniflux-web-1')).toBeVisible();
  expect(made.getByText('8080')).toHaveClass('tone-crit');
  expect(made.getByText(/new, in db\s+at \/var\/lib\/postgresql\/data/)).toBeVisible();
  expect(made.getByText('miniflux_default')).toBeVisible();
  expect(made.getByText('~/tomo/miniflux/compose.yaml')).toBeVisible();
  expect(screen.getByText(/^1\sproblem to solve first$/)).toBeVisible();
  expect(screen.getByText('Nothing has been changed on docker-1 yet')).toBeVisible();
  expect(install()).toBeDisabled();
  expect(await faults()).toEqual([]);
});

test('the compose file shows its first lines, and all of it when asked', async () => {
  const { user } = await open();
  const file = screen.getByRole('region', { name: 'Compose file' });
  expect(file.children).toHaveLength(8);
  await user.click(screen.getByRole('button', { name: 'Show all 30 lines' }));
  expect(file.children).toHaveLength(30);
});

test('a fix is taken with a press, and the plan is made anew', async () => {
  const { user, backend } = await open();
  expect(screen.getByText('Port 8080 is taken by nginx', { selector: '.note' })).toBeVisible();
  await user.click(checks().getByRole('button', { name: 'Use 8081' }));
  await waitFor(() => expect(install()).toBeEnabled());
  expect(field('Web port')).toHaveValue('8081');
  expect(planned(backend).at(-1)).toMatchObject({ values: { WEB_PORT: '8081' } });
  expect(screen.getByText('Nothing stands in the way')).toBeVisible();
});

// A slow answer to what was typed before must not stand under what is typed now.
test('an older answer never replaces a newer one', async () => {
  const { user, backend } = await open();
  const letGo = holdBack(backend, '9000');
  await user.clear(field('Web port'));
  await user.type(field('Web port'), '9000');
  await waitFor(() =>
    expect(planned(backend).at(-1)).toMatchObject({ values: { WEB_PORT: '9000' } }),
  );
  await user.clear(field('Web port'));
  await user.type(field('Web port'), '9001');
  await waitFor(() => expect(checks().getByText('9001 free')).toBeVisible());
  letGo();
  await new Promise((done) => setTimeout(done, 30));
  expect(checks().getByText('9001 free')).toBeVisible();
  expect(checks().queryByText('9000 free')).toBeNull();
});

// What is pressed is what is seen: nothing is installed of which no plan was shown.
test('while it is planned anew the old plan stays, says so, and cannot be installed', async () => {
  const { user, backend } = await open();
  await user.click(checks().getByRole('button', { name: 'Use 8081' }));
  await waitFor(() => expect(install()).toBeEnabled());
  const letGo = holdBack(backend, '9000');
  await user.clear(field('Web port'));
  expect(install()).toBeDisabled();
  await user.type(field('Web port'), '9000');
  expect(screen.getByText('Looking at it again')).toBeVisible();
  expect(await screen.findByText('Checking again')).toBeVisible();
  expect(checks().getByText('Compose')).toBeVisible();
  expect(install()).toBeDisabled();
  letGo();
  await waitFor(() => expect(install()).toBeEnabled());
});

test('letters that come together are one plan', async () => {
  const { user, backend } = await open();
  const before = planned(backend).length;
  await user.type(field('First user'), 'istrator');
  await waitFor(() =>
    expect(planned(backend).at(-1)).toMatchObject({ values: { ADMIN_NAME: 'administrator' } }),
  );
  expect(planned(backend).length - before).toBeLessThan(3);
});

test('a value that cannot be taken is said beside its field, and counted', async () => {
  const { user } = await open();
  await user.clear(field('Web port'));
  await user.type(field('Web port'), 'web');
  expect((await screen.findAllByText(/'web' is no port/)).length).toBe(2);
  expect(field('Web port')).toHaveAttribute('aria-invalid', 'true');
  expect(screen.getByText(/^1\sproblem to solve first$/)).toBeVisible();
  expect(screen.getByText('That is seen as soon as all values can be taken.')).toBeVisible();
  expect(install()).toBeDisabled();
});

test('a name that no project may have is said at once, and nobody is asked', async () => {
  const { user, backend } = await open();
  await user.click(checks().getByRole('button', { name: 'Use 8081' }));
  await waitFor(() => expect(install()).toBeEnabled());
  const before = planned(backend).length;
  await user.type(field('Name'), '!');
  expect(await screen.findByText(/^It has 2 to 49 of a–z/)).toBeVisible();
  await waitFor(() => expect(screen.getByText('The name cannot be taken')).toBeVisible());
  expect(planned(backend)).toHaveLength(before);
  expect(install()).toBeDisabled();
  await user.clear(field('Name'));
  expect(field('Name')).toHaveValue('');
  await user.type(field('Name'), 'news');
  await waitFor(() => expect(section('What will be made').getByText('news-web-1')).toBeVisible());
  expect(install()).toBeEnabled();
});

test('another server is planned for at once, and one that cannot be is not offered', async () => {
  const { user, backend } = await open();
  await user.click(screen.getByLabelText('Server', { selector: 'button' }));
  expect(await screen.findByRole('option', { name: 'nas: not possible' })).toHaveAttribute(
    'data-disabled',
  );
  await user.click(screen.getByRole('option', { name: 'media' }));
  expect(await screen.findByRole('region', { name: 'Checks on media' })).toBeVisible();
  expect(planned(backend).at(-1)).toMatchObject({ server_id: 'server-media' });
});

// A server that fits better meanwhile is no reason to go there unasked.
test('the server that was chosen for somebody stays while they look at it', async () => {
  const { user, backend } = await open();
  expect(planned(backend)[0]).not.toHaveProperty('server_id');
  await user.type(field('First user'), 'x');
  await waitFor(() =>
    expect(planned(backend).at(-1)).toMatchObject({ server_id: 'server-docker-1' }),
  );
});

test('each kind of setting has its field', async () => {
  const { user, backend } = await open('casa/portainer');
  expect(field('Workers')).toHaveAttribute('inputmode', 'numeric');
  expect(field(/^Data/)).toHaveClass('mono');
  expect(screen.getByText('optional')).toBeVisible();
  await user.click(screen.getByLabelText('Mode', { selector: 'button' }));
  await user.click(await screen.findByRole('option', { name: 'Agent' }));
  await waitFor(() => expect(planned(backend).at(-1)).toMatchObject({ values: { MODE: 'agent' } }));
  const zone = screen.getByRole('combobox', { name: 'Time zone' });
  await user.type(zone, 'berlin');
  await user.click(await screen.findByRole('option', { name: 'Europe/Berlin' }));
  await waitFor(() =>
    expect(planned(backend).at(-1)).toMatchObject({ values: { ZONE: 'Europe/Berlin' } }),
  );
  expect(await faults()).toEqual([]);
});

// It is said where one decides; who presses Install has read it, and is not asked once more.
test('what the app may do on the server is said in the plan, the gravest first', async () => {
  const { user } = await open('casa/portainer');
  const powers = section('What it may do').getAllByRole('listitem');
  expect(powers[0]).toHaveTextContent('It may do on the server what root may');
  await user.click(install());
  expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent(
    'Installing Portainer',
  );
});

test('settings that few people change are folded, unless one of them is wrong', async () => {
  const { user, backend } = await open();
  expect(screen.queryByLabelText('Address')).toBeNull();
  await user.click(
    screen.getByRole('button', { name: /2\smore settings,\s+all at their defaults/ }),
  );
  await user.type(field('Address'), '/news');
  await waitFor(() =>
    expect(planned(backend).at(-1)).toMatchObject({ values: { ADDRESS: 'http://localhost/news' } }),
  );
  expect(screen.getByRole('button', { name: /2\smore settings,\s+1 changed/ })).toBeVisible();
});

// A secret is told to nobody who need not know it: plans go without, and are kept nowhere.
test('a secret is made, or typed, and only an installation is told it', async () => {
  const { user, backend } = await open();
  await user.click(checks().getByRole('button', { name: 'Use 8081' }));
  const password = field('Password');
  expect(password).toHaveAttribute('type', 'password');
  expect(screen.getByText(/^Made for you, 24\scharacters\./)).toBeVisible();
  await user.type(password, 'it is $mine "too"');
  expect(screen.getByText(/^Your own, 17\scharacters$/)).toBeVisible();
  // A plan that is made after it was typed goes without it, too.
  await user.type(field('First user'), 'a');
  await waitFor(() =>
    expect(planned(backend).at(-1)).toMatchObject({ values: { ADMIN_NAME: 'admina' } }),
  );
  await waitFor(() => expect(install()).toBeEnabled());
  await user.click(install());
  const told = backend.calls.filter(({ args }) => JSON.stringify(args).includes('$mine'));
  expect(told.map(({ name }) => name)).toEqual(['app.install']);
  expect(told[0]?.args).toEqual({
    app: 'tomo/miniflux',
    server_id: 'server-docker-1',
    project: 'miniflux',
    values: { WEB_PORT: '8081', ADMIN_NAME: 'admina' },
    secrets: { ADMIN_PASSWORD: 'it is $mine "too"' },
  });
  expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent('Installing Miniflux');
  expect(location.hash).toBe('#/installed/miniflux-on-server-docker-1');
});

test('an installation that is refused says why, and plans anew', async () => {
  const { user, backend } = await open();
  await user.click(checks().getByRole('button', { name: 'Use 8081' }));
  await waitFor(() => expect(install()).toBeEnabled());
  backend.failing['app.install'] = new ApiError('invalid', 'Port 8081 is taken by now.', '');
  backend.installed.taken.set(8081, 'caddy');
  await user.click(install());
  expect(await screen.findByText('Port 8081 is taken by now.')).toBeVisible();
  expect(await checks().findByText('Port 8081 is taken by caddy')).toBeVisible();
  expect(location.hash).toContain('/install');
});

test('a plan that cannot be made says why, and one that was made stays', async () => {
  location.hash = '#/apps/tomo/miniflux/install';
  const failure = new ApiError('invalid', 'No server has an engine.', 'Connect one.');
  const { user, backend } = openApp({
    machines: eight(now),
    containers: 60,
    failing: { 'app.plan': failure },
  });
  expect(await screen.findByText('No server has an engine.')).toBeVisible();
  delete backend.failing['app.plan'];
  await user.click(screen.getByRole('button', { name: 'Look again' }));
  await screen.findByRole('region', { name: 'Checks on docker-1' });
  await user.click(checks().getByRole('button', { name: 'Use 8081' }));
  await waitFor(() => expect(install()).toBeEnabled());
  backend.failing['app.plan'] = failure;
  await user.type(field('First user'), 'x');
  expect(await screen.findByText(/What you see is from before/)).toBeVisible();
  expect(checks().getByText('Compose')).toBeVisible();
  expect(install()).toBeDisabled();
});

test('who may only look is led nowhere that is refused', async () => {
  location.hash = '#/apps/tomo/miniflux';
  openApp({ machines: eight(now), containers: 60, role: 'readonly' });
  await screen.findByRole('heading', { name: 'What it needs' });
  expect(screen.queryByRole('button', { name: 'Install…' })).toBeNull();
  location.hash = '#/apps/tomo/miniflux/install';
  expect(await screen.findByText('You may only look')).toBeVisible();
});

test('an app that no source has any more is no plan', async () => {
  location.hash = '#/apps/tomo/nothing/install';
  openApp({ machines: eight(now) });
  expect(await screen.findByText('No such app')).toBeVisible();
});
