import { screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, it } from 'vitest';
import { FakeBackend } from '../../lib/backend/fake/fake';
import { eight, odd } from '../../lib/backend/fake/machines';
import type {
  ConnectionStatus,
  History,
  LivePoint,
  Mount,
  ServerRow,
} from '../../lib/backend/generated';
import { spokenReadings } from '../../components/chart';
import { faults, openApp } from '../../lib/test/app';
import { chartsOf } from './charts';
import { chosenMounts, fullness } from './mounts';
import { coarsen, fromHistory, fromLive } from './recording';
import { costShare } from './sentences';
import { sourcesOf } from './sources';
import { isCurrent, standingOf } from './standing';

const now = Date.now();
const spaced = (text: string): string => text.replaceAll('\u00a0', ' ');

function point(at_ms: number, cpu: number | null = 10): LivePoint {
  return {
    at_ms,
    cpu_percent: cpu,
    core_percents: [10, 30],
    memory_used_bytes: 4 * 1024 ** 3,
    memory_cached_bytes: 1024 ** 3,
    swap_used_bytes: 0,
    network_rx: 4_100,
    network_tx: 20_000_000,
    disk_read: null,
    disk_written: null,
  };
}

/** Minutes with these CPU figures; `null` is a minute that was not written. */
function history(cpu: (number | null)[]): History {
  const rows = cpu.flatMap((value, minute) => (value === null ? [] : [{ value, at: minute * 60 }]));
  const column = <T>(value: T): T[] => rows.map(() => value);
  return {
    from: 0,
    to: cpu.length * 60,
    at: rows.map((row) => row.at),
    span_seconds: column(60),
    cpu_percent: rows.map((row) => row.value),
    cpu_peak_percent: rows.map((row) => row.value * 2),
    memory_used_bytes: column(4 * 1024 ** 3),
    memory_total_bytes: column(16 * 1024 ** 3),
    memory_cached_bytes: column(null),
    swap_used_bytes: column(null),
    disk_percent: column(40),
    network_rx: column(1_000),
    network_tx: column(null),
    disk_read: column(0),
    disk_written: column(0),
    load_one: column(0.5),
  };
}

function rowWith(connection: ConnectionStatus, health: ServerRow['health']): ServerRow {
  const row = new FakeBackend({ machines: eight(now) }).rows.find(
    ({ server }) => server.name === 'nas',
  );
  if (!row) throw new Error('no nas');
  return { ...row, connection, health };
}

describe('recordings', () => {
  // Live figures come every two seconds or every ten; neither may look like a gap.
  it('take a pause of some intervals for a gap, not one', () => {
    const live = fromLive([point(0), point(10_000), point(90_000)], 90_000, 10_000, null);
    expect(live.tolerance).toBe(30_000);
    expect(live.rows.at).toEqual([0, 10_000, 90_000]);
  });

  // Points from before the window stay as one, so that the line enters from the left edge.
  it('keep one live point before the edge', () => {
    const until = 10 * 60_000;
    const points = Array.from({ length: 61 }, (_, step) => point(step * 10_000));
    const live = fromLive(points, until, 10_000, null);
    expect(live.rows.at[0]).toBe(until - 5 * 60_000 - 10_000);
    expect(fromLive([point(0)], until, 10_000, null).rows.at).toEqual([0]);
  });

  // More points than pixels are noise, but a mean must never reach across the time off.
  it('are made coarser within runs only, and keep their peaks', () => {
    const whole = fromHistory(history([10, 30, 50, null, 70, 90, 90]));
    const coarse = coarsen(whole, whole.span, 3);
    expect(coarse.cpu).toEqual([20, 50, 80, 90]);
    expect(coarse.cpuPeak).toEqual([60, 100, 180, 180]);
    expect(coarse.rows.start.map((at) => at / 60_000)).toEqual([0, 2, 4, 6]);
    expect(coarse.sent).toEqual([null, null, null, null]);
    expect(coarsen(whole, whole.span, 100)).toBe(whole);
  });
});

