import { screen, waitFor, within } from '@testing-library/svelte';
import { flushSync } from 'svelte';
import { describe, expect, test, vi } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import { FakeBackend, type FakeOptions } from '../../lib/backend/fake/fake';
import type { Commands, Push } from '../../lib/backend/generated';
import { startOfDay } from '../../lib/format';
import { faults } from '../../lib/test/app';
import { momentOf } from './go_to_time';
import { LogFollow, PAGE, placeOf } from './log_follow.svelte';
import LogsDrawer from './LogsDrawer.svelte';
import { open, rowsOf } from './test/stage';
import { GLANCE } from './while_hidden';

function openLogs(options: FakeOptions = {}, ...services: string[]) {
  const onclose = vi.fn();
  const containers = rowsOf(...(services.length > 0 ? services : ['server', 'cache', 'web']));
  return { onclose, ...open(LogsDrawer, { containers, onclose }, options) };
}

const drawn = () => [...document.querySelectorAll<HTMLElement>('[data-number]')];
const numbers = () => drawn().map((row) => Number(row.dataset['number']));
const log = () => screen.findByRole('log', { name: 'Log lines' });

/** A follow without a page, and the calls it makes. */
function followOf(options: FakeOptions) {
  const backend = new FakeBackend(options);
  const listeners = new Set<(push: Push) => void>();
  void backend.subscribe((push) => listeners.forEach((listener) => listener(push)));
  const containers = [{ server_id: 'server-nas', container_id: 'a'.repeat(64) }];
  const pushes = {
    on: (listener: (push: Push) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const follow = new LogFollow(containers, { backend, pushes });
  const pages = () =>
    backend.calls
      .filter((call) => call.name === 'log.page')
      .map((call) => (call.args as Commands['log.page'][0]).from ?? -1);
  return { backend, follow, pages };
}

describe('the drawer', () => {
  test('shows the newest lines with time, service and output, and has no faults', async () => {
    openLogs();
    await log();
    await waitFor(() => expect(numbers().at(-1)).toBe(4999));
    expect(screen.getByText('3 containers, by time')).toBeVisible();
    expect(screen.getByText('kept: last 1,000,000 lines')).toBeVisible();
    expect(screen.getByText('Following')).toBeVisible();
    expect(drawn().at(-1)?.querySelector('.time')?.textContent).toMatch(/^\d\d:\d\d:\d\d\.\d{3}$/);
    expect(await faults()).toEqual([]);
  });

  // Whoever reads the end wants to go on reading it.
  test('moves with the end as lines come', async () => {
    const { backend } = openLogs();
    await waitFor(() => expect(numbers().at(-1)).toBe(4999));
    backend.tick();
    await waitFor(() => expect(numbers().at(-1)).toBe(5079));
    await waitFor(() => expect(drawn().at(-1)?.querySelector('.time')).not.toBeNull());
  });

  test('stands still while it is paused, and counts what comes', async () => {
    const { backend, user } = openLogs();
    await waitFor(() => expect(numbers().at(-1)).toBe(4999));
    await user.click(screen.getByRole('button', { name: 'Pause (Space)' }));
    backend.tick();
    const go = await screen.findByRole('button', { name: /80.new lines, go on/ });
    expect(numbers().at(-1)).toBe(4999);
    await user.click(go);
    await waitFor(() => expect(numbers().at(-1)).toBe(5079));
  });

  // A million lines are a scroll bar, not a million elements.
  test('draws a few lines of a million, and goes anywhere by keys', async () => {
    const { user } = openLogs({ logLines: 1_000_000 });
    const region = await log();
    await waitFor(() => expect(numbers().at(-1)).toBe(999_999));
    expect(drawn().length).toBeLessThan(300);
    region.focus();
    await user.keyboard('{Home}');
    await waitFor(() => expect(numbers()[0]).toBe(0));
    await waitFor(() => expect(drawn()[0]?.querySelector('.time')).not.toBeNull());
    expect(drawn().length).toBeLessThan(300);
    await user.keyboard('{ArrowDown}{ArrowDown}');
    await waitFor(() => expect(numbers()[0]).toBe(2));
    await user.keyboard('{End}');
    await waitFor(() => expect(numbers().at(-1)).toBe(999_999));
  });

  test('finds, says which of how many, and goes from one to the next', async () => {
    const { user } = openLogs();
    await waitFor(() => expect(numbers().at(-1)).toBe(4999));
    const field = screen.getByRole('textbox', { name: 'Search the logs' });
    await user.type(field, 'THUMBNAIL');
    const previous = screen.getByRole('button', { name: 'Previous match (Enter)' });
    await waitFor(() => expect(previous).toBeEnabled());
    await user.click(previous);
    const words = await screen.findByText(/^([\d,]+) of \1$/);
    await waitFor(() =>
      expect(document.querySelector('.entry.current mark')).toHaveTextContent(/thumbnail/),
    );
    const last = words.textContent;
    await user.keyboard('{Enter}');
    await user.click(previous);
    expect(screen.getByText(/^[\d,]+ of [\d,]+$/).textContent).not.toBe(last);
    await user.clear(field);
    await user.type(field, 'nowhere at all');
    expect(await screen.findByText('none')).toBeVisible();
  });

  /** What stands at the end of the field. */
  const found = () =>
    screen.getByRole('textbox', { name: 'Search the logs' }).parentElement?.querySelector('[role]');

  // Silence would read as 'none': whoever looks for an error would take the log for clean.
  test('says that a search failed, and searches again when asked to', async () => {
    const { user, backend } = openLogs();
    await waitFor(() => expect(numbers().at(-1)).toBe(4999));
    const field = screen.getByRole('textbox', { name: 'Search the logs' });
    await user.type(field, 'thumbnail');
    await waitFor(() => expect(found()).toHaveTextContent(/^[\d,]+$/));
    backend.failing['log.search'] = new ApiError('failed', 'The pattern is too long', 'Shorten it');
    await user.type(field, 's');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The log was not searched. The pattern is too long. Shorten it.',
    );
    // What the shorter word was found in is no answer.
    expect(found()).toHaveTextContent('not searched');
    expect(screen.getByRole('button', { name: 'Next match (Shift Enter)' })).toBeDisabled();
    expect(await faults()).toEqual([]);
    delete backend.failing['log.search'];
    await user.click(screen.getByRole('button', { name: 'Search again' }));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
    await waitFor(() => expect(found()).toHaveTextContent(/^[\d,]+$/));
  });

  test('opens a log anew whose follow had ended when it was searched', async () => {
    const { user, backend, called } = openLogs();
    await waitFor(() => expect(numbers().at(-1)).toBe(4999));
    backend.failing['log.search'] = new ApiError('not_found', 'This log is not followed', '');
    await user.type(screen.getByRole('textbox', { name: 'Search the logs' }), 'thumbnail');
    const again = await screen.findByRole('button', { name: 'Open it again' });
    delete backend.failing['log.search'];
    await user.click(again);
    await waitFor(() => expect(called('log.open')).toHaveLength(2));
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
    await waitFor(() => expect(found()).toHaveTextContent(/^[\d,]+$/));
  });

  // Of all logs a busy one is searched most; it never leaves a pause between two lines.
  test('finds also while lines come faster than the pause of typing', async () => {
    const { user, backend } = openLogs();
    await waitFor(() => expect(numbers().at(-1)).toBe(4999));
    const lines = setInterval(() => backend.tick(), 50);
    try {
      await user.type(screen.getByRole('textbox', { name: 'Search the logs' }), 'thumbnail');
      const previous = screen.getByRole('button', { name: 'Previous match (Enter)' });
      await waitFor(() => expect(previous).toBeEnabled(), { timeout: 3000 });
    } finally {
      clearInterval(lines);
    }
  });

  // In the tray nobody looks; the server must not go on for that.
  test('ends its follow in a window that stays hidden, and begins anew when it is seen', async () => {
    const { called } = openLogs();
    await waitFor(() => expect(numbers().at(-1)).toBe(4999));
    const hidden = vi.spyOn(document, 'hidden', 'get');
    const become = (value: boolean) => {
      hidden.mockReturnValue(value);
      document.dispatchEvent(new Event('visibilitychange'));
    };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    become(true);
    vi.advanceTimersByTime(GLANCE - 1000);
    become(false);
    become(true);
    vi.advanceTimersByTime(GLANCE - 1000);
    flushSync();
    expect(called('log.close')).toEqual([]);
    vi.advanceTimersByTime(1000);
    flushSync();
    vi.useRealTimers();
    await waitFor(() => expect(called('log.close')).toHaveLength(1));
    become(false);
    hidden.mockRestore();
    await waitFor(() => expect(called('log.open')).toHaveLength(2));
    await waitFor(() => expect(numbers().at(-1)).toBe(4999));
  });

  test('shows only one output when asked', async () => {
    const { user, backend } = openLogs();
    await waitFor(() => expect(numbers().at(-1)).toBe(4999));
    await user.click(screen.getByRole('radio', { name: 'stderr' }));
    await waitFor(() => {
      expect(drawn().length).toBeGreaterThan(5);
      expect(drawn().every((row) => row.querySelector('.err'))).toBe(true);
    });
    const before = numbers().at(-1) ?? 0;
    backend.tick();
    await waitFor(() => expect(numbers().at(-1)).toBeGreaterThan(before));
    expect(await faults()).toEqual([]);
  });

  test('opens a JSON line, and keeps it as text', async () => {
    const { user } = openLogs();
    await waitFor(() => expect(document.querySelector('.opener')).not.toBeNull());
    await user.click(screen.getByRole('button', { name: 'Pause (Space)' }));
    const opener = screen.getAllByRole('button', { name: 'Open the fields' }).at(-1);
    if (!opener) throw new Error('a JSON line is drawn');
    await user.click(opener);
    await waitFor(() =>
      expect(document.querySelector('pre')?.textContent).toContain('\n  "level"'),
    );
  });

  // The text of a container must never become markup of this window.
  test('a line with HTML in it is shown as it was written', async () => {
    const html = '<img src=x onerror="document.title=1"><b>bold</b>';
    const { backend } = openLogs({}, 'web');
    const answer = backend.call.bind(backend);
    vi.spyOn(backend, 'call').mockImplementation(async (name, args) => {
      const result = await answer(name, args);
      if (name === 'log.page') {
        for (const line of (result as Commands['log.page'][1]).lines) line.text = html;
      }
      return result;
    });
    await waitFor(() => expect(drawn().at(-1)?.textContent).toContain(html));
    expect(document.querySelector('.said img, .said b')).toBeNull();
  });

  test('a log that cannot be read says why, beside those that can', async () => {
    openLogs({ logError: 'The log driver gelf cannot be read.' });
    expect(await screen.findByText(/server: The log driver gelf cannot be read\./)).toBeVisible();
    await waitFor(() => expect(drawn().length).toBeGreaterThan(5));
    expect(await faults()).toEqual([]);
  });

  test('an empty log says what it waits for', async () => {
    openLogs({ logLines: 0 });
    expect(await screen.findByText('No lines yet')).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  test('a follow that fails says why, and is opened again on request', async () => {
    const failing = { 'log.open': new ApiError('failed', 'The daemon is down.', 'Start it.') };
    const { user, called } = openLogs({ failing });
    await screen.findByText('The daemon is down.');
    expect(await faults()).toEqual([]);
    delete (failing as Partial<typeof failing>)['log.open'];
    await user.click(screen.getByRole('button', { name: 'Open it again' }));
    await waitFor(() => expect(drawn().length).toBeGreaterThan(5));
    expect(called('log.open')).toHaveLength(2);
  });

  test('writes what is shown to a file that the person chose', async () => {
    const { user, called } = openLogs();
    await waitFor(() => expect(numbers().at(-1)).toBe(4999));
    await user.click(screen.getByRole('radio', { name: 'stdout' }));
    await user.click(screen.getByRole('button', { name: 'Save the log' }));
    await screen.findByText(/5,000.lines saved/);
    expect(called('file.choose')[0]?.args).toEqual({ purpose: 'save_log' });
    expect(called('log.save')[0]?.args).toMatchObject({
      path: '/home/ana/tomo.log',
      filter: { stream: 'stdout', text: null },
    });
  });

  test('goes to a time', async () => {
    const { user, called } = openLogs();
    await waitFor(() => expect(numbers().at(-1)).toBe(4999));
    await user.click(screen.getByRole('button', { name: 'Go to time' }));
    const field = await screen.findByRole('textbox', { name: 'Time' });
    await user.type(field, 'noon{Enter}');
    expect(await screen.findByText('Write a time as 14:31, or 2026-11-22 14:31.')).toBeVisible();
    await user.clear(field);
    await user.type(field, '2020-01-01 00:00{Enter}');
    await waitFor(() => expect(called('log.seek')).toHaveLength(1));
    await waitFor(() => expect(numbers()[0]).toBe(0));
  });

  // A follow that nobody looks at costs its server for nothing.
  test('closes the follow with itself, also when it opened late', async () => {
    const { unmount, called } = openLogs();
    await waitFor(() => expect(numbers().at(-1)).toBe(4999));
    unmount();
    await waitFor(() => expect(called('log.close')).toHaveLength(1));
    const late = openLogs({ latency: 30 });
    await waitFor(() => expect(late.called('log.open')).toHaveLength(1));
    late.unmount();
    await waitFor(() => expect(late.called('log.close')).toHaveLength(1));
  });

  test('is resized by keys, and closed by Esc', async () => {
    const { user, onclose } = openLogs();
    const edge = await screen.findByRole('separator', { name: 'Height of the logs' });
    edge.focus();
    await user.keyboard('{ArrowUp}{ArrowUp}');
    expect(edge).toHaveAttribute('aria-valuenow', '252');
    await user.keyboard('{Escape}');
    expect(onclose).toHaveBeenCalledOnce();
    expect(within(screen.getByRole('region', { name: 'Logs' })).getByText('Logs')).toBeVisible();
  });
});

describe('a follow', () => {
  // A fast scroll must not fill the connection with answers that are late already.
  test('asks for no page twice at once, and for few at a time', async () => {
    const { follow, pages } = followOf({ logLines: 100_000, latency: 20 });
    const end = follow.follow();
    await vi.waitFor(() => expect(follow.status).not.toBeNull());
    for (let turn = 0; turn < 10; turn++) follow.want(50_000, 50_000 + 5 * PAGE);
    expect(pages()).toEqual([50_000, 50_200]);
    await vi.waitFor(() => expect(follow.line(50_000 + 5 * PAGE - 1)).toBeDefined());
    expect(new Set(pages()).size).toBe(pages().length);
    expect(pages()).toHaveLength(5);
    end();
  });

  test('lets go of lines that are far from what is looked at', async () => {
    const { follow } = followOf({ logLines: 200_000 });
    const end = follow.follow();
    await vi.waitFor(() => expect(follow.status).not.toBeNull());
    for (let from = 0; from < 40 * PAGE; from += PAGE) {
      follow.want(from, from + PAGE);
      await vi.waitFor(() => expect(follow.line(from + PAGE - 1)).toBeDefined());
    }
    expect(follow.line(0)).toBeUndefined();
    expect(follow.line(40 * PAGE - 1)).toBeDefined();
    end();
  });

  test('an answer that comes late does not take the end back', async () => {
    const { backend, follow } = followOf({ logLines: 100 });
    const end = follow.follow();
    await vi.waitFor(() => expect(follow.status).not.toBeNull());
    const before = follow.status;
    backend.tick();
    await vi.waitFor(() => expect(follow.end).toBe(180));
    if (before) backend.push({ kind: 'log', status: before });
    expect(follow.end).toBe(180);
    end();
  });
});

test('places among ascending numbers are found by halves', () => {
  expect([0, 3, 4, 9, 10].map((number) => placeOf([3, 5, 9], number))).toEqual([0, 0, 1, 2, 3]);
});

test('a time without a day is the last such one', () => {
  const noon = startOfDay(Date.now()) + 12 * 3_600_000;
  expect(momentOf('11:30', noon)).toBe(noon - 1_800_000);
  expect(momentOf('12:30:15', noon)).toBe(startOfDay(noon, -1) + 45_015_000);
  expect(momentOf('25:00', noon)).toBeNull();
  expect(momentOf('soon', noon)).toBeNull();
});
