import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../../lib/backend/backend';
import type { FakeOptions } from '../../../lib/backend/fake/fake';
import { eight } from '../../../lib/backend/fake/machines';
import { faults, openApp } from '../../../lib/test/app';

const now = Date.now();

async function open(options: FakeOptions = {}, hash = '#/apps') {
  location.hash = hash;
  const app = openApp({ machines: eight(now), containers: 60, installed: true, ...options });
  await screen.findByRole('grid', { name: 'Installed apps' });
  return app;
}
const row = (name: string) => screen.getByRole('row', { name: new RegExp(`^${name},`) });
const rowNames = () =>
  screen
    .getAllByRole('row', { name: /,/ })
    .map((one) => one.getAttribute('aria-label')?.split(',')[0]);
async function choose(user: ReturnType<typeof openApp>['user'], app: string, item: string) {
  await user.click(screen.getByRole('button', { name: `Actions of ${app}` }));
  await user.click(await screen.findByRole('menuitem', { name: new RegExp(`^${item}`) }));
}

// Who has installed something looks after it; who has not wants to find something.
test('one lands on what is installed, and without that on the catalog', async () => {
  const { backend } = await open();
  expect(location.hash).toBe('#/apps/installed');
  expect(screen.getByRole('link', { name: /^Installed/ })).toHaveTextContent('9');
  expect(screen.getByRole('link', { name: /^Installed/ })).toHaveAttribute('aria-current', 'page');
  // Where one has landed one stays.
  for (const { app } of [...backend.installed.all]) backend.installed.drop(app.id);
  expect(await screen.findByText('Nothing is installed yet')).toBeVisible();
  expect(screen.getByRole('link', { name: 'Look through the catalog' })).toHaveAttribute(
    'href',
    '#/apps/catalog',
  );
  expect(await faults()).toEqual([]);
});

test('where nothing is installed one lands on the catalog', async () => {
  location.hash = '#/apps';
  openApp({ machines: eight(now) });
  await screen.findByRole('grid', { name: 'Catalog' });
  expect(location.hash).toBe('#/apps/catalog');
});

// A row has to say by itself how the app is, and never a figure that nobody measured.
test('each row says version, server, state, use and port, and the worst says why', async () => {
  await open();
  expect(row('Immich')).toHaveTextContent(
    /Immich\s*3\.2\.4\s*docker-1\s*healthy\s*58\.0\s%\s*3\.16\sGB\s*2283/,
  );
  expect(within(row('Jellyfin')).getByText('unhealthy')).toHaveClass('tone-warn');
  expect(within(row('Paperless-ngx')).getByText('1 of 4 ended')).toHaveClass('tone-crit');
  expect(row('Vikunja')).toHaveTextContent(/starting, step\s5 of\s7/);
  expect(row('Vikunja')).not.toHaveTextContent('%');
  expect(row('Gitea')).toHaveTextContent('failed: db ended with 1');
  expect(within(row('Gitea')).queryByRole('link')).toBeNull();
  expect(row('Home Assistant')).toHaveTextContent('not known, server is down');
  expect(row('Forgejo')).toHaveTextContent(/stopped\s*–\s*–\s*3001/);
  expect(await faults()).toEqual([]);
});

test('what happens to an app is seen in its row as it happens', async () => {
  const { backend } = await open();
  backend.installed.change('forgejo-on-server-docker-1', { status: 'running', state: 'healthy' });
  await waitFor(() => expect(row('Forgejo')).toHaveTextContent('healthy'));
});

// The window shows nothing but Tomo: a page of the web is the system's browser's.
test('a port opens the page in the browser of the system', async () => {
  const { user, backend } = await open();
  await user.click(within(row('Immich')).getByRole('link'));
  expect(backend.opened).toEqual(['http://192.168.1.20:2283/']);
  expect(location.hash).toBe('#/apps/installed');
});