describe('the charts', () => {
  const live = fromLive([point(0, 20)], 60_000, 10_000, 15.6 * 1024 ** 3);
  const charts = chartsOf(live, live.span, 0, 85);

  // What was not measured is a dash in the head, never a zero.
  it('read out a dash where nothing was measured', () => {
    expect(charts[3]?.readings.map((reading) => reading.text)).toEqual(['–', '–']);
    expect(chartsOf(live, live.span, null, 85)[0]?.readings[0]?.text).toBe('–');
  });

  // 4.1 kB/s on a scale of MB/s would read 0.00, which is not true.
  it('never round something down to nothing', () => {
    expect(charts[2]?.caption).toBe('MB/s');
    expect(charts[2]?.readings.map((reading) => spaced(reading.text))).toEqual([
      '4.10 kB/s',
      '20.0',
    ]);
  });

  // Memory's scale is the memory the host has, so that the eye sees how much is left.
  it('scale memory to what the host has, and CPU to all of it', () => {
    expect(charts[1]?.ceiling).toBe(16 * 1024 ** 3);
    expect(charts[0]?.ceiling).toBe(100);
    expect(charts[0]?.readings[1]).toMatchObject({ name: 'hottest core', text: '30.0\u00a0%' });
  });

  // A host without swap has no swap line and no key that promises one.
  it('leave out swap where there is none', () => {
    expect(charts[1]?.readings.map((reading) => reading.name)).toEqual(['used', 'cache']);
  });

  // The crosshair by keyboard is of use only if its figures can be heard.
  it('can be read aloud', () => {
    expect(spaced(spokenReadings(charts))).toContain('CPU busy 20.0 %, hottest core 30.0 %');
  });
});

describe('how a server stands', () => {
  const failure = { step: 'connect', message: 'no answer within 10 s', hint: 'Is it on?' } as const;

  // What happened, then when it is tried again, then what to do, then how old the figures are.
  it('is one sentence with a way out', () => {
    const since = new Date(now - 12 * 60_000).toISOString();
    const retry_at = new Date(now + 40_000).toISOString();
    const row = rowWith(
      { state: 'retrying', since, retry_at, failure },
      { state: 'down', reason: null },
    );
    const standing = standingOf(row, now, null);
    expect(spaced(standing?.title ?? '')).toBe('Unreachable for 12 min, retrying in 40 s');
    expect(standing?.text).toContain('Connect: no answer within 10 s. Is it on?');
    expect(standing?.ways).toEqual(['retry']);
  });

  // A wrong password is not tried again by itself, so the way out is to change it.
  it('leads to the form when signing in failed', () => {
    const since = new Date(now).toISOString();
    const failed = { ...failure, step: 'authenticate' as const };
    const row = rowWith(
      { state: 'failed', since, failure: failed },
      { state: 'down', reason: null },
    );
    expect(standingOf(row, now, null)?.ways).toEqual(['edit', 'retry']);
  });

  // While figures are current there is nothing to say.
  it('says nothing of a server that is fine', () => {
    const row = rowWith({ state: 'connected', since: '' }, { state: 'warning', reason: null });
    expect(standingOf(row, now, null)).toBeNull();
    expect(isCurrent(row)).toBe(true);
    expect(isCurrent({ ...row, health: { state: 'stale', reason: null } })).toBe(false);
  });
});

describe('the right column', () => {
  const mount = (path: string, used: number): Mount => ({
    path,
    device: 'sda1',
    fs_type: null,
    total_bytes: 100,
    used_bytes: used,
    available_bytes: 100 - used,
  });

  // A full disk that hides behind '3 more' would be found too late.
  it('always shows a mount whose mark is passed', () => {
    const mounts = [...'abcdef'].map((name) => mount(`/${name}`, name === 'f' ? 97 : 10));
    const chosen = chosenMounts(mounts, { warning: 85, critical: 95 }, 4);
    expect(chosen.map((one) => one.path)).toEqual(['/a', '/b', '/c', '/f']);
    expect(fullness(mount('/', 0))).toBe(0);
    expect(fullness({ ...mount('/', 0), available_bytes: 0 })).toBeNull();
  });

  // A source that cannot be read says why, in place of a figure that nobody measured.
  it('names the sources that cannot be read', () => {
    const { server } = rowWith({ state: 'disconnected' }, { state: 'off', reason: null });
    const system = server.system_info;
    if (!system) throw new Error('no system');
    const unreadable = [{ source: 'temperatures', reason: 'no sensor on this host' }];
    expect(sourcesOf(null, { ...system, unreadable })).toEqual([
      { name: 'Temperatures', read: false, detail: 'no sensor on this host' },
    ]);
    expect(spaced(costShare(0.01))).toBe('< 0.1 %');
    expect(costShare(null)).toBe('–');
  });
});

