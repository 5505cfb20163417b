import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import { faults, openApp } from '../../lib/test/app';

async function open(options: FakeOptions = {}) {
  location.hash = '#/settings/sessions';
  const app = openApp(options);
  const table = await screen.findByRole('table', { name: 'Sessions' });
  return { ...app, table };
}

test('the own sessions say where they were begun, and this one cannot be ended', async () => {
  const { table } = await open();
  const [, first, second] = within(table).getAllByRole('row');
  if (!first || !second) throw new Error('too few rows');
  expect(first).toHaveTextContent('Window this one on workbench, Linux');
  expect(within(first).queryByRole('button')).toBeNull();
  expect(second).toHaveTextContent('Assistant');
  expect(within(second).getByRole('button', { name: /End the session/ })).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('one session is ended, then all others', async () => {
  const { user, backend, table } = await open();
  await user.click(within(table).getByRole('button', { name: 'End the session on nas, Linux' }));
  await waitFor(() => expect(within(table).queryByRole('button', { name: /on nas/ })).toBeNull());
  await user.click(screen.getByRole('button', { name: 'End all others' }));
  await waitFor(() => expect(within(table).queryByRole('button')).toBeNull());
  expect(screen.getByRole('button', { name: 'End all others' })).toBeDisabled();
  expect(
    backend.sessions.filter(({ username, status }) => username === 'ana' && status === 'active'),
  ).toHaveLength(1);
});

test('an admin sees everybody’s sessions, and the locks', async () => {
  const { user, table } = await open();
  expect(within(table).queryByText('ben')).toBeNull();
  await user.click(screen.getByRole('radio', { name: 'Everybody’s' }));
  await waitFor(() => expect(screen.getAllByText('ben').length).toBeGreaterThan(1));
  expect(screen.getByRole('table', { name: 'Locks' })).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('unlocking keeps the note', async () => {
  const { user, backend } = await open();
  await user.click(await screen.findByRole('button', { name: 'Unlock root…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Unlock root?' });
  await user.type(within(dialog).getByLabelText(/Note/), 'It was me.');
  await user.click(within(dialog).getByRole('button', { name: 'Unlock' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(backend.calls.find(({ name }) => name === 'lock.unlock')?.args).toEqual({
    id: 'root',
    note: 'It was me.',
  });
  expect(await screen.findByText('It was me.')).toBeVisible();
  expect(screen.queryByRole('button', { name: /^Unlock root/ })).toBeNull();
});

test('who is no admin is offered neither the others nor the locks, and asks for none', async () => {
  const { backend } = await open({ role: 'readonly' });
  expect(screen.queryByRole('radio')).toBeNull();
  expect(screen.queryByRole('table', { name: 'Locks' })).toBeNull();
  expect(backend.calls.some(({ name }) => name === 'lock.list')).toBe(false);
});
