import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { ApiError } from '../../../lib/backend/backend';
import type { FakeOptions } from '../../../lib/backend/fake/fake';
import { stepsOfInstall, workOf } from '../../../lib/backend/fake/installed_scene';
import { eight } from '../../../lib/backend/fake/machines';
import { faults, openApp } from '../../../lib/test/app';

const now = Date.now();
const miniflux = 'miniflux-on-server-docker-1';
const vikunja = 'vikunja-on-server-docker-1';
const gitea = 'gitea-on-server-docker-1';

async function open(id: string, options: FakeOptions = {}, tab = '') {
  location.hash = `#/installed/${id}${tab}`;
  const app = openApp({ machines: eight(now), containers: 60, installed: true, ...options });
  await screen.findByText(/on docker-1$/);
  return app;
}
const section = (name: string) => within(screen.getByRole('region', { name }));

// Who installs something wants to know what is done now, and what is still to come.
test('an installation shows its steps, layers and time, and the log of its containers', async () => {
  await open(vikunja);
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent('Installing Vikunja');
  expect(screen.getByText(/You may close this window: the installation goes on/)).toBeVisible();
  expect(screen.getByText(/^0:3\d so far$/)).toBeVisible();
  const steps = screen.getAllByRole('listitem').filter((one) => one.closest('ol'));
  const running = steps.find((one) => one.getAttribute('aria-current') === 'step');
  expect(running).toHaveTextContent(/Wait until it is well\s*1[23]\ss\s*1 of 2 containers well/);
  expect(screen.getByText(/17\.9 of 17\.9\sMB/)).toBeVisible();
  expect(screen.getByText('Set when it is started again').closest('li')).toHaveClass('waiting');
  expect(
    within(await screen.findByRole('region', { name: 'Logs' })).getByRole('log'),
  ).toBeVisible();
  expect(section('Log').getByText('vikunja-web-1, vikunja-db-1')).toBeVisible();
  expect(screen.getByText(/what was made so far is removed, and this log is kept/)).toBeVisible();
  expect(await faults()).toEqual([]);
});

// It is announced up to four times a second: each time the page has to be what is there now.
test('the page follows an installation to its end', async () => {
  const { backend } = await open(vikunja);
  backend.installed.change(vikunja, {
    work: workOf(Date.now(), 'install', stepsOfInstall(Date.now(), 6)),
  });
  await waitFor(() =>
    expect(document.querySelector('[aria-current="step"]')).toHaveTextContent(
      /^Look at what is there now/,
    ),
  );
  backend.installed.change(vikunja, {
    status: 'running',
    state: 'healthy',
    work: null,
    installed_at: new Date().toISOString(),
  });
  expect(await screen.findByRole('navigation', { name: 'Of Vikunja' })).toBeVisible();
  expect(screen.getByRole('heading', { level: 1 })).toHaveTextContent(/Vikunja$/);
});

// A bar that stands for nothing known would be a lie.
test('a layer of which nobody knows the size has its amount and no share', async () => {
  const { backend } = await open(vikunja);
  backend.installed.change(vikunja, {
    status: 'pulling',
    work: workOf(Date.now(), 'install', stepsOfInstall(Date.now(), 0)),
  });
  await waitFor(() =>
    expect(document.querySelector('[aria-current="step"]')).toHaveTextContent(/^Pull 2 images/),
  );
  const layer = screen.getByText('0a77de').closest('li') as HTMLElement;
  expect(layer).toHaveTextContent(/0a77de\s*410\skB$/);
  expect(layer.querySelector<HTMLElement>('.bar > span')?.style.width).toBe('0%');
  const half = screen.getByText('b02f41').closest('li') as HTMLElement;
  expect(half).toHaveTextContent(/12\.1 of 17\.9\sMB/);
});

test('of very many layers those that are there are counted, and the same layer may come twice', async () => {
  const { backend } = await open(vikunja);
  const work = workOf(Date.now(), 'install', stepsOfInstall(Date.now(), 0));
  const layers = Array.from({ length: 40 }, (_, at) => ({
    id: at % 2 === 0 ? 'aaaaaa000000' : 'bbbbbb000000',
    current_bytes: 1,
    total_bytes: 2,
    is_done: at < 31,
  }));
  const [pull, ...others] = work.steps;
  backend.installed.change(vikunja, {
    work: { ...work, steps: pull ? [{ ...pull, layers }, ...others] : others },
  });
  expect(await screen.findByText(/31 of 40\slayers here/)).toBeVisible();
  expect(screen.getAllByText(/^(aaaaaa|bbbbbb)$/)).toHaveLength(9);
});

