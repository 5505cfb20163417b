import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import { eight } from '../../lib/backend/fake/machines';
import { ApiError } from '../../lib/backend/backend';
import type { Commands } from '../../lib/backend/generated';
import { faults, openApp } from '../../lib/test/app';

const now = Date.now();
const MB = 1024 ** 2;

const rowOf = (name: string): HTMLElement => {
  const row = document.querySelector(`[data-row] [title="${name}"]`)?.closest('[data-row]');
  if (!(row instanceof HTMLElement)) throw new Error(`no row of ${name}`);
  return row;
};

/** The page, with only what a filter lets through. */
async function openPage(text: string, options: FakeOptions = {}) {
  location.hash = '#/containers';
  const app = openApp({ machines: eight(now), containers: 58, ...options });
  const field = await screen.findByRole('textbox', { name: 'Filter containers' });
  if (text) await app.user.type(field, text);
  const argumentsOf = (name: string) =>
    app.backend.calls.filter((call) => call.name === name).map(({ args }) => args);
  return { ...app, field, argumentsOf };
}

describe('limits', () => {
  async function openLimits(options: FakeOptions = {}) {
    const app = await openPage('immich cache', options);
    const row = rowOf('immich-cache-1');
    await app.user.click(within(row).getByRole('button', { name: 'Actions of immich-cache-1' }));
    await app.user.click(await screen.findByRole('menuitem', { name: 'Limits and restarts…' }));
    const dialog = await screen.findByRole('dialog', {
      name: 'Limits of immich-cache-1 on docker-1',
    });
    const cores = await within(dialog).findByLabelText(/^Cores at most/);
    const change = within(dialog).getByRole('button', { name: 'Change limits' });
    return { ...app, dialog, cores, change };
  }

  // What nobody touched must not be set anew: the engine would take it as a wish.
  it('sends only what was changed', async () => {
    const { user, dialog, change, argumentsOf } = await openLimits();
    expect(change).toBeDisabled();
    await user.type(within(dialog).getByLabelText(/^Memory at most/), '256');
    expect(await faults()).toEqual([]);
    await user.click(change);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(argumentsOf('container.limit')).toMatchObject([
      { limits: { cpu_cores: null, memory_bytes: 256 * MB, restart_policy: null } },
    ]);
  });

  // A limit above what the host has is a slip of the keyboard.
  it('takes no more than the host has, and no words', async () => {
    const { user, dialog, cores, change } = await openLimits();
    await user.type(cores, '64');
    expect(await within(dialog).findByText(/^docker-1 has \d+ cores\.$/)).toBeVisible();
    expect(change).toBeDisabled();
    await user.clear(cores);
    await user.type(cores, 'two');
    expect(await within(dialog).findByText('A number, as 1.5; empty for no limit.')).toBeVisible();
    await user.clear(cores);
    await user.type(cores, '1,5');
    expect(change).toBeEnabled();
  });

  // The choice is one of the engine's words, and only that one is sent.
  it('changes when it is started again', async () => {
    const { user, dialog, change, argumentsOf } = await openLimits();
    await user.click(within(dialog).getByRole('combobox'));
    await user.click(await screen.findByRole('option', { name: 'Never' }));
    await user.click(change);
    await waitFor(() => expect(argumentsOf('container.limit')).toHaveLength(1));
    expect(argumentsOf('container.limit')).toMatchObject([
      { limits: { cpu_cores: null, memory_bytes: null, restart_policy: 'no' } },
    ]);
  });

  it('says why the engine refused, and keeps what was typed', async () => {
    const refusal = new ApiError('failed', 'The kernel has no memory limits.', 'Boot with them.');
    const { user, dialog, cores, change } = await openLimits({
      failing: { 'container.limit': refusal },
    });
    await user.type(cores, '2');
    await user.click(change);
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'The kernel has no memory limits. Boot with them.',
    );
    expect(cores).toHaveValue('2');
  });
});

