import { screen, waitFor } from '@testing-library/svelte';
import { afterEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../lib/backend/backend';
import type { FakeOptions } from '../../lib/backend/fake/fake';
import { terminals } from '../../lib/state/terminals.svelte';
import { faults } from '../../lib/test/app';
import type { Screen, ScreenEvents } from './screen';
import { endText, fromBase64, toBase64 } from './terminal_session.svelte';
import TerminalTabs from './TerminalTabs.svelte';
import { open } from './test/stage';

/** What xterm would draw needs a real browser; here its screen is what was written to it. */
interface Drawn {
  text: string;
  events: ScreenEvents;
  focused: number;
  calmed: number;
  /** What is written and not yet drawn, while a test holds it back. */
  undrawn: (() => void)[] | null;
}
const screens = vi.hoisted(() => [] as Drawn[]);
vi.mock('./screen', () => ({
  openScreen: (_element: HTMLElement, _reader: boolean, events: ScreenEvents): Screen => {
    const drawn: Drawn = { text: '', events, focused: 0, calmed: 0, undrawn: null };
    screens.push(drawn);
    return {
      size: { columns: 80, rows: 24 },
      write: async (bytes) => {
        if (drawn.undrawn) await new Promise<void>((done) => drawn.undrawn?.push(done));
        drawn.text += new TextDecoder().decode(bytes);
      },
      calm: () => (drawn.calmed += 1),
      selectAll: () => undefined,
      say: (text) => (drawn.text += text),
      fit: () => undefined,
      focus: () => (drawn.focused += 1),
      selection: () => 'selected',
      paste: (text) => events.onInput(new TextEncoder().encode(text)),
      find: (text) => drawn.text.includes(text),
      setReader: () => undefined,
      recolour: () => undefined,
      dispose: () => undefined,
    };
  },
}));

const server = { kind: 'server', server_id: 'server-nas' } as const;

function openTabs(options: FakeOptions = {}) {
  const view = open(TerminalTabs, {}, options);
  const type = (text: string, at = 0) =>
    screens[at]?.events.onInput(new TextEncoder().encode(text));
  return { ...view, type };
}

afterEach(() => {
  terminals.closeAll();
  screens.length = 0;
});

test('nothing is there until a terminal is opened', () => {
  openTabs();
  expect(screen.queryByRole('tablist')).toBeNull();
});

test('what is typed goes there, and what comes is drawn, in order', async () => {
  const { called, type } = openTabs();
  terminals.open(server, 'nas');
  await waitFor(() => expect(screens[0]?.text).toContain('$ '));
  expect(await faults()).toEqual([]);
  for (const letter of 'ls\r') type(letter);
  await waitFor(() => expect(screens[0]?.text).toContain('start.sh'));
  expect(called('terminal.open')[0]?.args).toEqual({
    target: server,
    size: { columns: 80, rows: 24 },
  });
});

// The other side waits for what it sent to be drawn, so nothing may be called drawn too early.
test('bytes are acknowledged only when they are on the screen', async () => {
  const { backend } = openTabs();
  let shown = 0;
  const attach = backend.terminals.attach.bind(backend.terminals);
  backend.terminals.attach = (id, on) =>
    attach(id, (output) => {
      void Promise.resolve(on(output)).then(() => (shown += 1));
    });
  terminals.open(server, 'nas');
  await waitFor(() => expect(shown).toBe(1));
  const [drawn] = screens;
  if (!drawn) throw new Error('there is a screen');
  drawn.undrawn = [];
  drawn.events.onInput(new TextEncoder().encode('a'));
  await waitFor(() => expect(drawn.undrawn).toHaveLength(1));
  await new Promise((next) => setTimeout(next));
  expect(shown).toBe(1);
  drawn.undrawn[0]?.();
  await waitFor(() => expect(shown).toBe(2));
});

// Each call waits for the one before: two on their way could change places.
test('letters never overtake each other, however slowly they are carried', async () => {
  const { backend, called } = openTabs();
  terminals.open(server, 'nas');
  await waitFor(() => expect(screens[0]?.text).toContain('$ '));
  const call = backend.call.bind(backend);
  let underWay = 0;
  let most = 0;
  let turn = 0;
  backend.call = async (name, args) => {
    if (name !== 'terminal.write') return call(name, args);
    most = Math.max(most, (underWay += 1));
    // The first is the slowest.
    await new Promise((next) => setTimeout(next, 20 - 5 * turn++));
    underWay -= 1;
    return call(name, args);
  };
  for (const letter of 'abc') {
    screens[0]?.events.onInput(new TextEncoder().encode(letter));
    await Promise.resolve();
  }
  await waitFor(() => expect(screens[0]?.text).toContain('$ abc'));
  expect(most).toBe(1);
  expect(called('terminal.write').length).toBeLessThan(3);
});

// A paste of a file is more than one call takes.
test('a long paste is split, and arrives whole', async () => {
  const { called, type } = openTabs();
  terminals.open(server, 'nas');
  await waitFor(() => expect(screens[0]?.text).toContain('$ '));
  const text = 'ä€😀'.repeat(12_000);
  type(text);
  await waitFor(() => expect(called('terminal.write').length).toBeGreaterThan(1));
  await waitFor(() => {
    const parts = called('terminal.write').map((call) =>
      fromBase64((call.args as { bytes: string }).bytes),
    );
    expect(parts.every((part) => part.length <= 64 * 1024)).toBe(true);
    const whole = new Uint8Array(parts.flatMap((part) => [...part]));
    expect(new TextDecoder().decode(whole)).toBe(text);
  });
});

test('its size is told once the window stands still', async () => {
  const { backend, called } = openTabs();
  terminals.open(server, 'nas');
  await waitFor(() => expect(screens[0]?.text).toContain('$ '));
  for (const columns of [90, 95, 100]) screens[0]?.events.onResize({ columns, rows: 30 });
  await waitFor(() => expect(called('terminal.resize')).toHaveLength(1));
  expect(backend.terminals.sizeOf('terminal-1')).toEqual({ columns: 100, rows: 30 });
});

test('tabs are reached and closed by keys, and closing one ends it there', async () => {
  const { user, called } = openTabs();
  terminals.open(server, 'nas');
  terminals.open(server, 'nas again');
  await waitFor(() => expect(called('terminal.open')).toHaveLength(2));
  const [first, second] = await screen.findAllByRole('tab');
  if (!first || !second) throw new Error('there are two tabs');
  expect(second).toHaveAttribute('aria-selected', 'true');
  second.focus();
  await user.keyboard('{ArrowLeft}');
  expect(first).toHaveAttribute('aria-selected', 'true');
  await waitFor(() => expect(first).toHaveFocus());
  expect(await faults()).toEqual([]);
  await user.keyboard('{Delete}');
  await waitFor(() => expect(called('terminal.close')).toHaveLength(1));
  expect(screen.getAllByRole('tab')).toHaveLength(1);
});

// The keys of the window must not fire while a shell takes them, and there must be a way out.
test('only a few chords are the window’s while a shell has the keyboard', async () => {
  openTabs();
  terminals.open(server, 'nas');
  await waitFor(() => expect(screens[0]?.text).toContain('$ '));
  const press = (key: string, more: KeyboardEventInit = {}) =>
    screens[0]?.events.onKey(new KeyboardEvent('keydown', { key, ...more }));
  expect(press('k', { ctrlKey: true })).toBe(false);
  expect(press('Escape')).toBe(false);
  expect(press('v', { ctrlKey: true })).toBe(false);
  expect(press('F6', { ctrlKey: true })).toBe(true);
  expect(screen.getByRole('tab')).toHaveFocus();
});

// Whoever went into a terminal by a key comes out by it, to where they were.
test('the keyboard goes in, out to the tab and back to the page', async () => {
  const { user } = openTabs();
  const page = document.body.appendChild(document.createElement('button'));
  terminals.open(server, 'nas');
  await waitFor(() => expect(screens[0]?.text).toContain('$ '));
  page.focus();
  const before = screens[0]?.focused ?? 0;
  await user.keyboard('{Control>}{F6}{/Control}');
  await waitFor(() => expect(screens[0]?.focused).toBe(before + 1));
  screens[0]?.events.onKey(new KeyboardEvent('keydown', { key: 'F6', ctrlKey: true }));
  expect(screen.getByRole('tab')).toHaveFocus();
  await user.keyboard('{Escape}');
  expect(page).toHaveFocus();
  page.remove();
});

test('folded away it goes on, and is shown again at its tab', async () => {
  const { user, type, called } = openTabs();
  terminals.open(server, 'nas');
  await waitFor(() => expect(screens[0]?.text).toContain('$ '));
  await user.click(screen.getByRole('button', { name: 'Fold the terminals away' }));
  expect(screen.queryByRole('tabpanel')).toBeNull();
  type('ls\r');
  await waitFor(() => expect(screens[0]?.text).toContain('start.sh'));
  expect(called('terminal.close')).toEqual([]);
  await user.click(screen.getByRole('tab'));
  expect(screen.getByRole('tabpanel')).toBeVisible();
});

test('the other button of the pointer copies and pastes', async () => {
  const { user } = openTabs();
  terminals.open(server, 'nas');
  await waitFor(() => expect(screens[0]?.text).toContain('$ '));
  const place = document.querySelector('.screen');
  if (!place) throw new Error('there is a place for the screen');
  await user.pointer({ keys: '[MouseRight]', target: place });
  await user.click(await screen.findByRole('menuitem', { name: /^Copy/ }));
  expect(await navigator.clipboard.readText()).toBe('selected');
  await navigator.clipboard.writeText('uptime');
  await user.pointer({ keys: '[MouseRight]', target: place });
  await user.click(await screen.findByRole('menuitem', { name: /^Paste/ }));
  await waitFor(() => expect(screens[0]?.text).toContain('$ uptime'));
});

test('a shell that ended says with what, and is opened again on request', async () => {
  const { user, type, called } = openTabs();
  terminals.open(server, 'nas');
  await waitFor(() => expect(screens[0]?.text).toContain('$ '));
  type('exit 3\r');
  expect(await screen.findByText('The shell has ended with 3.')).toBeVisible();
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole('button', { name: 'Open it again' }));
  await waitFor(() => expect(called('terminal.open')).toHaveLength(2));
  await waitFor(() => expect(screen.queryByText('The shell has ended with 3.')).toBeNull());
  // What the last program left behind must not be in the way of the next shell.
  expect(screens[0]?.calmed).toBe(1);
});