describe('the page', () => {
  // Live pushes cost the host samples every two seconds; they end when nobody looks.
  it('watches its server, and stops when it is left', async () => {
    location.hash = '#/server/server-nas/metrics';
    const { backend } = openApp({ machines: eight(now) });
    await screen.findByRole('heading', { name: 'CPU' });
    location.hash = '#/overview';
    await waitFor(() =>
      expect(
        backend.calls.filter((call) => call.name === 'window.watch').map((call) => call.args),
      ).toEqual([{ id: 'server-nas' }, { id: null }]),
    );
    expect(backend.calls.some((call) => call.name === 'server.live')).toBe(true);
  });

  // A new figure shows without anybody doing anything.
  it('shows a pushed sample', async () => {
    location.hash = '#/server/server-nas/metrics';
    const { backend } = openApp({ machines: eight(now) });
    await screen.findByRole('heading', { name: 'CPU' });
    backend.push({
      kind: 'live',
      server_id: 'server-nas',
      points: [{ ...point(Date.now() + 60_000, 77.7), core_percents: [] }],
      sample: null,
    });
    expect(await screen.findByText('77.7 %')).toBeVisible();
  });

  // The keys of the guide choose the time; the address keeps it.
  it('changes the time shown by the keys 1 to 5', async () => {
    location.hash = '#/server/server-nas/metrics';
    const { backend, user } = openApp({ machines: eight(now) });
    await screen.findByRole('heading', { name: 'CPU' });
    await user.keyboard('3');
    await waitFor(() => expect(location.hash).toBe('#/server/server-nas/metrics?range=24h'));
    await waitFor(() =>
      expect(backend.calls).toContainEqual({
        name: 'server.history',
        args: { id: 'server-nas', range: '24h' },
      }),
    );
    expect(await screen.findByText('peak')).toBeVisible();
  });

  // The arrow keys reach every figure that the pointer does, and Esc lets go.
  it('moves the crosshair by the arrow keys', async () => {
    location.hash = '#/server/server-nas/metrics';
    const { user } = openApp({ machines: eight(now) });
    const axis = await screen.findByRole('slider', { name: 'Time of the figures' });
    expect(axis).toHaveAttribute('aria-valuetext', 'Newest figures');
    await user.keyboard('{ArrowLeft}');
    await waitFor(() =>
      expect(axis.getAttribute('aria-valuetext')).toMatch(/^\d\d:\d\d:\d\d: CPU/),
    );
    await user.keyboard('{Escape}');
    await waitFor(() => expect(axis).toHaveAttribute('aria-valuetext', 'Newest figures'));
  });

  // A server without a stored minute says when there will be one, instead of an empty chart.
  it('says when the first minute is written', async () => {
    location.hash = '#/server/server-nas/metrics?range=1h';
    const { backend } = openApp({ machines: eight(now) });
    const call = backend.call.bind(backend);
    backend.call = async (name, args) => {
      const answer = await call(name, args);
      return name === 'server.history' ? ({ ...history([]) } as typeof answer) : answer;
    };
    expect(await screen.findByText('No history yet')).toBeVisible();
    expect(screen.getByText(/The first minute is written at \d\d:\d\d\./)).toBeVisible();
  });

  // Details must be usable with a screen reader and say what cannot be undone before it happens.
  it('shows details, and replaces a host key only with a fingerprint from elsewhere', async () => {
    location.hash = '#/server/server-nas/details';
    const { backend, user } = openApp({ machines: eight(now) });
    await screen.findByRole('heading', { name: /Connection/ });
    expect(await faults()).toEqual([]);
    await user.click(await screen.findByRole('button', { name: 'Show the host key' }));
    await user.click(await screen.findByRole('button', { name: 'Replace…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Replace the host key of nas' });
    const replace = within(dialog).getByRole('button', { name: 'Replace the key' });
    expect(replace).toBeDisabled();
    const fingerprint = `SHA256:${'a'.repeat(43)}`;
    await user.type(within(dialog).getByLabelText('Paste what it prints'), fingerprint);
    expect(await faults()).toEqual([]);
    await user.click(replace);
    await waitFor(() =>
      expect(backend.calls).toContainEqual({
        name: 'host_key.replace',
        args: { id: 'server-nas', fingerprint },
      }),
    );
  });

  // The test signs in once, however often the page is drawn while it runs.
  it('tests the connection once', async () => {
    location.hash = '#/server/server-nas/details';
    const { backend, user } = openApp({ machines: eight(now) });
    await screen.findByRole('heading', { name: /Connection/ });
    await user.click(screen.getByRole('button', { name: 'More' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Test…' }));
    await screen.findByText(/nas answers/);
    expect(backend.calls.filter((call) => call.name === 'server.test')).toHaveLength(1);
  });

  // Who may only read is offered nothing that changes a server.
  it('offers a reader nothing that changes a server', async () => {
    location.hash = '#/server/server-lab-07/details';
    openApp({ machines: odd(now), role: 'readonly' });
    await screen.findByRole('heading', { name: /Connection/ });
    for (const name of ['Connect', 'Edit', 'Replace the credential', /^Remove/]) {
      expect(screen.queryByRole('button', { name })).toBeNull();
    }
  });
});
