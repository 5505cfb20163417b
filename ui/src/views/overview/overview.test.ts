import { screen, waitFor, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import { eight, many, odd, thisComputer } from '../../lib/backend/fake/machines';
import { faults, openApp } from '../../lib/test/app';

const now = Date.now();
const rowNames = () =>
  screen
    .getAllByRole('row')
    .slice(1)
    .map((row) => within(row).getByRole('link').textContent);
const rowOf = (name: string) => {
  const row = screen.getByRole('link', { name }).closest<HTMLElement>('[role="row"]');
  if (!row) throw new Error(`no row of ${name}`);
  return row;
};

test('every server is a row, and a passed mark is said below its name', async () => {
  openApp({ machines: eight(now) });
  await screen.findByRole('link', { name: 'nas' });
  expect(rowNames()).toHaveLength(8);
  expect(within(rowOf('nas')).getByText('/mnt/tank is almost full')).toBeVisible();
  expect(within(rowOf('media')).getByText('Memory is at 84 %')).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('each state of a connection has words and one thing to do', async () => {
  openApp({ machines: odd(now) });
  await screen.findByRole('link', { name: 'git' });
  expect(within(rowOf('backup')).getByText('The host key is not trusted yet')).toBeVisible();
  expect(
    within(rowOf('git')).getByRole('button', { name: 'Compare the keys of git' }),
  ).toBeVisible();
  expect(within(rowOf('lab-07')).getByRole('button', { name: 'Connect lab-07' })).toBeVisible();
  expect(within(rowOf('new-box')).getByText('Connecting')).toBeVisible();
  expect(await faults()).toEqual([]);
});

// An engine that is silent counts nothing; that it is silent is not that there is none.
test('containers are counted where an engine answers, and elsewhere is said why not', async () => {
  const { backend } = openApp({ machines: eight(now), containers: 58, troubledEngines: true });
  await screen.findByRole('link', { name: 'nas' });
  expect(await screen.findByRole('columnheader', { name: 'Containers' })).toBeVisible();
  expect(
    await within(rowOf('docker-1')).findByTitle('Not allowed to use the engine'),
  ).toHaveTextContent('–');
  expect(within(rowOf('gateway')).getByTitle('No Docker or Podman')).toHaveTextContent('–');
  expect(within(rowOf('attic-pi')).getByText(/last seen .* · 3.containers then$/)).toBeVisible();
  expect(backend.calls.filter(({ name }) => name === 'container.list')).toHaveLength(1);
});

test('a chip shows only its state, and again shows all', async () => {
  const { user } = openApp({ machines: eight(now) });
  const chip = await screen.findByRole('button', { name: /1 warning/ });
  await user.click(chip);
  expect(rowNames()).toEqual(['media']);
  expect(chip).toHaveAttribute('aria-pressed', 'true');
  await user.click(chip);
  expect(rowNames()).toHaveLength(8);
});

test('the keys move through the rows and Enter opens one', async () => {
  const { user } = openApp({ machines: eight(now) });
  await screen.findByRole('link', { name: 'nas' });
  rowOf('This computer').focus();
  await user.keyboard('jj{ArrowUp}');
  await waitFor(() => expect(rowOf('attic-pi')).toHaveFocus());
  expect(rowOf('This computer')).toHaveAttribute('tabindex', '-1');
  await user.keyboard('{Enter}');
  expect(location.hash).toBe('#/server/server-attic-pi/metrics');
});

test('a slash opens the filter, and Escape clears it', async () => {
  const { user } = openApp({ machines: eight(now) });
  await screen.findByRole('link', { name: 'nas' });
  await user.keyboard('/');
  const filter = await screen.findByRole('textbox', { name: 'Filter servers' });
  await waitFor(() => expect(filter).toHaveFocus());
  await user.keyboard('pi');
  expect(rowNames()).toEqual(['attic-pi', 'pi-dns']);
  await user.keyboard('{Escape}');
  expect(rowNames()).toHaveLength(8);
});

test('a name that matches nothing offers the one that was meant', async () => {
  const { user } = openApp({ machines: eight(now) });
  await screen.findByRole('link', { name: 'nas' });
  await user.keyboard('/');
  await waitFor(() => expect(screen.getByRole('textbox')).toHaveFocus());
  await user.keyboard('medai');
  await user.click(screen.getByRole('button', { name: 'media' }));
  expect(rowNames()).toEqual(['media']);
});

test('worst first is the head of the states', async () => {
  const { user } = openApp({ machines: eight(now) });
  await user.click(await screen.findByRole('button', { name: 'State' }));
  expect(rowNames().slice(0, 2)).toEqual(['attic-pi', 'nas']);
  expect(screen.getByRole('columnheader', { name: 'State' })).toHaveAttribute(
    'aria-sort',
    'descending',
  );
});

test('pushed figures change in the row that is there', async () => {
  const { backend } = openApp({ machines: eight(now) });
  await screen.findByRole('link', { name: 'nas' });
  const row = rowOf('nas');
  const figures = backend.rows.find((one) => one.server.id === 'server-nas')?.figures;
  if (!figures) throw new Error('nas has figures');
  await tick();
  backend.change('server-nas', { figures: { ...figures, cpu_percent: 73 } });
  expect(await within(row).findByText('73 %')).toBeVisible();
  expect(rowOf('nas')).toBe(row);
});

test('a change of state is announced once, figures never', async () => {
  const { backend } = openApp({ machines: eight(now) });
  await screen.findByRole('link', { name: 'nas' });
  backend.change('server-docker-1', {
    health: { state: 'warning', reason: 'Memory is at 81 %' },
  });
  expect(await screen.findByText('docker-1 is warning: Memory is at 81 %')).toBeInTheDocument();
});

test('Why tells step, error and hint; Retry now asks at once', async () => {
  const { backend, user } = openApp({ machines: eight(now) });
  await user.click(await screen.findByRole('button', { name: 'Why? attic-pi' }));
  expect(await screen.findByText(/no answer from 192.168.1.34:22/)).toBeVisible();
  expect(screen.getByText(/switched on and on this network/)).toBeVisible();
  await user.keyboard('{Escape}');
  await user.click(screen.getByRole('button', { name: 'Retry now: attic-pi' }));
  expect(backend.calls.at(-1)).toEqual({ name: 'server.connect', args: { id: 'server-attic-pi' } });
  expect(await within(rowOf('attic-pi')).findByText('Connecting')).toBeVisible();
});

test('on a first start the invitation hands its address to the dialog', async () => {
  const { user } = openApp({ machines: [thisComputer], sshHosts: ['nas', 'vps-fra'] });
  expect(await screen.findByRole('button', { name: 'vps-fra' })).toBeVisible();
  await user.type(
    screen.getByRole('textbox', { name: 'Add a server you can reach over SSH' }),
    'ssh -p 2222 admin@backup.example.net{Enter}',
  );
  const dialog = await screen.findByRole('dialog', { name: 'Add server' });
  expect(
    within(dialog).getByDisplayValue('ssh -p 2222 admin@backup.example.net'),
  ).toBeInTheDocument();
});

test('who may only read sees no button that would be refused', async () => {
  openApp({ machines: eight(now), role: 'readonly' });
  await screen.findByRole('link', { name: 'nas' });
  expect(screen.queryByRole('button', { name: /Retry now/ })).toBeNull();
  expect(screen.queryByRole('button', { name: /Add server/ })).toBeNull();
  expect(screen.queryByRole('button', { name: /Pause collection/ })).toBeNull();
});

test('pausing says until when, keeps the last figures, and is undone in one press', async () => {
  const { user } = openApp({ machines: eight(now) });
  await user.click(await screen.findByRole('button', { name: 'Pause collection' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Until I resume' }));
  expect(await screen.findByText(/paused until somebody resumes it/)).toBeVisible();
  expect(within(rowOf('nas')).getByText(/Paused: figures from/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Resume' }));
  await waitFor(() => expect(screen.queryByText(/paused until/)).toBeNull());
});

test('a fleet that cannot be read says why, and can be tried again', async () => {
  const { backend, user } = openApp({
    machines: eight(now),
    failing: { 'fleet.get': new ApiError('failed', 'The database cannot be read', 'It is full.') },
  });
  expect(await screen.findByText('The database cannot be read')).toBeVisible();
  delete backend.failing['fleet.get'];
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('link', { name: 'nas' })).toBeVisible();
});

test('a call that finds the session gone leads back to the sign-in', async () => {
  const { backend, user } = openApp({ machines: eight(now) });
  const retry = await screen.findByRole('button', { name: 'Retry now: attic-pi' });
  backend.status = { ...backend.status, session: null };
  backend.failing['server.connect'] = new ApiError('not_signed_in', 'Signed out', '');
  await user.click(retry);
  expect(await screen.findByRole('heading', { name: 'Sign in' })).toBeVisible();
});

test('200 servers are all counted, but only those in sight are in the page', async () => {
  openApp({ machines: many(now, 200) });
  await screen.findByRole('link', { name: 'This computer' });
  expect(screen.getByRole('grid')).toHaveAttribute('aria-rowcount', '201');
  expect(rowNames().length).toBeLessThan(80);
});
