import { screen, waitFor, within } from '@testing-library/svelte';
import { expect, test, vi } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import type { ContainerPoint } from '../../lib/backend/generated';
import { spokenReadings } from '../../components/chart';
import { faults } from '../../lib/test/app';
import { chartsOfContainer, ofHistory, ofLive } from './container_recording';
import InspectPanel from './InspectPanel.svelte';
import { open, rowsOf } from './test/stage';

const spaced = (text: string): string => text.replaceAll('\u00a0', ' ');

function openPanel(options: FakeOptions = {}) {
  const onclose = vi.fn();
  const [container] = rowsOf('server');
  if (!container) throw new Error('there is one');
  return { onclose, ...open(InspectPanel, { container, onclose }, options) };
}

test('says everything that the engine knows, and has no faults', async () => {
  openPanel();
  for (const title of ['Limits', /Environment/, 'Mounts', 'Networks', 'Labels', 'Health']) {
    expect(await screen.findByRole('heading', { name: title })).toBeVisible();
  }
  expect(screen.getByText('2 cores')).toBeVisible();
  expect(screen.getByText('unless it was stopped')).toBeVisible();
  expect(screen.getByText('immich_upload')).toBeVisible();
  expect(screen.getByText(/172\.20\.0\.4/)).toBeVisible();
  expect(screen.getByText('fails with 1')).toBeVisible();
  expect(await faults()).toEqual([]);
});

// A secret is on the screen only after somebody asked for it, and is gone when he looks away.
test('a masked value is shown when it is asked for, and hidden again', async () => {
  const { user, called } = openPanel();
  const show = await screen.findByRole('button', { name: 'Show the value of DB_PASSWORD' });
  expect(document.body.textContent).not.toContain('correct-horse-battery');
  await user.click(show);
  expect(await screen.findByText('correct-horse-battery')).toBeVisible();
  expect(called('container.reveal')).toHaveLength(1);
  await user.click(screen.getByRole('button', { name: 'Hide the value of DB_PASSWORD' }));
  expect(document.body.textContent).not.toContain('correct-horse-battery');
});

test('whoever may only look cannot ask for a masked value', async () => {
  openPanel({ role: 'readonly' });
  const show = await screen.findByRole('button', { name: 'Show the value of DB_PASSWORD' });
  expect(show).toBeDisabled();
  expect(show).toHaveAttribute('title', 'You may only look');
});

test('a value that is refused says why beside it', async () => {
  const error = new ApiError('failed', 'The container is gone.', '');
  const { user } = openPanel({ failing: { 'container.reveal': error } });
  await user.click(await screen.findByRole('button', { name: 'Show the value of JWT_SECRET' }));
  expect(await screen.findByText('The container is gone.')).toBeVisible();
});

test('the raw JSON is searched', async () => {
  const { user } = openPanel();
  const field = await screen.findByRole('textbox', { name: 'Search the JSON' });
  await user.type(field, 'RUNNING');
  expect(await screen.findByText('1 of 2')).toBeVisible();
  await user.keyboard('{Enter}');
  expect(screen.getByText('2 of 2')).toBeVisible();
  const raw = screen.getByRole('region', { name: 'Raw JSON' });
  expect(raw.querySelectorAll('mark')).toHaveLength(2);
  expect(within(raw).queryByText(/correct-horse/)).toBeNull();
});

test('an inspection that fails says why, with the way out', async () => {
  const failing = { 'container.inspect': new ApiError('failed', 'The daemon is down.', '') };
  const { user } = openPanel({ failing });
  await screen.findByText('The daemon is down.');
  expect(await faults()).toEqual([]);
  delete (failing as Partial<typeof failing>)['container.inspect'];
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('immich_upload')).toBeVisible();
});

// A container that is made anew goes on with the chart of the one before.
test('stored figures are asked for by the series, not by the container', async () => {
  const { user, called } = openPanel();
  await user.click(await screen.findByRole('radio', { name: '24 h' }));
  await waitFor(() => expect(called('container.history')).toHaveLength(1));
  expect(called('container.history')[0]?.args).toEqual({
    server_id: 'server-nas',
    series: 'immich/server',
    range: '24h',
  });
  expect(await screen.findByText('peak')).toBeVisible();
});

test('is closed by Esc', async () => {
  const { user, onclose } = openPanel();
  (await screen.findByRole('button', { name: 'Close (Esc)' })).focus();
  await user.keyboard('{Escape}');
  expect(onclose).toHaveBeenCalledOnce();
});

const now = 1_800_000_000_000;
const points = (count: number): ContainerPoint[] =>
  Array.from({ length: count }, (_, at) => ({
    at_ms: now - (count - 1 - at) * 10_000,
    cpu_percent: at === 1 ? null : 50 + at,
    memory_bytes: 100 * 1024 ** 2,
    network_rx: null,
    network_tx: 2000,
  }));

test('limits are lines, and what was not measured stays absent', () => {
  const recording = ofLive(points(3), now);
  const charts = chartsOfContainer(recording, recording.span, 2, {
    cores: 1.5,
    memory: 256 * 1024 ** 2,
  });
  const [cpu, memory, network] = charts;
  expect(cpu?.tracks.map((track) => track.form)).toEqual(['area', 'dashes']);
  expect(cpu?.tracks[0]?.values).toEqual([50, null, 52]);
  expect(cpu?.tracks[1]?.values).toEqual([150, null, 150]);
  expect(cpu?.caption).toBe('% of one core');
  expect(memory?.ceiling).toBe(256 * 1024 ** 2);
  expect(network?.readings[0]?.text).toBe('–');
  expect(spaced(spokenReadings(charts))).toContain('CPU busy 52.0 %, limit 150.0 %');
});

// A container that uses 50 MB of a limit of 64 GB would be a flat line on the floor.
test('a limit that is far away is said, not drawn', () => {
  const recording = ofLive(points(3), now);
  const [cpu, memory] = chartsOfContainer(recording, recording.span, 2, {
    cores: 64,
    memory: 64 * 1024 ** 3,
  });
  for (const chart of [cpu, memory]) {
    expect(chart?.tracks.map((track) => track.form)).toEqual(['area']);
    expect(chart?.readings.at(-1)?.name).toBe('limit');
  }
  const [, without] = chartsOfContainer(recording, recording.span, 2, {
    cores: null,
    memory: null,
  });
  expect(without?.readings.map((reading) => reading.name)).toEqual(['used']);
});

test('stored rows are their own spans, and the limit is the one of its time', () => {
  const column = <T>(value: T): T[] => [value, value];
  const recording = ofHistory({
    from: 0,
    to: 120,
    at: [0, 60],
    span_seconds: column(60),
    cpu_percent: column(5),
    cpu_peak_percent: column(9),
    memory_bytes: column(1e8),
    memory_limit_bytes: [2e8, 3e8],
    network_rx: column(null),
    network_tx: column(null),
  });
  expect(recording.rows.at).toEqual([30_000, 90_000]);
  const [cpu, memory] = chartsOfContainer(recording, recording.span, 1, {
    cores: null,
    memory: 3e8,
  });
  expect(cpu?.readings.map((reading) => reading.name)).toEqual(['busy', 'peak']);
  expect(memory?.tracks[1]?.values).toEqual([2e8, 3e8]);
});
