import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import { faults, openApp } from '../../lib/test/app';

async function open(id: string, options: FakeOptions = {}) {
  location.hash = `#/apps/${id}`;
  const app = openApp(options);
  await screen.findByRole('heading', { name: 'What it may do' });
  return app;
}
const section = (name: string) => within(screen.getByRole('region', { name }));

test('an app says what it needs, what runs, what is asked, and what to do after', async () => {
  const { user } = await open('tomo/miniflux');
  expect(screen.getByText(/Built-in catalog · Utility · Apache-2.0 · amd64, arm64/)).toBeVisible();
  expect(section('What it may do').getByText('No more than every container may')).toBeVisible();
  expect(section('What it needs').getByText('300 MB')).toBeVisible();
  expect(section('What it needs').getByText('1.00 GB')).toBeVisible();
  expect(section('Containers').getByText('docker.io/library/postgres:17.11-alpine')).toBeVisible();
  expect(section('Ports of the server').getByText(/opens in the browser: http/)).toBeVisible();
  const asked = section('What is asked');
  expect(asked.getByText('made for you, 24 characters')).toBeVisible();
  expect(asked.queryByText('Database password')).toBeNull();
  await user.click(asked.getByRole('button', { name: /2.more settings/ }));
  expect(asked.getByText('Database password')).toBeVisible();
  expect(section('After the installation').getByText(/^Sign in as admin and add/)).toBeVisible();
  expect(await faults()).toEqual([]);
});

// Who installs it must know before: each power in a sentence, the gravest first.
test('what an app may do beyond others is said, the gravest first', async () => {
  await open('casa/portainer');
  const list = section('What it may do').getAllByRole('listitem');
  expect(list.map((item) => item.textContent.trim())).toEqual([
    'It may do on the server what root may',
    'It may use the engine, and so do on the server what root may',
    'It sees the processes of the server, and may end them',
    'It is given /etc of the server’s system',
    'It has a power that containers do not have: NET_ADMIN',
    'Its image can be another one tomorrow: portainer/portainer-ce:latest',
  ]);
  const changed = section('What was changed when it was taken');
  expect(changed.getByText(/^line 14: container_name was left out/)).toBeVisible();
  expect(screen.getByText('Its source advises against it')).toBeVisible();
});

// Addresses are somebody else's words: nothing here opens them.
test('an address is text with a way to copy it, and never a link', async () => {
  await open('casa/portainer');
  const addresses = section('Addresses');
  expect(addresses.getByText('javascript:alert(1)')).toBeVisible();
  expect(addresses.getByRole('button', { name: 'Copy the address' })).toBeVisible();
  expect(document.querySelector('a[href^="javascript"], main a[href^="http"]')).toBeNull();
});

test('the compose file shows its beginning, and all of it when asked', async () => {
  const { user } = await open('tomo/miniflux');
  const file = screen.getByRole('region', { name: 'Compose file' });
  const lines = () => file.children.length;
  expect(lines()).toBe(24);
  await user.click(screen.getByRole('button', { name: 'Show all 30 lines' }));
  expect(lines()).toBe(30);
  expect(within(file).getByText('services')).toHaveClass('key');
  expect(screen.getByRole('button', { name: 'Copy the compose file' })).toBeVisible();
});

test('an app that is gone says so, and one that cannot be read says why', async () => {
  location.hash = '#/apps/tomo/nothing';
  const { backend, user } = openApp({});
  expect(await screen.findByText('No such app')).toBeVisible();
  expect(await faults()).toEqual([]);
  backend.failing['app.show'] = new ApiError('failed', 'The database cannot be read.', '');
  await user.click(screen.getByRole('link', { name: 'Back to the catalog' }));
  location.hash = '#/apps/tomo/miniflux';
  expect(await screen.findByText('The database cannot be read.')).toBeVisible();
});

// Its source is hidden while the page is open.
test('an app whose source is hidden leaves its page', async () => {
  const { backend } = await open('casa/portainer');
  await backend.call('app_source.enable', { id: 'casa', is_enabled: false });
  await waitFor(() => expect(screen.getByText('No such app')).toBeVisible());
});