describe('several at once', () => {
  // Each has a result of its own, and who failed is tried again alone.
  it('shows each result, and tries those again that failed', async () => {
    const { user, backend, argumentsOf } = await openPage('immich');
    backend.containers.refusals['immich-cache-1'] = 'It is in use by another program';
    await user.click(screen.getByRole('checkbox', { name: 'Select all of immich' }));
    await user.click(screen.getByRole('button', { name: 'Stop' }));
    const question = await screen.findByRole('alertdialog');
    await user.click(within(question).getByRole('button', { name: 'Stop' }));
    await user.click(await screen.findByRole('button', { name: 'Show each' }));
    const dialog = await screen.findByRole('dialog', { name: /^4 of 5.containers stopped$/ });
    const items = within(within(dialog).getByRole('list', { name: 'Results' }));
    expect(items.getAllByRole('listitem')).toHaveLength(5);
    expect(items.getAllByRole('listitem')[0]).toHaveTextContent(
      'immich-cache-1 docker-1 It is in use by another program.',
    );
    expect(await faults()).toEqual([]);
    backend.containers.refusals = {};
    await user.click(within(dialog).getByRole('button', { name: 'Try it again' }));
    await waitFor(() => expect(argumentsOf('container.act')).toHaveLength(2));
    expect(argumentsOf('container.act')[1]).toMatchObject({
      action: 'stop',
      containers: [{ server_id: 'server-docker-1' }],
    });
  });
});

describe('removing several', () => {
  async function ask(text: string, group: string, options: FakeOptions = {}) {
    const app = await openPage(text, options);
    await app.user.click(screen.getByRole('checkbox', { name: `Select all of ${group}` }));
    await app.user.click(screen.getByRole('button', { name: 'Remove…' }));
    const dialog = await screen.findByRole('alertdialog');
    return { ...app, dialog };
  }
  const withData = (dialog: HTMLElement) =>
    within(dialog).getByRole('checkbox', { name: /anonymous volumes/ });

  // Data is gone for good: each volume that goes stands under its container before anything does.
  it('with volumes shows which go of each, and sends that and no more', async () => {
    const { user, dialog, argumentsOf } = await ask('paperless', 'paperless');
    expect(within(dialog).getByText(/^3 of them are up, and ended at once\./)).toBeVisible();
    const list = within(dialog).getByRole('list', { name: 'What goes' });
    expect(within(list).getAllByText('running, is ended')).toHaveLength(3);
    expect(within(list).getByText('exited')).toBeVisible();
    await user.click(withData(dialog));
    expect(await within(dialog).findByText(/^2.volumes go, of 2.containers; /)).toBeVisible();
    const ofDatabase = within(list).getByRole('list', { name: 'Volumes of paperless-database-1' });
    expect(within(ofDatabase).getByText('/data')).toBeVisible();
    expect(within(list).queryByRole('list', { name: 'Volumes of paperless-web-1' })).toBeNull();
    const remove = within(dialog).getByRole('button', { name: 'Remove with data' });
    expect(remove).toBeDisabled();
    await user.type(within(dialog).getByRole('textbox'), 'remove the data');
    expect(await faults()).toEqual([]);
    await user.click(remove);
    await waitFor(() => expect(screen.queryByText('paperless')).toBeNull());
    const sent = argumentsOf('container.remove') as Commands['container.remove'][0][];
    const summed = sent.map((one) => [one.force, one.with_volumes, one.containers.length]);
    // The one that stands still is not forced: were it started meanwhile, it would stay.
    expect(summed.sort()).toEqual([
      [false, false, 1],
      [true, false, 1],
      [true, true, 2],
    ]);
  });

  // Nothing is destroyed that nobody could name before.
  it('with volumes is refused while it is not known which', async () => {
    const { user, backend, dialog } = await ask('paperless', 'paperless');
    const lost = new ApiError('failed', 'nas does not answer', 'Look whether it is on');
    backend.failing['container.inspect'] = lost;
    await user.click(withData(dialog));
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(/^Data is only removed/);
    expect(within(dialog).getAllByText(/nas does not answer\. Look whether/)).toHaveLength(4);
    expect(within(dialog).queryByRole('textbox')).toBeNull();
    const remove = within(dialog).getByRole('button', { name: 'Remove with data' });
    expect(remove).toBeDisabled();
    delete backend.failing['container.inspect'];
    await user.click(within(dialog).getByRole('button', { name: 'Look again' }));
    const field = await within(dialog).findByRole('textbox', { name: /“remove the data”/ });
    await user.type(field, 'remove the data');
    await waitFor(() => expect(remove).toBeEnabled());
  });

  // Where there is no data, nobody is asked to write that it may go.
  it('that have no such volumes removes just them', async () => {
    const { user, dialog, argumentsOf } = await ask('media', 'media');
    await user.click(withData(dialog));
    expect(await within(dialog).findByText(/They have no such volume/)).toBeVisible();
    expect(within(dialog).queryByRole('textbox')).toBeNull();
    await user.click(within(dialog).getByRole('button', { name: 'Remove' }));
    await waitFor(() => expect(argumentsOf('container.remove')).toHaveLength(1));
    expect(argumentsOf('container.remove')).toMatchObject([{ with_volumes: false, force: true }]);
  });

  // Half of them gone must not read as all of them failed.
  it('in two ways tells those that failed from those that are gone', async () => {
    const { user, backend, dialog } = await ask('paperless', 'paperless');
    const { call } = backend;
    vi.spyOn(backend, 'call').mockImplementation(((name, args) => {
      const failing = name === 'container.remove' && (args as { force: boolean }).force;
      return failing
        ? Promise.reject(new ApiError('failed', 'The disk is full', 'Free some'))
        : call.call(backend, name, args);
    }) as typeof call);
    await user.click(within(dialog).getByRole('button', { name: 'Remove' }));
    expect(await screen.findByText(/^3 of 4.containers were not removed$/)).toBeVisible();
    expect(
      screen.getByText(/paperless-web-1 on nas: The disk is full\. Free some\./),
    ).toBeVisible();
  });
});

