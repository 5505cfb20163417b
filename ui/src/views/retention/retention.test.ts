import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import { eight } from '../../lib/backend/fake/machines';
import { faults, openApp } from '../../lib/test/app';

const now = Date.now();

async function open(options: FakeOptions = {}) {
  location.hash = '#/settings/retention';
  const app = openApp({ machines: eight(now), ...options });
  await screen.findByRole('region', { name: 'Clean-up' });
  await screen.findByRole('row', { name: /History of servers/ });
  return app;
}

test('what would go stands beside what there is', async () => {
  await open();
  expect(screen.getByRole('row', { name: /^Activity/ })).toHaveTextContent(/14,206\s*351/);
  expect(screen.getByText(/would become 6\.60\sMB smaller/)).toBeVisible();
  expect(screen.getByText(/41,200\srows of the history of servers/)).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('cleaning up names the counts before it does anything, and shows what it did', async () => {
  const { user, backend } = await open();
  await user.click(screen.getByRole('button', { name: 'Clean up now…' }));
  const dialog = await screen.findByRole('dialog');
  expect(await within(dialog).findByText(/20,600\srows of the history of servers/)).toBeVisible();
  expect(backend.calls.some(({ name }) => name === 'retention.run')).toBe(false);
  await user.click(within(dialog).getByRole('button', { name: 'Clean up' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await waitFor(() => expect(screen.getByRole('button', { name: 'Clean up now…' })).toBeDisabled());
});

test('a run that fails says why where it was asked for', async () => {
  const { user } = await open({
    failing: { 'retention.run': new ApiError('failed', 'The disk is full', '') },
  });
  await user.click(screen.getByRole('button', { name: 'Clean up now…' }));
  const dialog = await screen.findByRole('dialog');
  await user.click(await within(dialog).findByRole('button', { name: 'Clean up' }));
  expect(await within(dialog).findByRole('alert')).toHaveTextContent('The disk is full');
});

test('a run that was cut off, and one under way, are said', async () => {
  const { backend } = await open();
  const { status } = backend.retention;
  if (!status.last) throw new Error('there is one');
  backend.retention = {
    ...backend.retention,
    status: { ...status, last: { ...status.last, error: 'the disk is full' }, is_running: true },
  };
  backend.push({ kind: 'changed', topic: 'retention' });
  expect(await screen.findByText(/It stopped before its end: the disk is full/)).toBeVisible();
  expect(screen.getByText('One is under way.')).toBeVisible();
});

test('who may not clean up sees the counts, but no button', async () => {
  await open({ role: 'user' });
  expect(screen.queryByRole('button', { name: /Clean up/ })).toBeNull();
});