test('a terminal that cannot be opened says why', async () => {
  const error = new ApiError('failed', 'There is no shell in web.', 'Name a program to run.');
  openTabs({ failing: { 'terminal.open': error } });
  terminals.open(server, 'nas');
  expect(await screen.findByText('There is no shell in web.')).toBeVisible();
  expect(screen.getByRole('button', { name: 'Try again' })).toBeVisible();
  expect(await faults()).toEqual([]);
});

test('whoever may only look is told so instead of given a shell', async () => {
  openTabs({ role: 'readonly' });
  terminals.open(server, 'nas');
  expect(await screen.findByText('ana may only look.')).toBeVisible();
});

// A locked window must leave no shell open behind it.
test('all of them end with the window', async () => {
  const { called, unmount } = openTabs();
  terminals.open(server, 'nas');
  await waitFor(() => expect(screens[0]?.text).toContain('$ '));
  unmount();
  await waitFor(() => expect(called('terminal.close')).toHaveLength(1));
  expect(terminals.all).toEqual([]);
});

test('bytes are carried as base64 without loss, and ends have words', () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => at % 256);
  expect(fromBase64(toBase64(bytes))).toEqual(bytes);
  expect(endText(0, null)).toBe('The shell has ended.');
  expect(endText(null, null)).toBe('The terminal was cut off.');
  expect(endText(null, 'The server went away.')).toBe('The server went away.');
});
