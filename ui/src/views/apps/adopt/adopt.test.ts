import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../../lib/backend/backend';
import type { FakeOptions } from '../../../lib/backend/fake/fake';
import { eight } from '../../../lib/backend/fake/machines';
import { faults, openApp } from '../../../lib/test/app';

const now = Date.now();
const monitoring = 'monitoring-on-server-docker-1';

async function open(options: FakeOptions = {}) {
  location.hash = '#/adopt/server-docker-1/tools';
  const app = openApp({
    machines: eight(now),
    containers: 60,
    installed: true,
    adoptable: {},
    ...options,
  });
  await screen.findByRole('button', { name: 'Adopt' });
  return app;
}
const section = (name: string) => within(screen.getByRole('region', { name }));

test('a project that was found leads to what adopting it would mean', async () => {
  location.hash = '#/apps/installed';
  const { user } = openApp({ machines: eight(now), containers: 60, installed: true });
  await user.click(await screen.findByRole('link', { name: 'Adopt tools…' }));
  expect(location.hash).toBe('#/adopt/server-docker-1/tools');
  expect(await screen.findByRole('heading', { level: 1 })).toHaveTextContent('Adopt tools');
});

// Before it is Tomo's it is said what it is, what Tomo keeps of it, and that nothing restarts.
test('what was found is shown, and nothing is changed by adopting it', async () => {
  const { user, backend } = await open();
  const found = section('What Tomo found');
  for (const name of [
    '/srv/monitoring',
    '/srv/monitoring/compose.yaml',
    '/var/run/docker.sock',
    'monitoring-grafana-1',
    'monitoring_metrics',
    '/srv/grafana',
    'monitoring_default',
  ]) {
    expect(found.getByText(name)).toBeVisible();
  }
  expect(section('Services').getByText('grafana/grafana:13.2.3')).toBeVisible();
  expect(section('What it may do').getByText(/It is given \/etc/)).toBeVisible();
  expect(section('What is to be known').getByText(/other values than the files/)).toBeVisible();
  expect(section('Variables').getByText('GRAFANA_PASSWORD')).toBeVisible();
  expect(screen.getByText('Nothing is restarted or changed on docker-1')).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Adopt' }));
  expect(backend.calls.filter(({ name }) => name === 'app.adopt').map(({ args }) => args)).toEqual([
    { server_id: 'server-docker-1', project: 'tools' },
  ]);
  expect(await screen.findByRole('navigation', { name: 'Of tools' })).toBeVisible();
});

test('what stands in the way is said, and only looked at again', async () => {
  const { user, backend } = await open({
    adoptable: { is_ready: false, problems: ['/srv/monitoring/compose.yaml cannot be read.'] },
  });
  expect(section('What is to be known').getByText(/cannot be read/)).toHaveClass('tone-crit');
  expect(screen.getByText(/^1\sproblem to solve first$/)).toBeVisible();
  expect(screen.getByRole('button', { name: 'Adopt' })).toBeDisabled();
  const asked = () => backend.calls.filter(({ name }) => name === 'app.adopt_plan').length;
  const before = asked();
  await user.click(screen.getByRole('button', { name: 'Look again' }));
  await waitFor(() => expect(asked()).toBe(before + 1));
});

test('a refusal stands at the foot', async () => {
  const { user } = await open({
    failing: { 'app.adopt': new ApiError('failed', 'Its files have changed.', 'Look again.') },
  });
  await user.click(screen.getByRole('button', { name: 'Adopt' }));
  expect(await screen.findByText('Its files have changed. Look again.')).toBeVisible();
});

test('what is not known yet says so, and why it is not', async () => {
  location.hash = '#/adopt/server-docker-1/tools';
  openApp({
    machines: eight(now),
    installed: true,
    failing: { 'app.adopt_plan': new ApiError('failed', 'docker-1 does not answer.', '') },
  });
  expect(await screen.findByText('docker-1 does not answer.')).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Adopt' })).toBeNull();
});

test('who may only look adopts and releases nothing', async () => {
  location.hash = '#/apps/installed';
  const { user } = openApp({
    machines: eight(now),
    containers: 60,
    own: true,
    installed: true,
    role: 'readonly',
  });
  await screen.findByRole('region', { name: 'Found on your servers' });
  expect(screen.queryByRole('link', { name: /^Adopt/ })).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Actions of monitoring' }));
  await screen.findByRole('menuitem', { name: /^Details/ });
  expect(screen.queryByRole('menuitem', { name: 'Release…' })).toBeNull();
  location.hash = '#/adopt/server-docker-1/tools';
  expect(await screen.findByText('You may only look')).toBeVisible();
});

test('an adopted app is released, and all of it stays', async () => {
  location.hash = `#/installed/${monitoring}`;
  const { user, backend } = openApp({
    machines: eight(now),
    containers: 60,
    own: true,
    installed: true,
  });
  await user.click(await screen.findByRole('button', { name: 'More' }));
  // It is in no catalog.
  await user.click(await screen.findByRole('menuitem', { name: 'Release…' }));
  expect(screen.queryByRole('menuitem', { name: 'In the catalog' })).toBeNull();
  const dialog = within(await screen.findByRole('alertdialog'));
  expect(dialog.getByText(/Everything stays on docker-1 as it is/)).toBeVisible();
  expect(dialog.getByRole('button', { name: 'Keep it' })).toHaveFocus();
  expect(await faults()).toEqual([]);
  backend.failing['app.release'] = new ApiError('failed', 'Something is being done to it.', '');
  await user.click(dialog.getByRole('button', { name: 'Release' }));
  expect(await dialog.findByText('Something is being done to it.')).toBeVisible();
  delete backend.failing['app.release'];
  await user.click(dialog.getByRole('button', { name: 'Release' }));
  await waitFor(() => expect(location.hash).toBe('#/apps/installed'));
  expect(backend.calls.findLast(({ name }) => name === 'app.release')?.args).toEqual({
    id: monitoring,
  });
  // It is found again.
  expect(await screen.findByRole('link', { name: 'Adopt monitoring…' })).toBeVisible();
});

test('only what was adopted can be released', async () => {
  location.hash = '#/installed/radio-on-server-docker-1';
  const { user } = openApp({ machines: eight(now), containers: 60, own: true, installed: true });
  await user.click(await screen.findByRole('button', { name: 'More' }));
  expect(await screen.findByRole('menuitem', { name: 'Uninstall…' })).toBeVisible();
  expect(screen.queryByRole('menuitem', { name: 'Release…' })).toBeNull();
});