test('cancelling cleans up, and is offered no second time', async () => {
  const { user, backend } = await open(vikunja);
  await user.click(screen.getByRole('button', { name: 'Cancel and clean up' }));
  expect(backend.calls.find(({ name }) => name === 'app.cancel')?.args).toEqual({ id: vikunja });
  expect((await screen.findAllByText(/what was made so far is being removed/))[0]).toBeVisible();
  expect(screen.queryByRole('button', { name: 'Cancel and clean up' })).toBeNull();
  backend.installed.drop(vikunja);
  expect(
    await screen.findByText('Vikunja was not installed, and nothing of it is left'),
  ).toBeVisible();
  expect(screen.getByRole('link', { name: 'Back to the apps' })).toHaveAttribute(
    'href',
    '#/apps/installed',
  );
});

test('what cannot be cancelled any more offers no cancelling', async () => {
  const { backend } = await open(vikunja);
  const work = workOf(Date.now(), 'install', stepsOfInstall(Date.now(), 6));
  backend.installed.change(vikunja, { work: { ...work, can_cancel: false } });
  await waitFor(() =>
    expect(screen.queryByRole('button', { name: 'Cancel and clean up' })).toBeNull(),
  );
});

// Without the reason and the last lines nobody could do better the next time.
test('a failed installation says what failed, why, and what the containers wrote', async () => {
  const { user, backend } = await open(gitea);
  expect(
    screen.getByText('Installing failed at “Wait until it is well”: db ended with 1.'),
  ).toBeVisible();
  expect(screen.getByText(/What was made so far is removed: docker-1 is as it was/)).toBeVisible();
  expect(
    within(screen.getByRole('region', { name: 'Last lines of its containers' })).getByText(
      /exists but is not empty/,
    ),
  ).toBeVisible();
  expect(screen.getByText('Wait until it is well').closest('li')).toHaveClass('failed');
  expect(await faults()).toEqual([]);
  const { failure } = backend.installed.at(gitea);
  if (failure) {
    const left = ['The network gitea_default: has active endpoints'];
    backend.installed.change(gitea, {}, { failure: { ...failure, left } });
  }
  expect(await screen.findByText(/has active endpoints/)).toBeVisible();
  expect(screen.queryByText(/docker-1 is as it was/)).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Try again…' }));
  expect(location.hash).toBe(`#/apps/tomo/gitea/install?again=${gitea}`);
  // What was typed before is there again.
  await screen.findByRole('region', { name: 'Checks on docker-1' });
  expect(backend.calls.findLast(({ name }) => name === 'app.plan')?.args).toMatchObject({
    server_id: 'server-docker-1',
    project: 'gitea',
  });
});

test('a failed installation leaves the list, and its page with it', async () => {
  const { user, backend } = await open(gitea);
  await user.click(screen.getByRole('button', { name: 'Remove from the list' }));
  await screen.findByRole('grid', { name: 'Installed apps' });
  expect(backend.calls.find(({ name }) => name === 'app.uninstall')?.args).toEqual({
    id: gitea,
    with_data: false,
  });
});

// Lines of containers are anybody's words.
test('kept lines are text, whatever is in them', async () => {
  const { backend } = await open(gitea);
  const { failure } = backend.installed.at(gitea);
  if (failure) {
    const log = ['<img src=x onerror=alert(1)>', '\u001b[31mred\u001b[0m'];
    backend.installed.change(gitea, {}, { failure: { ...failure, log } });
  }
  expect(await screen.findByText('<img src=x onerror=alert(1)>')).toBeVisible();
  expect(screen.getByText('red')).toBeVisible();
  expect(document.querySelector('img[onerror]')).toBeNull();
});

