import { screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import { eight } from '../../lib/backend/fake/machines';
import { faults, openApp } from '../../lib/test/app';

const now = Date.now();

beforeEach(() => localStorage.clear());

async function openPage(page: string, name: string, options: FakeOptions = {}) {
  location.hash = `#/${page}?server=server-nas`;
  const app = openApp({ machines: eight(now), containers: 58, ...options });
  await screen.findByRole('grid', { name });
  return app;
}

const rows = () => screen.getAllByRole('row').slice(1);

// What uses a thing decides whether it may go: that stands beside it, and no button is a lie.
test('what is used says by what, and only the rest can be removed', async () => {
  await openPage('images', 'Images');
  const used = rows().find((row) => row.textContent.includes('restic'));
  expect(used && within(used).getByRole('link', { name: 'backup-restic-1' })).toBeVisible();
  expect(used && within(used).queryByRole('button')).toBeNull();
  expect(screen.getByRole('button', { name: 'Remove postgres:15.8 from nas' })).toBeInTheDocument();
  expect(await faults()).toEqual([]);
});

// The data of a volume is gone for good, so its name is typed.
test('a volume goes only after its name was typed', async () => {
  const { user } = await openPage('volumes', 'Volumes');
  await user.click(screen.getByRole('button', { name: 'Remove old_wiki_data from nas' }));
  const dialog = await screen.findByRole('alertdialog', { name: 'Remove old_wiki_data from nas?' });
  const remove = within(dialog).getByRole('button', { name: 'Remove' });
  expect(remove).toBeDisabled();
  await user.type(within(dialog).getByRole('textbox'), 'old_wiki_data');
  await user.click(remove);
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
  await waitFor(() => expect(screen.queryByText('old_wiki_data')).toBeNull());
});

// The engine's own names are 64 digits, shown with a gap: nobody can type that.
test('an anonymous volume goes by the first digits of its name', async () => {
  const { user, backend } = await openPage('volumes', 'Volumes');
  await user.click(screen.getByRole('button', { name: /^Remove [0-9a-f]+…[0-9a-f]+ from nas$/ }));
  const dialog = await screen.findByRole('alertdialog');
  const label = within(dialog).getByText(/^Type [0-9a-f]{12} to remove the data$/);
  const digits = label.textContent.split(' ')[1] ?? '';
  await user.type(within(dialog).getByRole('textbox'), digits);
  await user.click(within(dialog).getByRole('button', { name: 'Remove' }));
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
  const removed = backend.calls.find(({ name }) => name === 'volume.remove');
  expect(JSON.stringify(removed?.args)).toContain(`"${digits}`);
});

// What goes is what was shown: the ids of the preview are sent back, and nothing else.
test('clearing out shows exactly what goes, and takes just that', async () => {
  const { user, backend } = await openPage('images', 'Images');
  await user.click(screen.getByRole('button', { name: 'Clear out…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Clear out images on nas' });
  const items = await within(dialog).findByRole('list', { name: 'What goes' });
  expect(within(items).getAllByRole('listitem')).toHaveLength(1);
  await user.click(within(dialog).getByRole('radio', { name: 'All that are unused' }));
  expect(await within(dialog).findByText('postgres:15.8')).toBeVisible();
  expect(await faults()).toEqual([]);
  const preview = await backend.call('prune.preview', {
    server_id: 'server-nas',
    kind: 'unused_images',
  });
  await user.click(within(dialog).getByRole('button', { name: /^Remove 2/ }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(backend.calls.find(({ name }) => name === 'prune.run')?.args).toEqual({
    server_id: 'server-nas',
    kind: 'unused_images',
    engine: '/var/run/docker.sock',
    ids: preview.items.map(({ id }) => id),
  });
});

// Who may only look has nothing to remove with.
test('readonly has no actions', async () => {
  await openPage('networks', 'Networks', { role: 'readonly' });
  expect(screen.getByText('old_wiki_default')).toBeVisible();
  expect(screen.queryByRole('button', { name: /^Remove|Clear out/ })).toBeNull();
});
