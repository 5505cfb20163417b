import { screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import { containerRow } from '../../lib/backend/fake/container_scene';
import { eight } from '../../lib/backend/fake/machines';
import { faults, openApp } from '../../lib/test/app';

const now = Date.now();
const spaced = (text: string | null): string => (text ?? '').replaceAll('\u00a0', ' ');

beforeEach(() => {
  localStorage.clear();
  location.hash = '#/containers';
});

/** The page over 58 containers; nothing but immich and paperless when `few`. */
async function openPage(options: FakeOptions = {}) {
  const app = openApp({ machines: eight(now), containers: 58, ...options });
  await screen.findByRole('treegrid', { name: 'Containers' });
  return app;
}

const lines = () => screen.getAllByRole('row').filter((row) => row.dataset['row'] !== undefined);
const nameIn = (row: HTMLElement) => within(row).getAllByRole('gridcell')[2]?.textContent.trim();
const rowOf = (name: string): HTMLElement => {
  const row = lines().find((line) => line.querySelector(`[title="${name}"]`));
  if (!row) throw new Error(`no row of ${name}`);
  return row;
};

async function filter(user: Awaited<ReturnType<typeof openPage>>['user'], text: string) {
  await user.keyboard('/');
  await waitFor(() =>
    expect(screen.getByRole('textbox', { name: 'Filter containers' })).toHaveFocus(),
  );
  await user.keyboard(text);
}

describe('the list', () => {
  // The page is what a person comes for; it must be whole for a screen reader, too.
  it('shows projects with their sums, and passes axe', async () => {
    const { user } = await openPage();
    await filter(user, 'immich');
    expect(lines().map(nameIn)).toEqual([
      'immich 5 of 5 running',
      'cache',
      'database',
      'machine-learning',
      'microservices',
      'server',
    ]);
    const group = lines()[0];
    expect(group && spaced(group.textContent)).toContain('58.0 %');
    expect(group && spaced(group.textContent)).toContain('3.13 GB');
    expect(await faults()).toEqual([]);
  });

  // A row in trouble has no figures that mean anything; the words stand in their place.
  it('says trouble in words, and offers the way out of it', async () => {
    const { user } = await openPage();
    await filter(user, 'paperless');
    const worker = rowOf('paperless-worker-1');
    expect(within(worker).getByText('Exited 137, out of memory')).toBeVisible();
    expect(spaced(worker.textContent)).toContain('6 min ago, restarted 3 times');
    expect(within(worker).getByRole('button', { name: /^Start/ })).toBeVisible();
    expect(within(worker).getByRole('img', { name: 'Exited 137, out of memory' })).toBeVisible();
  });

  // A link that leads nowhere is worse than none: a port of the host alone is not one.
  it('makes links of published ports, but not of those bound to another host itself', async () => {
    const { user, backend } = await openPage();
    backend.containers.put(
      containerRow(now, 'server-nas', 'ports', {
        ports: [
          { container_port: 80, protocol: 'tcp', host_ip: '127.0.0.1', host_port: 8081 },
          { container_port: 81, protocol: 'tcp', host_ip: null, host_port: null },
        ],
      }),
    );
    await filter(user, 'jellyfin');
    expect(screen.getByRole('link', { name: 'Open http://192.168.1.22:8096' })).toHaveAttribute(
      'href',
      'http://192.168.1.22:8096',
    );
    await user.clear(screen.getByRole('textbox', { name: 'Filter containers' }));
    await user.type(screen.getByRole('textbox', { name: 'Filter containers' }), '8081');
    expect(within(rowOf('ports')).getByText('8081')).toBeVisible();
    expect(within(rowOf('ports')).queryByRole('link')).toBeNull();
    // Here the host is the one that opens it.
    await user.clear(screen.getByRole('textbox', { name: 'Filter containers' }));
    await user.type(screen.getByRole('textbox', { name: 'Filter containers' }), 'dev database');
    expect(screen.getByRole('link', { name: 'Open http://localhost:5432' })).toBeVisible();
  });

  // The chips count what they would show.
  it('filters by state and by text, and Escape clears', async () => {
    const { user } = await openPage();
    const troubled = screen.getByRole('button', { name: /Troubled 2/ });
    await user.click(troubled);
    expect(lines().map(nameIn)).toEqual([
      'media 1 of 1 running',
      'jellyfin unhealthy',
      'paperless 0 of 1 running',
      'worker',
    ]);
    await user.keyboard('{Escape}');
    expect(troubled).toHaveAttribute('aria-pressed', 'false');
    await filter(user, 'nothing-like-this');
    expect(await screen.findByText('No container matches “nothing-like-this”')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Clear filter' }));
    expect(lines().length).toBeGreaterThan(10);
  });

  // What is compared stands side by side: worst consumer first with one press.
  it('groups by server or not at all, and sorts by a head', async () => {
    const { user } = await openPage();
    await user.click(screen.getByRole('radio', { name: 'Server' }));
    expect(nameIn(lines()[0] as HTMLElement)).toMatch(/^attic-pi/);
    await user.click(screen.getByRole('radio', { name: 'None' }));
    await user.click(screen.getByRole('button', { name: 'CPU' }));
    expect(lines().slice(0, 2).map(nameIn)).toEqual([
      'media-jellyfin-1 unhealthy',
      'immich-machine-learning-1',
    ]);
    expect(screen.getByRole('columnheader', { name: 'CPU' })).toHaveAttribute(
      'aria-sort',
      'descending',
    );
  });

  // 500 rows must not be 500 rows in the page.
  it('draws only what is in sight of 500 containers', async () => {
    await openPage({ containers: 500 });
    expect(Number(screen.getByRole('treegrid').getAttribute('aria-rowcount'))).toBeGreaterThan(500);
    expect(lines().length).toBeLessThan(80);
  });
});

describe('the keyboard', () => {
  // Everything is reached without a pointer.
  it('moves, closes groups, selects several and opens', async () => {
    const { user } = await openPage();
    await filter(user, 'immich');
    lines()[0]?.focus();
    await user.keyboard('{ArrowDown}');
    await waitFor(() => expect(rowOf('immich-cache-1')).toHaveFocus());
    await user.keyboard(' ');
    expect(rowOf('immich-cache-1')).toHaveAttribute('aria-selected', 'true');
    await user.keyboard('{Shift>}{ArrowDown}{/Shift}');
    await waitFor(() => expect(rowOf('immich-database-1')).toHaveFocus());
    expect(await screen.findByText('2 selected')).toBeVisible();
    expect(screen.getByText('immich on docker-1')).toBeVisible();
    await user.keyboard('{Escape}');
    expect(screen.queryByText('2 selected')).toBeNull();
    await user.keyboard('{Control>}a{/Control}');
    expect(await screen.findByText('5 selected')).toBeVisible();
    await user.keyboard('{Escape}{ArrowLeft}');
    await waitFor(() => expect(lines()[0]).toHaveFocus());
    await user.keyboard('{ArrowLeft}');
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toHaveAttribute('aria-expanded', 'false');
    await user.keyboard('{ArrowRight}');
    expect(lines()).toHaveLength(6);
  });

  // Nothing destroys by one key, and the button that destroys never has the focus.
  it('asks before it removes', async () => {
    const { user, backend } = await openPage();
    await filter(user, 'immich');
    rowOf('immich-cache-1').focus();
    await user.keyboard('{Delete}');
    const dialog = await screen.findByRole('alertdialog', {
      name: 'Remove immich-cache-1 from docker-1?',
    });
    await waitFor(() =>
      expect(within(dialog).getByRole('button', { name: 'Keep it' })).toHaveFocus(),
    );
    await user.click(within(dialog).getByRole('checkbox'));
    const remove = within(dialog).getByRole('button', { name: 'Remove with data' });
    expect(remove).toBeDisabled();
    // Exactly what goes: the volume that nobody named, and not the named one.
    const volumes = await within(dialog).findByRole('list', {
      name: 'Volumes of immich-cache-1',
    });
    expect(within(volumes).getAllByRole('listitem')).toHaveLength(1);
    expect(within(volumes).getByText('/data')).toBeVisible();
    await user.type(within(dialog).getByRole('textbox'), 'immich-cache-1');
    expect(await faults()).toEqual([]);
    await user.click(remove);
    await waitFor(() => expect(lines()).toHaveLength(5));
    expect(backend.calls.find(({ name }) => name === 'container.remove')?.args).toMatchObject({
      with_volumes: true,
      force: true,
    });
  });
});

describe('panes', () => {
  // The last words of a container that removes itself are what its log is read for.
  it('keep the log of one that is removed meanwhile', async () => {
    const { user, backend } = await openPage();
    await filter(user, 'immich cache');
    rowOf('immich-cache-1').focus();
    await user.keyboard('l');
    expect(await screen.findByRole('region', { name: 'Logs' })).toBeVisible();
    const { server_id, id } = backend.containers.byName('immich-cache-1').container;
    backend.containers.drop({ server_id, container_id: id });
    await waitFor(() => expect(screen.queryByRole('treegrid')).toBeNull());
    expect(screen.getByRole('region', { name: 'Logs' })).toBeVisible();
    expect(backend.calls.filter(({ name }) => name === 'log.close')).toEqual([]);
  });

  // The palette leads to a container by the address, also to the one it led to before.
  it('open what the address asks for, each time it is asked for', async () => {
    const { user, backend } = await openPage();
    const { server_id, id } = backend.containers.byName('immich-cache-1').container;
    for (let time = 0; time < 2; time++) {
      location.hash = `#/containers?open=${encodeURIComponent(`${server_id}/${id}`)}`;
      expect(await screen.findByRole('complementary', { name: 'Inspect cache' })).toBeVisible();
      await user.click(screen.getByRole('button', { name: 'Close (Esc)' }));
      await waitFor(() => expect(screen.queryByRole('complementary')).toBeNull());
      expect(location.hash).toBe('#/containers');
    }
  });
});

describe('actions', () => {
  // What crashes over and over is to be stopped; a start is what the engine tries anyway.
  it('stop one that restarts over and over, and restart nothing that stands still', async () => {
    const { user, backend } = await openPage();
    const row = backend.containers.byName('paperless-web-1');
    backend.containers.put({
      ...row,
      container: { ...row.container, state: 'restarting' },
      figures: null,
      trouble: 'Restarting over and over',
    });
    await filter(user, 'paperless web');
    const line = rowOf('paperless-web-1');
    expect(within(line).getByText('Restarting over and over')).toBeVisible();
    expect(within(line).queryByRole('button', { name: /^Start/ })).toBeNull();
    await user.click(within(line).getByRole('checkbox'));
    const bar = screen.getByRole('toolbar');
    expect(within(bar).queryByRole('button', { name: 'Start' })).toBeNull();
    expect(within(bar).getByRole('button', { name: 'Stop' })).toBeVisible();
    await user.click(within(bar).getByRole('button', { name: 'Kill…' }));
    expect(
      await screen.findByRole('alertdialog', { name: 'Kill paperless-web-1 on nas?' }),
    ).toBeVisible();
    await user.keyboard('{Escape}');
    await user.click(within(bar).getByRole('button', { name: /^Clear/ }));
    await user.clear(screen.getByRole('textbox', { name: 'Filter containers' }));
    await user.type(screen.getByRole('textbox', { name: 'Filter containers' }), 'paperless worker');
    rowOf('paperless-worker-1').focus();
    await user.keyboard('r');
    expect(screen.queryByRole('alertdialog')).toBeNull();
  });

  // Of several, each has its own result; only what went wrong is said, by name.
  it('stops several after a question, and names the one that stayed', async () => {
    const { user, backend } = await openPage();
    backend.containers.refusals['immich-cache-1'] = 'It is in use by another program';
    await filter(user, 'immich');
    await user.click(screen.getByRole('checkbox', { name: 'Select all of immich' }));
    await user.click(screen.getByRole('button', { name: 'Stop' }));
    const dialog = await screen.findByRole('alertdialog', {
      name: 'Stop 5 containers on docker-1?'.replace('5 ', '5\u00a0'),
    });
    expect(within(dialog).getAllByRole('listitem')).toHaveLength(5);
    await user.click(within(dialog).getByRole('button', { name: 'Stop' }));
    expect(await screen.findByText('immich-cache-1 on docker-1 was not stopped')).toBeVisible();
    expect(screen.getByText('It is in use by another program.')).toBeVisible();
    await waitFor(() =>
      expect(within(rowOf('immich-server-1')).getByText('Stopped')).toBeVisible(),
    );
    expect(within(rowOf('immich-cache-1')).queryByText('Stopped')).toBeNull();
  });

  // A name that is taken stays in the field, with the reason.
  it('renames, and shows why not', async () => {
    const { user } = await openPage();
    await filter(user, 'immich cache');
    await user.click(
      within(rowOf('immich-cache-1')).getByRole('button', { name: 'Actions of immich-cache-1' }),
    );
    await user.click(await screen.findByRole('menuitem', { name: 'Rename…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Rename immich-cache-1 on docker-1' });
    const field = within(dialog).getByLabelText('Name');
    await user.clear(field);
    await user.type(field, 'immich-server-1{Enter}');
    expect(await within(dialog).findByText(/is taken/)).toBeVisible();
    await user.clear(field);
    await user.type(field, 'immich-cache-2{Enter}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(rowOf('immich-cache-2')).toBeVisible();
  });

  // Who may only look sees no button that the other side would refuse.
  it('has none for readonly', async () => {
    const { user } = await openPage({ role: 'readonly' });
    await filter(user, 'paperless');
    await user.click(screen.getByRole('checkbox', { name: 'Select all of paperless' }));
    expect(screen.getByRole('button', { name: 'Logs' })).toBeVisible();
    for (const name of [/^Start/, /^Restart/, /^Stop$/, /^Remove/, /^Terminal/]) {
      expect(screen.queryByRole('button', { name })).toBeNull();
    }
  });
});

describe('pushes', () => {
  // What is started outside Tomo appears without a reload, and figures change in place.
  it('adds, changes and removes rows without asking again', async () => {
    const { user, backend } = await openPage();
    await filter(user, 'fresh');
    expect(screen.queryByRole('treegrid')).toBeNull();
    const row = containerRow(now, 'server-nas', 'fresh', {}, { cpu: 3 });
    backend.containers.put(row);
    await waitFor(() => expect(rowOf('fresh')).toBeVisible());
    const line = rowOf('fresh');
    backend.containers.put({
      ...row,
      figures: row.figures && { ...row.figures, cpu_percent: 97.4 },
    });
    await waitFor(() => expect(spaced(line.textContent)).toContain('97.4 %'));
    expect(rowOf('fresh')).toBe(line);
    backend.containers.drop({ server_id: 'server-nas', container_id: row.container.id });
    await waitFor(() => expect(screen.queryByRole('treegrid')).toBeNull());
    expect(backend.calls.filter(({ name }) => name === 'container.list')).toHaveLength(1);
  });

  // Rows do not move under the pointer, whatever their figures do.
  it('keeps the order while somebody is in the list', async () => {
    const { user, backend } = await openPage();
    await user.click(screen.getByRole('radio', { name: 'None' }));
    await user.click(screen.getByRole('button', { name: 'CPU' }));
    const before = lines().map((line) => line.dataset['row']);
    await user.hover(screen.getByRole('treegrid'));
    const last = backend.containers.byName('media-sonarr-1');
    backend.containers.put({
      ...last,
      figures: last.figures && { ...last.figures, cpu_percent: 390 },
    });
    await waitFor(() => expect(spaced(rowOf('media-sonarr-1').textContent)).toContain('390 %'));
    expect(lines().map((line) => line.dataset['row'])).toEqual(before);
    await user.unhover(screen.getByRole('treegrid'));
    await waitFor(() => expect(nameIn(lines()[0] as HTMLElement)).toBe('media-sonarr-1'));
  });
});

describe('engines', () => {
  // What is in the way is said once a server, with the command and what it grants.
  it('says what is in the way, and looks again', async () => {
    const { user, backend } = await openPage({ troubledEngines: true });
    const section = screen.getByRole('region', { name: 'The container engine of docker-1' });
    expect(within(section).getByText(/may not open/)).toBeVisible();
    expect(within(section).getByText('sudo usermod -aG docker admin')).toBeVisible();
    expect(within(section).getByText('It makes admin as powerful as root.')).toBeVisible();
    expect(within(section).getByRole('button', { name: 'Copy the command' })).toBeVisible();
    // A server without an engine is no trouble.
    expect(screen.queryByRole('region', { name: 'The container engine of gateway' })).toBeNull();
    expect(await faults()).toEqual([]);
    await user.click(
      within(section).getByRole('button', { name: 'Look again for the engine of docker-1' }),
    );
    expect(backend.calls.find(({ name }) => name === 'container.look')?.args).toEqual({
      id: 'server-docker-1',
    });
    await waitFor(() =>
      expect(screen.queryByRole('region', { name: 'The container engine of docker-1' })).toBeNull(),
    );
  });

  // The rail has no empty room.
  it('has an entry in the rail only where there is something to hold', async () => {
    location.hash = '#/overview';
    openApp({ machines: eight(now) });
    await screen.findByRole('link', { name: 'nas' });
    expect(screen.queryByRole('link', { name: /^Containers/ })).toBeNull();
  });

  // A server's own page holds its containers, without the choice of another server.
  it('are on the server’s page', async () => {
    location.hash = '#/server/server-nas/containers';
    await openPage();
    expect(await screen.findByText('paperless')).toBeVisible();
    expect(screen.queryByText('immich')).toBeNull();
    expect(screen.queryByText('All servers')).toBeNull();
    expect(await faults()).toEqual([]);
  });
});
