import { screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import type { FakeBackend, FakeOptions } from '../../lib/backend/fake/fake';
import { eight } from '../../lib/backend/fake/machines';
import { faults, openApp } from '../../lib/test/app';

const now = Date.now();

afterEach(() => vi.restoreAllMocks());

async function open(options: FakeOptions = {}) {
  location.hash = '#/apps';
  const app = openApp({ machines: eight(now), ...options });
  await screen.findByRole('grid', { name: 'Catalog' });
  return app;
}
const search = () => screen.getByRole('textbox', { name: 'Search apps' });
const tile = (name: string | RegExp) => screen.getByRole('link', { name });
const asked = (backend: FakeBackend) =>
  backend.calls.filter(({ name }) => name === 'app.catalog').map(({ args }) => args);

/** Gives room to scroll in, which there is none of without a layout. */
function withRoom() {
  vi.spyOn(Element.prototype, 'scrollHeight', 'get').mockReturnValue(1e6);
  vi.spyOn(Element.prototype, 'scrollTo').mockImplementation(function (
    this: Element,
    to?: ScrollToOptions | number,
  ) {
    this.scrollTop = typeof to === 'object' ? (to.top ?? 0) : 0;
    this.dispatchEvent(new Event('scroll'));
  });
}

/** Lets answers to some queries come when the test wants them to. */
function holdBack(backend: FakeBackend, isHeld: (args: unknown) => boolean): () => void {
  const call = backend.call.bind(backend);
  let letGo: () => void = () => undefined;
  const gate = new Promise<void>((open) => (letGo = open));
  vi.spyOn(backend, 'call').mockImplementation(async (name, args) => {
    const answer = await call(name, args);
    if (name === 'app.catalog' && isHeld(args)) await gate;
    return answer;
  });
  return letGo;
}

// The catalog is what the whole page is for: what an app is stands on its tile, and nothing there
// offers what cannot be done yet.
test('an app stands there with name, description, category and version', async () => {
  await open();
  const link = tile('Caddy');
  expect(link).toHaveAttribute('href', '#/apps/tomo/caddy');
  expect(link).toHaveTextContent(/certificates for HTTPS/);
  expect(link).toHaveTextContent(/Networking\s*·\s*2\./);
  expect(search()).toHaveAttribute('placeholder', 'Search 48\u00a0apps');
  expect(screen.getByRole('link', { name: /^Catalog/ })).toHaveTextContent('48');
  expect(screen.queryByText('Install')).toBeNull();
  expect(await faults()).toEqual([]);
});

// Who looks for something new wants to know what is there already; what failed is not there.
test('the tile of an app that is installed says so, and on how many servers', async () => {
  location.hash = '#/apps/catalog';
  const { backend } = openApp({ machines: eight(now), containers: 60, installed: true });
  await screen.findByRole('grid', { name: 'Catalog' });
  await waitFor(() => expect(tile('Immich')).toHaveTextContent(/^Immich\s*Installed/));
  expect(tile('Immich')).toHaveAccessibleDescription(/^Installed\s+Keeps the photos/);
  for (const name of ['Caddy', 'Gitea']) expect(tile(name)).not.toHaveTextContent('Installed');
  const { app } = backend.installed.install({ app: 'tomo/immich', server_id: 'server-media' });
  backend.installed.change(app.id, { work: null, installed_at: new Date(now).toISOString() });
  await waitFor(() => expect(tile('Immich')).toHaveTextContent(/On 2\sservers/));
  expect(await faults()).toEqual([]);
});

// Two sources may have the same app: without the source beside it nobody could choose.
test('an app of another source says whose it is', async () => {
  const { user } = await open();
  await user.type(search(), 'jellyfin');
  await waitFor(() => expect(screen.getAllByRole('link', { name: 'Jellyfin' })).toHaveLength(2));
  const [first, second] = screen.getAllByRole('link', { name: 'Jellyfin' });
  expect(
    [first?.textContent, second?.textContent].filter((text) => text?.includes('Casa store')),
  ).toHaveLength(1);
});

// A picture may hold a script: in an `img` it stays a picture.
test('a picture is only ever shown as an image, and hostile text is text', async () => {
  const { user } = await open({ oddApps: true });
  await user.type(search(), 'media server');
  await waitFor(() => expect(document.querySelectorAll('img')).toHaveLength(1));
  expect(document.querySelector('img')?.src).toMatch(/^data:image\/svg\+xml;base64,/);
  await user.clear(search());
  expect(await screen.findByRole('link', { name: '<img src=x onerror=alert(1)>' })).toBeVisible();
  expect(document.querySelector('img[onerror]')).toBeNull();
});

test('a slash leads into the search, words narrow, and Escape clears all at once', async () => {
  const { user, backend } = await open();
  await user.keyboard('/');
  expect(search()).toHaveFocus();
  await user.keyboard('feeds');
  await waitFor(() => expect(screen.queryByRole('link', { name: 'Caddy' })).toBeNull());
  expect(tile('Miniflux')).toBeVisible();
  // Letters that come together are one question.
  expect(asked(backend).length).toBeLessThan(5);
  await user.click(screen.getByRole('button', { name: 'Security' }));
  expect(await screen.findByText('No app has all these words')).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Clear search' }));
  expect(await screen.findByRole('link', { name: 'Caddy' })).toBeVisible();
  expect(screen.getByRole('button', { name: 'All' })).toHaveAttribute('aria-pressed', 'true');
  await user.click(screen.getByRole('button', { name: 'Security' }));
  await waitFor(() => expect(screen.queryByRole('link', { name: 'Caddy' })).toBeNull());
  await user.keyboard('{Escape}');
  expect(await screen.findByRole('link', { name: 'Caddy' })).toBeVisible();
});

// A slow answer to what was typed before must not stand under what is typed now.
test('an older answer never replaces a newer one', async () => {
  const { user, backend } = await open();
  const letGo = holdBack(backend, (args) => (args as { text?: string }).text === 'caddy');
  await user.type(search(), 'caddy');
  await waitFor(() => expect(asked(backend)).toContainEqual({ text: 'caddy', limit: 200 }));
  await user.clear(search());
  await user.type(search(), 'grafana');
  await waitFor(() => expect(screen.getAllByRole('gridcell')).toHaveLength(1));
  letGo();
  await new Promise((done) => setTimeout(done, 20));
  expect(screen.getAllByRole('gridcell')).toHaveLength(1);
  expect(tile('Grafana')).toBeVisible();
});

// Until the new answer is here, what is shown stays: a blank between two lists flickers.
test('what is shown stays until the next answer', async () => {
  const { user, backend } = await open();
  const letGo = holdBack(backend, (args) => (args as { text?: string }).text === 'grafana');
  await user.type(search(), 'grafana');
  await waitFor(() => expect(asked(backend)).toContainEqual({ text: 'grafana', limit: 200 }));
  expect(tile('Caddy')).toBeVisible();
  letGo();
  await waitFor(() => expect(screen.queryByRole('link', { name: 'Caddy' })).toBeNull());
});

test('for a server only what is built for it is there, and only servers that are known', async () => {
  const { user, backend } = await open();
  await user.click(screen.getByLabelText('For which server'));
  const options = await screen.findAllByRole('option');
  expect(options[0]).toHaveTextContent('Any server');
  // Nobody has heard of the architecture of a server that never answered.
  expect(options.map((option) => option.textContent.trim())).not.toContain('vps-fra · undefined');
  await user.click(screen.getByRole('option', { name: 'pi-dns · arm/v7' }));
  await waitFor(() =>
    expect(asked(backend)).toContainEqual({ architecture: 'arm/v7', limit: 200 }),
  );
  await waitFor(() => expect(screen.queryByRole('link', { name: 'Actual Budget' })).toBeNull());
  expect(tile('AdGuard Home')).toBeVisible();
});

// Three columns: what is above and below is reached as the eye sees it.
test('the arrows move among the tiles as they stand, and Enter opens', async () => {
  const { user } = await open();
  const names = screen.getAllByRole('link').map((link) => link.dataset['tile']);
  expect(names.filter(Boolean).length).toBeGreaterThan(6);
  const at = (place: number) => document.querySelector<HTMLElement>(`[data-tile="${place}"]`);
  expect(document.querySelectorAll('[data-tile][tabindex="0"]')).toHaveLength(1);
  at(0)?.focus();
  await user.keyboard('{ArrowRight}');
  await waitFor(() => expect(at(1)).toHaveFocus());
  await user.keyboard('{ArrowDown}');
  await waitFor(() => expect(at(4)).toHaveFocus());
  await user.keyboard('{ArrowUp}{ArrowUp}');
  await waitFor(() => expect(at(1)).toHaveFocus());
  await user.keyboard('{ArrowLeft}{ArrowLeft}');
  await waitFor(() => expect(at(0)).toHaveFocus());
  await user.keyboard('{End}');
  await waitFor(() => expect(at(47)).toHaveFocus());
  await user.keyboard('{ArrowDown}');
  expect(at(47)).toHaveFocus();
  await user.keyboard('{Home}');
  await waitFor(() => expect(at(0)).toHaveFocus());
  await user.click(at(0) as HTMLElement);
  expect(await screen.findByRole('heading', { name: 'What it may do' })).toBeVisible();
});

// From the app back to where one was: a search that begins anew after each look is of no use.
test('the search and the place are still there when one comes back', async () => {
  const { user } = await open();
  await user.type(search(), 'feeds');
  await waitFor(() => expect(screen.queryByRole('link', { name: 'Caddy' })).toBeNull());
  await user.click(tile('Miniflux'));
  await screen.findByRole('heading', { name: /Miniflux/, level: 1 });
  history.back();
  location.hash = '#/apps';
  await screen.findByRole('grid', { name: 'Catalog' });
  expect(search()).toHaveValue('feeds');
  await waitFor(() => expect(tile('Miniflux')).toHaveFocus());
});

// Stores have thousands: the page holds what is in sight, and asks for the rest as it comes.
test('of 2,000 only what is in sight is drawn and fetched', async () => {
  withRoom();
  const { user, backend } = await open({ apps: 2000 });
  expect(screen.getByRole('grid')).toHaveAttribute('aria-rowcount', '667');
  expect(document.querySelectorAll('[data-tile]').length).toBeLessThan(120);
  expect(asked(backend)).toEqual([{ limit: 200 }]);
  document.querySelector<HTMLElement>('[data-tile="0"]')?.focus();
  await user.keyboard('{End}');
  await waitFor(() => expect(asked(backend)).toContainEqual({ limit: 200, offset: 1800 }));
  await waitFor(() =>
    expect(document.querySelector('[data-tile="1999"]')).toHaveTextContent(/Zigbee|Wg|WireGuard/),
  );
  expect(asked(backend).length).toBeLessThan(5);
});

// A source that is read again changes the catalog while somebody looks at it.
test('what changes on the other side is fetched again without a blank', async () => {
  const { backend } = await open();
  const calls = asked(backend).length;
  await backend.call('app_source.enable', { id: 'casa', is_enabled: false });
  await waitFor(() => expect(screen.queryByRole('link', { name: 'Portainer' })).toBeNull());
  expect(asked(backend)).toHaveLength(calls + 1);
  expect(screen.getByRole('textbox')).toHaveAttribute('placeholder', 'Search 46\u00a0apps');
});

test('a catalog that cannot be read says why; one that was read stays', async () => {
  location.hash = '#/apps';
  const failure = new ApiError('failed', 'The database cannot be read.', 'The disk is full.');
  const { user, backend } = openApp({
    machines: eight(now),
    failing: { 'app.catalog': failure },
  });
  expect(await screen.findByText('The database cannot be read.')).toBeVisible();
  expect(screen.getByText('The disk is full.')).toBeVisible();
  delete backend.failing['app.catalog'];
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  await screen.findByRole('grid', { name: 'Catalog' });
  backend.failing['app.catalog'] = failure;
  backend.push({ kind: 'changed', topic: 'apps' });
  const notice = await screen.findByText(/What you see is from before/);
  expect(tile('Caddy')).toBeVisible();
  delete backend.failing['app.catalog'];
  await user.click(within(notice.closest('[role="status"]') as HTMLElement).getByRole('button'));
  await waitFor(() => expect(notice).not.toBeInTheDocument());
});

test('without any app the way to the sources is shown', async () => {
  const { backend } = await open();
  for (const id of ['tomo', 'casa']) {
    await backend.call('app_source.enable', { id, is_enabled: false });
  }
  expect(await screen.findByText('No apps')).toBeVisible();
  expect(screen.getByRole('link', { name: 'See the sources' })).toHaveAttribute(
    'href',
    '#/apps/sources',
  );
});

test('a wait shows tiles that are to come', async () => {
  location.hash = '#/apps';
  openApp({ machines: eight(now), silent: ['app.catalog'] });
  expect(await screen.findByText('Loading the catalog')).toBeInTheDocument();
});