describe('clearing out', () => {
  // What goes is what was shown, by its id, and nothing that runs.
  it('shows the stopped containers of a server, and removes just those', async () => {
    const { user, argumentsOf } = await openPage('kopia');
    await user.click(await screen.findByRole('button', { name: 'Clear out…' }));
    const dialog = await screen.findByRole('dialog', {
      name: 'Clear out stopped containers on nas',
    });
    const items = await within(dialog).findByRole('list', { name: 'What goes' });
    expect(
      within(items)
        .getAllByRole('listitem')
        .map((item) => item.textContent.trim()),
    ).toEqual([
      expect.stringContaining('paperless-worker-1'),
      expect.stringContaining('backup-kopia-1'),
    ]);
    expect(within(items).getByText(/^Stopped, 2.d ago$/)).toBeVisible();
    expect(await faults()).toEqual([]);
    await user.click(within(dialog).getByRole('button', { name: /^Remove 2.containers$/ }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    const [run] = argumentsOf('prune.run') as [{ kind: string; ids: string[] }];
    expect(run.kind).toBe('containers');
    expect(run.ids).toHaveLength(2);
    await waitFor(() => expect(screen.queryByText('kopia')).toBeNull());
    expect(screen.queryByRole('button', { name: 'Clear out…' })).toBeNull();
  });

  it('is not offered to whoever may only look', async () => {
    await openPage('', { role: 'readonly' });
    await screen.findByRole('treegrid');
    expect(screen.queryByRole('button', { name: 'Clear out…' })).toBeNull();
  });
});

describe('engines', () => {
  // A button that the other side would refuse is a lie.
  it('behind a proxy that only lets look offer nothing that changes them', async () => {
    const { user } = await openPage('immich', { readOnlyEngine: 'server-docker-1' });
    expect(screen.getByText(/Its engine may only be looked at/)).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Terminal in immich-cache-1' })).toBeNull();
    await user.click(screen.getByRole('checkbox', { name: 'Select all of immich' }));
    expect(screen.getByText('can only be looked at now')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Logs' })).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Stop' })).toBeNull();
    rowOf('immich-cache-1').focus();
    await user.keyboard('{Delete}r');
    expect(screen.queryByRole('alertdialog')).toBeNull();
  });

  // Figures of before must not look like figures of now.
  it('that are lost keep their rows, with since when', async () => {
    const { user } = await openPage('attic');
    expect(screen.getByText(/^3 of 3 running, as of 6.min ago$/)).toBeVisible();
    await user.click(screen.getByRole('radio', { name: 'None' }));
    const row = rowOf('attic-camera-1');
    expect(within(row).getByText(/^6.min old$/)).toBeVisible();
    expect(within(row).getByRole('img', { name: /^running, as of 6.min ago$/ })).toBeVisible();
  });

  // The page of a server that is off says so in its head; once is enough.
  it('of a server that does not answer are not told of twice', async () => {
    location.hash = '#/server/server-attic-pi/containers';
    openApp({ machines: eight(now), containers: 58 });
    await screen.findByRole('treegrid');
    expect(screen.getByText(/Unreachable for/)).toBeVisible();
    expect(screen.queryByText(/The connection is gone/)).toBeNull();
  });

  // The command is to be run there, so it can be taken along.
  it('that may not be used say so in the place of the list', async () => {
    location.hash = '#/server/server-docker-1/containers';
    const { user } = openApp({ machines: eight(now), containers: 58, troubledEngines: true });
    const section = await screen.findByRole('region', {
      name: 'The container engine of docker-1',
    });
    expect(
      within(section).getByRole('heading', { name: 'Not allowed to use the engine on docker-1' }),
    ).toBeVisible();
    expect(within(section).getByText('sudo usermod -aG docker admin')).toBeVisible();
    expect(within(section).getByText(/It makes admin as powerful as root\./)).toBeVisible();
    expect(screen.getAllByText(/may not open/)).toHaveLength(1);
    expect(await faults()).toEqual([]);
    await user.click(within(section).getByRole('button', { name: 'Copy the command' }));
    expect(await navigator.clipboard.readText()).toBe('sudo usermod -aG docker admin');
  });
});