// What is newer is said in words, and one press leads to what it would change.
test('a row says that a newer version is there, and leads to the update', async () => {
  const { user } = await open();
  expect(row('Vaultwarden')).toHaveTextContent(/1\.36\.0\s*new: 1\.37\.4\s*docker-1/);
  expect(row('Immich')).not.toHaveTextContent('new:');
  await user.click(screen.getByRole('button', { name: 'Actions of Immich' }));
  await screen.findByRole('menuitem', { name: /^Restart/ });
  expect(screen.queryByRole('menuitem', { name: 'Update…' })).toBeNull();
  await user.keyboard('{Escape}');
  await choose(user, 'Vaultwarden', 'Update…');
  expect(location.hash).toBe('#/installed/vaultwarden-on-server-docker-1/update');
  expect(await screen.findByRole('region', { name: 'New settings' })).toBeVisible();
});

// Half of one version and half of another is no state to start or restart.
test('an app between two versions says so in its row, and can only be put back or uninstalled', async () => {
  const { user, backend } = await open();
  backend.installed.change('vaultwarden-on-server-docker-1', {
    is_stuck: true,
    status: 'error',
    error: 'the check of web fails',
  });
  await waitFor(() =>
    expect(row('Vaultwarden')).toHaveTextContent('between two versions: the check of web fails'),
  );
  row('Vaultwarden').focus();
  await user.keyboard('r');
  expect(screen.queryByRole('alertdialog')).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Actions of Vaultwarden' }));
  await screen.findByRole('menuitem', { name: 'Put it back again' });
  expect(screen.queryByRole('menuitem', { name: /^(Start|Stop|Restart|Update)/ })).toBeNull();
  await user.click(screen.getByRole('menuitem', { name: 'Put it back again' }));
  expect(backend.calls.find(({ name }) => name === 'app.roll_back')?.args).toEqual({
    id: 'vaultwarden-on-server-docker-1',
  });
});

test('heads sort, what is not known stands last', async () => {
  const { user } = await open();
  expect(rowNames()[0]).toBe('Forgejo');
  await user.click(screen.getByRole('button', { name: 'CPU' }));
  expect(rowNames().slice(0, 3)).toEqual(['Jellyfin', 'Immich', 'Paperless-ngx']);
  await user.click(screen.getByRole('button', { name: 'State' }));
  expect(rowNames().slice(0, 2)).toEqual(['Gitea', 'Jellyfin']);
});

// A row that moves away under the hand is another one that is pressed.
test('rows stay where they are while the focus is among them', async () => {
  const { user, backend } = await open();
  await user.click(screen.getByRole('button', { name: 'CPU' }));
  row('Immich').focus();
  backend.installed.change('immich-on-server-docker-1', { cpu_percent: 900 });
  await waitFor(() => expect(row('Immich')).toHaveTextContent(/900\s%/));
  expect(rowNames().slice(0, 2)).toEqual(['Jellyfin', 'Immich']);
  row('Immich').blur();
  // The pointer counts as a hand, too.
  await user.hover(screen.getByRole('heading', { level: 1 }));
  await waitFor(() => expect(rowNames().slice(0, 2)).toEqual(['Immich', 'Jellyfin']));
});

test('the keyboard moves, opens, and asks before it interrupts', async () => {
  const { user, backend } = await open();
  row('Forgejo').focus();
  await user.keyboard('{End}');
  expect(row('Vikunja')).toHaveFocus();
  // Something is being done to it.
  await user.keyboard('r{Delete}');
  expect(screen.queryByRole('alertdialog')).toBeNull();
  row('Immich').focus();
  await user.keyboard('r');
  const dialog = await screen.findByRole('alertdialog', { name: 'Restart Immich on docker-1?' });
  expect(within(dialog).getByRole('button', { name: 'Keep running' })).toHaveFocus();
  await user.click(within(dialog).getByRole('button', { name: 'Restart' }));
  expect(backend.calls.filter(({ name }) => name === 'app.act').map(({ args }) => args)).toEqual([
    { id: 'immich-on-server-docker-1', action: 'restart' },
  ]);
  row('Immich').focus();
  await user.keyboard('{Enter}');
  expect(await screen.findByRole('heading', { level: 1, name: /Immich/ })).toBeVisible();
  expect(location.hash).toBe('#/installed/immich-on-server-docker-1');
});

