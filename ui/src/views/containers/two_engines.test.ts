import { screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import type { TwoEngines } from '../../lib/backend/fake/world';
import { eight } from '../../lib/backend/fake/machines';
import { dockerSocket, podmanSocket } from '../../lib/backend/fake/two_engines';
import { faults, openApp } from '../../lib/test/app';
import { removeByEngine } from '../engine-store/things';

const now = Date.now();

beforeEach(() => localStorage.clear());

function open(hash: string, twoEngines: TwoEngines) {
  location.hash = hash;
  return openApp({ machines: eight(now), containers: 58, twoEngines });
}

/** The containers of the server that has two engines. */
async function openContainers(how: TwoEngines) {
  const app = open('#/server/server-nas/containers', how);
  await screen.findByRole('treegrid', { name: 'Containers' });
  return app;
}

async function openThings(kind: string, how: TwoEngines) {
  const app = open(`#/${kind}?server=server-nas`, how);
  await screen.findByRole('grid');
  return app;
}

const lines = () => screen.getAllByRole('row').filter((row) => row.dataset['row'] !== undefined);
const rowOf = (name: string): HTMLElement => {
  const row = lines().find((line) => line.querySelector(`[title="${name}"]`));
  if (!row) throw new Error(`no row of ${name}`);
  return row;
};
const groupOf = (name: RegExp) => lines().find((line) => name.test(line.textContent));

// Two projects of one name on two engines are two things, and who stops one must see which.
test('rows, groups and the panel say which engine they are of', async () => {
  const { user } = await openContainers('ready');
  expect(within(rowOf('freshrss')).getByText('Podman')).toBeVisible();
  expect(within(rowOf('backup-restic-1')).getByText('Docker')).toBeVisible();
  expect(lines().filter((line) => /^backup\d of \d/.test(line.textContent.trim()))).toHaveLength(0);
  const backups = lines().filter((line) => line.querySelector('[title="backup"]'));
  expect(backups).toHaveLength(2);
  expect(backups.map((line) => /Docker|Podman/.exec(line.textContent)?.[0]).sort()).toEqual([
    'Docker',
    'Podman',
  ]);
  await user.click(screen.getByRole('radio', { name: 'Server' }));
  expect(groupOf(/running.*Docker and Podman/)).toBeDefined();
  rowOf('freshrss').focus();
  await user.keyboard('{Enter}');
  const panel = await screen.findByRole('complementary', { name: 'Inspect freshrss' });
  expect(within(panel).getByText('Podman')).toBeVisible();
  expect(await faults()).toEqual([]);
});

// Nearly every server has one engine, where the word would only be in the way.
test('a server with one engine says nothing of it', async () => {
  open('#/containers', 'ready');
  await screen.findByRole('treegrid', { name: 'Containers' });
  expect(within(rowOf('immich-cache-1')).queryByText('Docker')).toBeNull();
});

// An engine that is gone takes nothing from the other: neither its figures nor its buttons.
test.each([
  ['podman_lost', 'freshrss', 'backup-restic-1', 'Podman'],
  ['docker_lost', 'backup-restic-1', 'freshrss', 'Docker'],
] as const)('%s: only its own rows are of before', async (how, old, live, word) => {
  const { user } = await openContainers(how);
  const group = screen.getByRole('region', { name: `The container engine of ${word} on nas` });
  expect(group).toHaveTextContent(`${word} does not answer any more`);
  expect(within(rowOf(old)).getByRole('img', { name: /^running, as of 6.min ago$/ })).toBeVisible();
  expect(within(rowOf(old)).queryByRole('button', { name: /^Terminal/ })).toBeNull();
  expect(within(rowOf(live)).getByRole('img', { name: 'running' })).toBeVisible();
  expect(within(rowOf(live)).getByRole('button', { name: /^Terminal/ })).toBeInTheDocument();
  await user.click(screen.getByRole('radio', { name: 'Server' }));
  expect(groupOf(/running, \d as of 6.min ago/)).toBeDefined();
});

// A proxy before one socket says nothing about the other.
test.each([
  ['podman_read_only', 'freshrss', 'backup-restic-1', 'Podman'],
  ['docker_read_only', 'backup-restic-1', 'freshrss', 'Docker'],
] as const)('%s: only its own are looked at', async (how, closed, live, word) => {
  await openContainers(how);
  expect(screen.getByText(new RegExp(`${word} may only be looked at`))).toBeVisible();
  expect(within(rowOf(closed)).queryByRole('button', { name: /^Terminal/ })).toBeNull();
  expect(within(rowOf(live)).getByRole('button', { name: /^Terminal/ })).toBeInTheDocument();
});

// A count without an engine is of the others only, and says so.
test('the overview counts those that answer, and says what is not counted', async () => {
  open('#/', 'podman_lost');
  await waitFor(() =>
    expect(screen.getByTitle(/Without Podman: the engine does not answer/)).toBeVisible(),
  );
});

// What is missing from a list is named by its engine: the rest of that server is there.
test('a list without one engine’s things names that engine', async () => {
  await openThings('volumes', 'podman_lost');
  expect(screen.getByText(/^Not in this list/)).toHaveTextContent(
    'Podman on nas, which cannot be asked now',
  );
});

// The same name on the other engine is other data, and it stays.
test('a removal names its engine and goes to that one alone', async () => {
  const { user, backend } = await openThings('volumes', 'ready');
  const row = lines().find((line) => /old_wiki_data.*Podman/.test(line.textContent));
  expect(row).toBeDefined();
  if (!row) return;
  await user.click(within(row).getByRole('button', { name: /^Remove old_wiki_data/ }));
  const dialog = await screen.findByRole('alertdialog', {
    name: 'Remove old_wiki_data from Podman on nas?',
  });
  await user.type(within(dialog).getByRole('textbox'), 'old_wiki_data');
  await user.click(within(dialog).getByRole('button', { name: 'Remove' }));
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
  expect(backend.calls.find(({ name }) => name === 'volume.remove')?.args).toEqual({
    server_id: 'server-nas',
    engine: podmanSocket,
    ids: ['old_wiki_data'],
  });
  await waitFor(() => {
    const left = lines().filter((line) => /old_wiki_data/.test(line.textContent));
    expect(left.map((line) => /Docker|Podman/.exec(line.textContent)?.[0])).toEqual(['Docker']);
  });
});

// What both have by one id goes from each by itself.
test('clearing out says from which engines, and asks each for its own', async () => {
  const { user, backend } = await openThings('networks', 'ready');
  await user.click(screen.getByRole('button', { name: 'Clear out…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Clear out networks on nas' });
  expect(await within(dialog).findByText(/^2.networks of Docker and Podman on nas/)).toBeVisible();
  await user.click(within(dialog).getByRole('button', { name: /^Remove 2.networks$/ }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  const runs = backend.calls.filter(({ name }) => name === 'prune.run').map(({ args }) => args);
  const id = 'old_wiki_default'.padEnd(64, '0');
  const call = { server_id: 'server-nas', kind: 'unused_networks', ids: [id] };
  expect(runs).toEqual([
    { ...call, engine: dockerSocket },
    { ...call, engine: podmanSocket },
  ]);
});

// An engine that would refuse is not asked, and what it keeps is said.
test('clearing out leaves an engine alone that may only be looked at', async () => {
  const { user } = await openThings('networks', 'podman_read_only');
  await user.click(screen.getByRole('button', { name: 'Clear out…' }));
  const dialog = await screen.findByRole('dialog', { name: 'Clear out networks on nas' });
  expect(await within(dialog).findByText(/^1.network of Docker on nas/)).toBeVisible();
  expect(within(dialog).getByText(/^What Podman has stays; it cannot be changed/)).toBeVisible();
  expect(within(dialog).getAllByRole('listitem')).toHaveLength(1);
});

// What went must not be reported as failed because the other engine broke off.
test('one engine that fails does not hide what the other did', async () => {
  const things = [
    { id: 'a', name: 'data', engine: dockerSocket },
    { id: 'a', name: 'data', engine: podmanSocket },
  ];
  const { gone, stays } = await removeByEngine(
    things,
    (engine) => (engine === podmanSocket ? 'Podman' : 'Docker'),
    (engine, ids) =>
      engine === dockerSocket
        ? Promise.reject(new ApiError('failed', 'It broke off.', 'Try again.'))
        : Promise.resolve(ids.map((id) => ({ id, name: 'data', error: null, is_known: true }))),
  );
  expect(gone).toBe(1);
  expect(stays).toEqual(['data on Docker stays: It broke off. Try again.']);
});
