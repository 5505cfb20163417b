import { screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import { eight } from '../../lib/backend/fake/machines';
import { faults, openApp } from '../../lib/test/app';

const now = Date.now();

beforeEach(() => localStorage.clear());
afterEach(() => vi.restoreAllMocks());

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

// A list that lacks servers without a word reads as the whole, and its sum as a fact.
test('servers whose engine cannot be asked are named, and lead to the reason', async () => {
  location.hash = '#/networks';
  openApp({ machines: eight(now), containers: 58, troubledEngines: true });
  await screen.findByRole('grid', { name: 'Networks' });
  expect(screen.getByText(/^Not in this list/)).toHaveTextContent(/5.servers, whose engines/);
  expect(screen.getByTitle(/^[\w-]+, .* and [\w-]+$/)).toHaveAttribute(
    'title',
    expect.stringContaining('nas'),
  );
  const why = screen.getByRole('link', { name: 'See why' });
  expect(why).toHaveAttribute('href', '#/containers');
  expect(await faults()).toEqual([]);
});

// A build server has thousands: the page holds those in sight, and the keyboard reaches all.
test('of 2,000 only what is in sight is drawn, and the keys lead through all of them', async () => {
  location.hash = '#/volumes';
  // Without a layout nothing would have room to scroll in.
  vi.spyOn(Element.prototype, 'scrollHeight', 'get').mockReturnValue(1e6);
  vi.spyOn(Element.prototype, 'scrollTo').mockImplementation(function (
    this: Element,
    to?: ScrollToOptions | number,
  ) {
    this.scrollTop = typeof to === 'object' ? (to.top ?? 0) : 0;
    this.dispatchEvent(new Event('scroll'));
  });
  const { user } = openApp({ machines: eight(now), containers: 58, things: 2000 });
  const grid = await screen.findByRole('grid', { name: 'Volumes' });
  const all = Number(grid.getAttribute('aria-rowcount')) - 1;
  expect(all).toBeGreaterThanOrEqual(2000);
  expect(rows().length).toBeLessThan(100);
  const stops = () => rows().filter((row) => row.tabIndex === 0);
  expect(stops()).toHaveLength(1);
  rows()[0]?.focus();
  await user.keyboard('{ArrowDown}{ArrowDown}');
  await waitFor(() => expect(document.activeElement).toHaveAttribute('aria-rowindex', '4'));
  expect(stops()).toEqual([document.activeElement]);
  await user.keyboard('{End}');
  await waitFor(() =>
    expect(document.activeElement).toHaveAttribute('aria-rowindex', String(all + 1)),
  );
  expect(rows().length).toBeLessThan(100);
  // Scrolled away by the wheel, it keeps the focus: the keys go on from there.
  grid.parentElement?.scrollTo({ top: 0 });
  await waitFor(() => expect(rows()[0]).toHaveAttribute('aria-rowindex', '2'));
  expect(document.activeElement).toHaveAttribute('aria-rowindex', String(all + 1));
  await user.keyboard('{Delete}');
  expect(await screen.findByRole('alertdialog')).toBeVisible();
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
