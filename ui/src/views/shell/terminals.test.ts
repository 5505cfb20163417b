import { screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import { eight } from '../../lib/backend/fake/machines';
import { terminals } from '../../lib/state/terminals.svelte';
import { openApp } from '../../lib/test/app';
import type { Screen } from '../container-panes/screen';

/** What xterm would draw needs a real browser. */
vi.mock('../container-panes/screen', () => ({
  openScreen: (): Screen => ({
    size: { columns: 80, rows: 24 },
    write: () => Promise.resolve(),
    say: () => undefined,
    calm: () => undefined,
    fit: () => undefined,
    focus: () => undefined,
    selection: () => '',
    selectAll: () => undefined,
    paste: () => undefined,
    find: () => false,
    setReader: () => undefined,
    recolour: () => undefined,
    dispose: () => undefined,
  }),
}));

afterEach(() => terminals.closeAll());

function open(hash: string, options: FakeOptions = {}) {
  location.hash = hash;
  const app = openApp({ machines: eight(Date.now()), containers: 58, ...options });
  const called = (name: string) => app.backend.calls.filter((call) => call.name === name);
  return { ...app, called };
}

// A long job runs on while other pages are looked at; a locked window leaves no shell behind.
test('a terminal outlives the page it was opened on, but not the session', async () => {
  const { user, called } = open('#/server/server-nas/metrics');
  await user.click(await screen.findByRole('button', { name: 'Terminal' }));
  await waitFor(() => expect(called('terminal.open')).toHaveLength(1));
  expect(called('terminal.open')[0]?.args).toMatchObject({
    target: { kind: 'server', server_id: 'server-nas' },
  });
  await user.keyboard('{Control>}1{/Control}');
  await screen.findByRole('grid', { name: 'Servers' });
  expect(within(screen.getByRole('region', { name: 'Terminals' })).getByRole('tab')).toBeVisible();
  expect(called('terminal.close')).toEqual([]);
  await user.keyboard('{Control>}l{/Control}');
  await waitFor(() => expect(called('terminal.close')).toHaveLength(1));
  expect(screen.queryByRole('region', { name: 'Terminals' })).toBeNull();
});

// Whoever comes next must not press 'Try again' in the name of whoever left.
test('what waits for an answer about containers does not outlive the session', async () => {
  const { user, backend } = open('#/containers');
  await screen.findByRole('treegrid', { name: 'Containers' });
  backend.containers.refusals['backup-kopia-1'] = 'It is in use';
  await user.click(await screen.findByRole('button', { name: 'Start backup-kopia-1 on nas' }));
  expect(await screen.findByText('backup-kopia-1 on nas was not started')).toBeVisible();
  await user.keyboard('{Control>}l{/Control}');
  await waitFor(() =>
    expect(screen.queryByText('backup-kopia-1 on nas was not started')).toBeNull(),
  );
});

test('T opens one on a server’s page and from its row', async () => {
  const { user, called } = open('#/server/server-nas/metrics');
  await screen.findByRole('button', { name: 'Terminal' });
  await user.keyboard('t');
  await waitFor(() => expect(called('terminal.open')).toHaveLength(1));
  location.hash = '#/overview';
  const list = await screen.findByRole('grid', { name: 'Servers' });
  list.querySelector<HTMLElement>('[data-row="server-nas"]')?.focus();
  await user.keyboard('t');
  await waitFor(() => expect(called('terminal.open')).toHaveLength(2));
});

// A shell is the right to do anything: the window must not even offer it.
test('whoever may only look is offered no terminal', async () => {
  const { user, called } = open('#/server/server-nas/metrics', { role: 'readonly' });
  await screen.findByRole('heading', { name: 'nas' });
  expect(screen.queryByRole('button', { name: 'Terminal' })).toBeNull();
  await user.keyboard('t');
  await user.keyboard('{Control>}k{/Control}');
  await user.type(await screen.findByRole('combobox'), 'terminal');
  expect(screen.queryByRole('option', { name: /Open terminal/ })).toBeNull();
  expect(called('terminal.open')).toEqual([]);
});

test('a server that is not connected has none, and neither has this computer', async () => {
  const { user, called } = open('#/server/server-attic-pi/metrics');
  expect(await screen.findByRole('button', { name: 'Terminal' })).toBeDisabled();
  await user.keyboard('t');
  expect(called('terminal.open')).toEqual([]);
  location.hash = '#/server/local/metrics';
  await screen.findByRole('heading', { name: 'This computer' });
  expect(screen.queryByRole('button', { name: 'Terminal' })).toBeNull();
});

test('the palette opens one on a server and in a container', async () => {
  const { user, called } = open('#/overview');
  await screen.findByRole('grid', { name: 'Servers' });
  await user.keyboard('{Control>}k{/Control}');
  await user.type(await screen.findByRole('combobox'), 'open terminal immich-cache{Enter}');
  await waitFor(() => expect(called('terminal.open')).toHaveLength(1));
  expect(called('terminal.open')[0]?.args).toMatchObject({
    target: { kind: 'container', container: { server_id: 'server-docker-1' } },
  });
  expect(await screen.findByRole('tab')).toBeVisible();
});