test('logs of an app open under the list, and lead back to its row', async () => {
  const { user } = await open();
  row('Miniflux').focus();
  await user.keyboard('l');
  const logs = await screen.findByRole('region', { name: 'Logs' });
  expect(within(logs).getByText(/2\scontainers, by time/)).toBeVisible();
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('region', { name: 'Logs' })).toBeNull();
  expect(row('Miniflux')).toHaveFocus();
});

test('an action that is refused says why', async () => {
  const { user, backend } = await open();
  backend.failing['app.act'] = new ApiError('failed', 'The engine does not answer.', '');
  await choose(user, 'Forgejo', 'Start');
  expect(await screen.findByText('Forgejo was not started')).toBeVisible();
  expect(screen.getByText(/The engine does not answer/)).toBeVisible();
});

test('an app whose installation failed leaves the list without its data', async () => {
  const { user, backend } = await open();
  await choose(user, 'Gitea', 'Remove from the list');
  await waitFor(() => expect(screen.queryByRole('row', { name: /^Gitea/ })).toBeNull());
  expect(backend.calls.find(({ name }) => name === 'app.uninstall')?.args).toEqual({
    id: 'gitea-on-server-docker-1',
    with_data: false,
  });
});

// Looking is for everybody; nothing that is refused afterwards is offered.
test('who may only look is offered nothing that changes an app', async () => {
  const { user } = await open({ role: 'readonly' });
  await user.click(screen.getByRole('button', { name: 'Actions of Immich' }));
  const items = await screen.findAllByRole('menuitem');
  expect(items.map((item) => item.textContent.trim())).toEqual([
    'Details Enter',
    'Open in the browser',
    'Logs L',
  ]);
  await user.keyboard('{Escape}');
  row('Immich').focus();
  await user.keyboard('r{Delete}');
  expect(screen.queryByRole('alertdialog')).toBeNull();
});

test('compose projects of others are listed, and nothing is offered that cannot be done', async () => {
  await open();
  const found = within(screen.getByRole('region', { name: 'Found on your servers' }));
  expect(found.getByText('nextcloud')).toBeVisible();
  expect(found.getAllByText('docker-1').length).toBeGreaterThan(1);
  expect(found.queryByText('miniflux')).toBeNull();
  expect(found.queryByRole('button')).toBeNull();
});

test('a list that cannot be read says why; one that was read stays', async () => {
  location.hash = '#/apps/installed';
  const failure = new ApiError('failed', 'The database cannot be read.', 'The disk is full.');
  const { user, backend } = openApp({
    machines: eight(now),
    containers: 60,
    installed: true,
    failing: { 'app.list': failure },
  });
  expect(await screen.findByText('The database cannot be read.')).toBeVisible();
  delete backend.failing['app.list'];
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  await screen.findByRole('grid', { name: 'Installed apps' });
  backend.failing['app.list'] = failure;
  backend.push({ kind: 'changed', topic: 'apps' });
  expect(await screen.findByText(/What you see is from before/)).toBeVisible();
  expect(row('Immich')).toBeVisible();
});

test('a wait shows rows that are to come', async () => {
  location.hash = '#/apps/installed';
  openApp({ machines: eight(now), silent: ['app.list'] });
  expect(await screen.findByText('Loading the apps')).toBeInTheDocument();
});

test('the palette leads to the list and to each app', async () => {
  const { user } = await open({}, '#/apps/installed');
  const find = async (text: string, option: RegExp) => {
    await user.keyboard('{Control>}k{/Control}');
    await waitFor(() => expect(screen.getByRole('combobox')).toHaveFocus());
    await user.keyboard(text);
    const found = screen.getAllByRole('option').find((one) => option.test(one.textContent));
    await user.click(found as HTMLElement);
  };
  await find('miniflux', /Miniflux.*docker-1 · 2\.3\.3 · healthy/);
  expect(location.hash).toBe('#/installed/miniflux-on-server-docker-1');
  await screen.findByRole('navigation', { name: 'Of Miniflux' });
  await find('installed apps', /Go to Installed apps/);
  expect(location.hash).toBe('#/apps/installed');
});