describe('ports', () => {
  // The window itself must never leave Tomo.
  it('are opened by the system, and a failure is said', async () => {
    const { user, backend } = await openPage('jellyfin');
    await user.click(screen.getByRole('link', { name: 'Open http://192.168.1.22:8096' }));
    expect(backend.opened).toEqual(['http://192.168.1.22:8096']);
    backend.openLink = () => Promise.reject(new ApiError('failed', 'There is no browser.', ''));
    await user.click(screen.getByRole('link', { name: 'Open http://192.168.1.22:8096' }));
    expect(await screen.findByText('http://192.168.1.22:8096 was not opened')).toBeVisible();
  });

  // A server of 443 answers a plain request with an error.
  it('of secure servers are opened as such', async () => {
    await openPage('caddy');
    expect(screen.getByRole('link', { name: 'Open https://192.168.1.20:443' })).toBeVisible();
  });
});

describe('Escape', () => {
  // Nearest first: what is typed into, the selection, the panel, the logs, the filter.
  it('clears one thing at a time', async () => {
    const { user, field } = await openPage('immich');
    const row = rowOf('immich-cache-1');
    row.focus();
    await user.keyboard('l');
    expect(await screen.findByRole('region', { name: 'Logs' })).toBeVisible();
    row.focus();
    await user.keyboard('{Enter}');
    expect(await screen.findByRole('complementary', { name: 'Inspect cache' })).toBeVisible();
    row.focus();
    await user.keyboard(' ');
    expect(await screen.findByText('1 selected')).toBeVisible();
    await user.keyboard('{Escape}');
    expect(screen.queryByText('1 selected')).toBeNull();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('complementary')).toBeNull());
    await waitFor(() => expect(row).toHaveFocus());
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Logs' })).toBeNull());
    expect(field).toHaveValue('immich');
    await waitFor(() => expect(row).toHaveFocus());
    await user.keyboard('{Escape}');
    expect(field).toHaveValue('');
  });

  it('in the field empties it, and then leads into the rows', async () => {
    const { user, field } = await openPage('immich');
    await user.keyboard('{Escape}');
    expect(field).toHaveValue('');
    expect(field).toHaveFocus();
    await user.keyboard('{Escape}');
    await waitFor(() => expect(document.activeElement).toHaveAttribute('data-row'));
  });
});
