import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import { eight } from '../../lib/backend/fake/machines';
import { faults, openApp } from '../../lib/test/app';

const now = Date.now();
const ready = () => screen.findByRole('link', { name: 'nas' });

test('the palette finds a server and opens it', async () => {
  const { user } = openApp({ machines: eight(now) });
  await ready();
  await user.keyboard('{Control>}k{/Control}');
  const field = await screen.findByRole('combobox');
  await waitFor(() => expect(field).toHaveFocus());
  await user.keyboard('med');
  const [first] = screen.getAllByRole('option');
  expect(first).toHaveTextContent('media');
  expect(field).toHaveAttribute('aria-activedescendant', first?.id);
  expect(await faults()).toEqual([]);
  await user.keyboard('{Enter}');
  expect(location.hash).toBe('#/server/server-media/metrics');
  expect(screen.queryByRole('combobox')).toBeNull();
});

test('the palette runs commands, and Tab narrows what it searches', async () => {
  const { user } = openApp({ machines: eight(now) });
  await ready();
  await user.keyboard('{Control>}k{/Control}');
  await waitFor(async () => expect(await screen.findByRole('combobox')).toHaveFocus());
  await user.keyboard('theme dark{Enter}');
  await waitFor(() => expect(document.documentElement.dataset.theme).toBe('dark'));
  await user.keyboard('{Control>}k{/Control}');
  await waitFor(async () => expect(await screen.findByRole('combobox')).toHaveFocus());
  await user.keyboard('{Tab}');
  expect(screen.getByText('commands only', { selector: '.scope' })).toBeVisible();
  expect(screen.queryByRole('option', { name: /docker-1/ })).toBeNull();
});

test('numbers go to the rail, and a letter typed alone does nothing there', async () => {
  const { user } = openApp({ machines: eight(now) });
  await ready();
  await user.keyboard('{Control>}2{/Control}');
  expect(await screen.findByRole('heading', { name: 'Servers' })).toBeVisible();
  await user.keyboard('{Control>},{/Control}');
  expect(await screen.findByRole('heading', { name: 'Settings' })).toBeVisible();
  await user.keyboard('{Control>}1{/Control}n');
  expect(await screen.findByRole('heading', { name: 'Overview' })).toBeVisible();
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('the question mark lists the keys, and while a dialog is open other keys rest', async () => {
  const { user } = openApp({ machines: eight(now) });
  await ready();
  await user.keyboard('?');
  const sheet = await screen.findByRole('dialog', { name: 'Keys' });
  expect(within(sheet).getByText('Add a server')).toBeVisible();
  await user.keyboard('{Control>}2{/Control}');
  expect(screen.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('removing names the server and the way back stands first', async () => {
  const { backend, user } = openApp({ machines: eight(now) });
  location.hash = '#/servers';
  await user.click(await screen.findByRole('button', { name: 'Actions of docker-1' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Remove…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Remove docker-1 from Tomo?' });
  await waitFor(() =>
    expect(within(dialog).getByRole('button', { name: 'Keep it' })).toHaveFocus(),
  );
  await user.click(within(dialog).getByRole('button', { name: 'Remove' }));
  await waitFor(() => expect(screen.queryByRole('link', { name: 'docker-1' })).toBeNull());
  expect(backend.rows).toHaveLength(7);
});

test('a removal that fails keeps the dialog and says why', async () => {
  const { user } = openApp({
    machines: eight(now),
    failing: { 'server.remove': new ApiError('failed', 'The database is read-only', 'Free it.') },
  });
  location.hash = '#/servers';
  await user.click(await screen.findByRole('button', { name: 'Actions of docker-1' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Remove…' }));
  const dialog = await screen.findByRole('dialog');
  await user.click(within(dialog).getByRole('button', { name: 'Remove' }));
  expect(await within(dialog).findByRole('alert')).toHaveTextContent('The database is read-only');
});

test('signing out is in the account menu', async () => {
  const { user } = openApp({ machines: eight(now) });
  await ready();
  await user.click(screen.getByRole('button', { name: /Account of ana/ }));
  await user.click(await screen.findByRole('menuitem', { name: 'Sign out' }));
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
});
