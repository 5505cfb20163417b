import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../../../lib/backend/backend';
import type { FakeOptions } from '../../../../lib/backend/fake/fake';
import { eight } from '../../../../lib/backend/fake/machines';
import { faults, openApp } from '../../../../lib/test/app';
import { digestsText, imageState, shortDigest } from './images';
import { hasUpdate } from './words';

const now = Date.now();
const monitoring = 'monitoring-on-server-docker-1';
const digest = `sha256:${'2c0d58e9a1f7'.padEnd(64, '0')}`;
const other = `sha256:${'f47c0b8d2e6a'.padEnd(64, '0')}`;

async function open(hash: string, options: FakeOptions = {}) {
  location.hash = hash;
  const app = openApp({
    machines: eight(now),
    containers: 60,
    installed: true,
    own: true,
    ...options,
  });
  await screen.findAllByText(/docker-1$/);
  return app;
}
const images = async () => within(await screen.findByRole('list', { name: 'Images' }));

test('an image says which it is, and what is known of a newer one', () => {
  const image = { image: 'web:2', digest, newest: other, is_newer: true, error: null };
  expect(imageState(image)).toMatchObject({ is: 'newer', text: 'newer: f47c0b8d2e6a' });
  expect(imageState({ ...image, newest: digest, is_newer: false }).text).toBe('the newest');
  const unknown = { ...image, newest: null, is_newer: null };
  expect(imageState(unknown).text).toBe('not looked at yet');
  const failed = { ...unknown, error: 'registry.lan asks for a login' };
  expect(imageState(failed)).toMatchObject({
    is: 'failed',
    text: 'registry.lan asks for a login.',
  });
  expect(shortDigest(null)).toBe('–');
  expect(digestsText({ image: 'web:2', from: digest, to: other })).toBe(
    '2c0d58e9a1f7 → f47c0b8d2e6a',
  );
  expect(digestsText({ image: 'web:2', from: null, to: other })).toBe('f47c0b8d2e6a');
});

test('what stands between two versions is put back before it is updated', () => {
  expect(hasUpdate({ newer: null, has_newer_image: true, is_stuck: false })).toBe(true);
  expect(hasUpdate({ newer: '2', has_newer_image: true, is_stuck: true })).toBe(false);
  expect(hasUpdate({ newer: null, has_newer_image: false, is_stuck: false })).toBe(false);
});

test('the list marks a newer image, and says quietly what is in no catalog', async () => {
  await open('#/apps/installed');
  const rowOf = (name: RegExp) => within(screen.getByRole('row', { name }));
  expect(rowOf(/^monitoring,/).getByText('newer image')).toBeVisible();
  expect(rowOf(/^monitoring,/).getByText('adopted')).toBeVisible();
  expect(rowOf(/^radio,/).getByText('own')).toBeVisible();
  expect(rowOf(/^radio,/).queryByText('newer image')).toBeNull();
  expect(rowOf(/^Immich,/).queryByText(/^(own|adopted)$/)).toBeNull();
  expect(await faults()).toEqual([]);
});

test('each image is shown with what its registry said, also where it said nothing', async () => {
  await open(`#/installed/${monitoring}/updates`);
  const list = await images();
  const [first, second] = list.getAllByRole('listitem');
  expect(first).toHaveTextContent(/prom\/prometheus:v3\.13\.3\s*\w{12}\s*newer: \w{12}/);
  expect(second).toHaveTextContent(/asks for a login\./);
  expect(screen.getByText('A newer image is there.')).toBeVisible();
  expect(screen.getByRole('link', { name: /^Updates/ })).toHaveTextContent(/1$/);
  // An app of no catalog has no newer version in one.
  expect(
    within(screen.getByRole('region', { name: 'Next update' })).queryByText('Catalog'),
  ).toBeNull();
  expect(await faults()).toEqual([]);
});

test('the review of the update says which image becomes which', async () => {
  const { user } = await open(`#/installed/${monitoring}/updates`);
  await user.click(await screen.findByRole('button', { name: 'Update…' }));
  const newer = within(await screen.findByRole('list', { name: 'Newer images' }));
  expect(newer.getByText(/^\w{12} → \w{12}$/)).toBeVisible();
  expect(screen.queryByText('No line of its files changes.')).toBeNull();
  await waitFor(() => expect(screen.getByRole('button', { name: 'Update' })).toBeEnabled());
});

test('registries are asked when somebody wants it, and who does not answer says so', async () => {
  const { user, backend } = await open('#/installed/radio-on-server-docker-1/updates');
  const list = await images();
  expect(list.getByText('not looked at yet')).toBeVisible();
  expect(screen.queryByText('A newer image is there.')).toBeNull();
  backend.failing['app.look_for_newer'] = new ApiError('failed', 'No registry answered.', '');
  await user.click(screen.getByRole('button', { name: 'Look now' }));
  expect(await screen.findByText('No registry answered.')).toBeVisible();
  delete backend.failing['app.look_for_newer'];
  await user.click(screen.getByRole('button', { name: 'Look now' }));
  expect(await screen.findByText('A newer image is there.')).toBeVisible();
  expect(screen.queryByText('No registry answered.')).toBeNull();
  expect(screen.getByText(/^looked at/)).toBeVisible();
});

test('who may only look sees what is newer, and asks nobody', async () => {
  await open(`#/installed/${monitoring}/updates`, { role: 'readonly' });
  await images();
  expect(screen.queryByRole('button', { name: 'Look now' })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Update…' })).toBeNull();
});