test('an app that runs says how, and what it consists of', async () => {
  const { user, backend } = await open(miniflux);
  expect(
    screen.getByTitle(/^Running and healthy · 2\scontainers · 0\.4\s% CPU · 182\sMB · port 8081$/),
  ).toBeVisible();
  const containers = section('Containers');
  expect(containers.getByRole('link', { name: 'web' })).toHaveAttribute(
    'href',
    expect.stringMatching(/^#\/containers\?open=server-docker-1%2F/),
  );
  expect(containers.getByText('docker.io/library/postgres:17.11-alpine')).toBeVisible();
  expect(section('Data').getByText('miniflux_db')).toBeVisible();
  expect(section('Data').getByText('/srv/feeds')).toBeVisible();
  expect(section('On the server').getByText('miniflux_default')).toBeVisible();
  expect(section('On the server').getByText('/home/ana/tomo/miniflux')).toBeVisible();
  expect(section('After the installation').getByText(/^Sign in as admin/)).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Open' }));
  expect(backend.opened).toEqual(['http://192.168.1.20:8081/']);
  expect(await faults()).toEqual([]);
});

// A secret is only in the window when somebody asks for it, and not before.
test('the configuration masks secrets until somebody wants to see one', async () => {
  const { user, backend } = await open(miniflux, {}, '/configuration');
  const settings = section('Settings');
  expect(settings.getByText('8081')).toBeVisible();
  expect(settings.getAllByRole('img', { name: 'masked' })).toHaveLength(2);
  expect(backend.calls.some(({ name }) => name === 'app.reveal')).toBe(false);
  await user.click(settings.getByRole('button', { name: 'Show Password' }));
  expect(await settings.findByText('the-admin_password-itself')).toBeVisible();
  expect(settings.getByRole('button', { name: 'Copy Password' })).toBeVisible();
  expect(settings.getAllByRole('img', { name: 'masked' })).toHaveLength(1);
  await user.click(settings.getByRole('button', { name: 'Hide Password' }));
  expect(settings.queryByText('the-admin_password-itself')).toBeNull();
  backend.failing['app.reveal'] = new ApiError('failed', 'The vault is locked.', '');
  await user.click(settings.getByRole('button', { name: 'Show Database password' }));
  expect(await settings.findByText('The vault is locked.')).toBeVisible();
  expect(screen.getByRole('region', { name: 'Compose file' })).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('logs fill their tab, and what was done last stands on its own', async () => {
  const { user } = await open(miniflux, {}, '/logs');
  const logs = await screen.findByRole('region', { name: 'Logs' });
  expect(within(logs).queryByRole('button', { name: /Close the logs/ })).toBeNull();
  expect(within(logs).getByRole('button', { name: 'Save the log' })).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('link', { name: 'How it went' }));
  expect(await screen.findByText('Pull 2 images')).toBeVisible();
  expect(screen.getByText(/^24\.0\ss$/)).toBeVisible();
});

test('stopping asks, starting does not, and nothing is offered while something is done', async () => {
  const { user, backend } = await open(miniflux);
  await user.click(screen.getByRole('button', { name: 'Stop…' }));
  const dialog = await screen.findByRole('alertdialog', { name: 'Stop Miniflux on docker-1?' });
  await user.click(within(dialog).getByRole('button', { name: 'Stop' }));
  // The stand-in stops at once, but its containers are still counted as running.
  backend.installed.change(miniflux, { containers: { total: 2, running: 0, unhealthy: 0 } });
  await user.click(await screen.findByRole('button', { name: 'Start' }));
  expect(backend.calls.filter(({ name }) => name === 'app.act').map(({ args }) => args)).toEqual([
    { id: miniflux, action: 'stop' },
    { id: miniflux, action: 'start' },
  ]);
  backend.installed.change(miniflux, {
    work: workOf(Date.now(), 'restart', stepsOfInstall(Date.now(), 1)),
  });
  expect(await screen.findByTitle(/^Restarting, step\s2 of\s7/)).toBeVisible();
  // The page stays: only an installation and its end fill it.
  expect(screen.getByRole('navigation', { name: 'Of Miniflux' })).toBeVisible();
  expect(screen.getByRole('button', { name: 'Restart…' })).toBeDisabled();
});

test('a restart that failed is said on the page of the app', async () => {
  const { backend } = await open(miniflux);
  backend.installed.change(
    miniflux,
    { error: 'the check of web fails' },
    {
      failure: {
        kind: 'restart',
        step: 'Wait until it is well',
        message: 'the check of web fails',
        log: [],
        left: [],
        at: new Date().toISOString(),
      },
    },
  );
  expect(
    await screen.findByText(
      'Restarting failed at “Wait until it is well”: the check of web fails.',
    ),
  ).toBeVisible();
});

async function uninstalling(options: FakeOptions = {}) {
  const app = await open(miniflux, options);
  await app.user.click(screen.getByRole('button', { name: 'More' }));
  await app.user.click(await screen.findByRole('menuitem', { name: 'Uninstall…' }));
  const dialog = within(
    await screen.findByRole('alertdialog', { name: 'Uninstall Miniflux from docker-1?' }),
  );
  return { ...app, dialog };
}

// What goes is named before it goes; data is not among it unless it is said twice.
test('uninstalling lists by name what goes, and leaves the data', async () => {
  const { user, backend, dialog } = await uninstalling();
  const goes = within(await dialog.findByRole('list', { name: 'What goes' }));
  expect(goes.getByText('miniflux-web-1')).toBeVisible();
  expect(goes.getByText('miniflux_default')).toBeVisible();
  expect(goes.getByText('/home/ana/tomo/miniflux/.env')).toBeVisible();
  expect(goes.queryByText('miniflux_db')).toBeNull();
  expect(
    within(dialog.getByRole('list', { name: 'What stays' })).getByText('/srv/feeds'),
  ).toBeVisible();
  expect(dialog.getByRole('button', { name: 'Keep it' })).toHaveFocus();
  expect(await faults()).toEqual([]);
  await user.click(dialog.getByRole('button', { name: 'Uninstall' }));
  expect(backend.calls.find(({ name }) => name === 'app.uninstall')?.args).toEqual({
    id: miniflux,
    with_data: false,
  });
  expect(await screen.findByText('Miniflux is not there any more')).toBeVisible();
});

test('data goes only when it is ticked, and the name of the app is typed', async () => {
  const { user, backend, dialog } = await uninstalling();
  await user.click(
    await dialog.findByRole('checkbox', { name: /Also remove the data in 1\svolume/ }),
  );
  expect(
    within(dialog.getByRole('list', { name: 'Data that goes' })).getByText('miniflux_db'),
  ).toBeVisible();
  const button = dialog.getByRole('button', { name: 'Uninstall with data' });
  expect(button).toBeDisabled();
  const field = dialog.getByRole('textbox', { name: 'Type Miniflux to remove the data' });
  await user.type(field, 'miniflu');
  expect(button).toBeDisabled();
  await user.clear(field);
  await user.type(field, 'Miniflux');
  expect(button).toBeEnabled();
  // Who thinks again begins again.
  const tick = dialog.getByRole('checkbox');
  await user.click(tick);
  await user.click(tick);
  expect(dialog.getByRole('button', { name: 'Uninstall with data' })).toBeDisabled();
  await user.type(dialog.getByRole('textbox'), 'Miniflux');
  await user.click(dialog.getByRole('button', { name: 'Uninstall with data' }));
  expect(backend.calls.find(({ name }) => name === 'app.uninstall')?.args).toEqual({
    id: miniflux,
    with_data: true,
  });
});

test('what would go is not known: then nothing goes', async () => {
  const { dialog } = await uninstalling({
    failing: { 'app.uninstall_preview': new ApiError('failed', 'The engine is silent.', '') },
  });
  expect(await dialog.findByText(/What would go is not known. The engine is silent/)).toBeVisible();
  expect(dialog.getByRole('button', { name: 'Uninstall' })).toBeDisabled();
});

test('an uninstallation that is refused says why and stays open', async () => {
  const { user, dialog } = await uninstalling({
    failing: { 'app.uninstall': new ApiError('failed', 'Something is being done to it.', '') },
  });
  await dialog.findByRole('list', { name: 'What goes' });
  await user.click(dialog.getByRole('button', { name: 'Uninstall' }));
  expect(await dialog.findByText('Something is being done to it.')).toBeVisible();
});

test('who may only look sees no button that changes the app', async () => {
  const { user } = await open(miniflux, { role: 'readonly' }, '/configuration');
  expect(screen.queryByRole('button', { name: /Stop|Restart|Show Password/ })).toBeNull();
  await user.click(screen.getByRole('button', { name: 'More' }));
  await screen.findByRole('menuitem', { name: 'In the catalog' });
  expect(screen.queryByRole('menuitem', { name: /Uninstall/ })).toBeNull();
});

test('an app that is not there says so', async () => {
  location.hash = '#/installed/nothing';
  openApp({ machines: eight(now) });
  expect(await screen.findByText('No such app')).toBeVisible();
  expect(await faults()).toEqual([]);
});
