/** The screen of a terminal: xterm with the theme's colours. Loaded when the first one is opened. */
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { type ITheme, Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { TerminalSize } from '../../lib/backend/generated';

/** Lines that can be scrolled back to. */
const SCROLLBACK = 10_000;

/**
 * The first screen, no mouse and no bracketed paste, plain letters, a line of its own. Leaving the
 * other screen moves the cursor to where it was saved, so it is saved where it is.
 */
const CALM = '\u001b7\u001b[?1049l\u001b[?1000;1002;1003;1006;2004l\u001b[!p\u001b[0m\r\n';

export interface ScreenEvents {
  /** Bytes that were typed or pasted. */
  onInput: (bytes: Uint8Array) => void;
  onResize: (size: TerminalSize) => void;
  /** A key that the window may want; true: it was used, and does not go to the terminal. */
  onKey: (event: KeyboardEvent) => boolean;
}

export interface Screen {
  readonly size: TerminalSize;
  /** Settles when the bytes are on the screen. */
  write(bytes: Uint8Array): Promise<void>;
  /** Tomo's own words, in grey, on a line of their own. */
  say(text: string): void;
  /** Undoes what a program left behind that did not end by itself; what was written stays. */
  calm(): void;
  fit(): void;
  focus(): void;
  selection(): string;
  selectAll(): void;
  paste(text: string): void;
  find(text: string, direction: 1 | -1): boolean;
  setReader(on: boolean): void;
  recolour(): void;
  dispose(): void;
}

/** The theme's colours, as the page has them now. */
function themeOf(element: HTMLElement): ITheme {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const [text, faint, red, green, yellow, blue, magenta, cyan] = [
    'text',
    'text-3',
    'crit-text',
    'add-text',
    'warn-text',
    'ansi-blue',
    'ansi-magenta',
    'accent-text',
  ].map(token);
  return {
    background: token('bg-inset'),
    foreground: text,
    cursor: text,
    cursorAccent: token('bg-inset'),
    selectionBackground: token('accent-soft'),
    selectionForeground: text,
    black: faint,
    red,
    green,
    yellow,
    blue,
    magenta,
    cyan,
    white: token('text-2'),
    brightBlack: faint,
    brightRed: red,
    brightGreen: green,
    brightYellow: yellow,
    brightBlue: blue,
    brightMagenta: magenta,
    brightCyan: cyan,
    brightWhite: text,
  } as ITheme;
}

/** Draws a terminal into an element that is on the page. */
export function openScreen(element: HTMLElement, reader: boolean, events: ScreenEvents): Screen {
  const style = getComputedStyle(element);
  const terminal = new Terminal({
    fontFamily: style.getPropertyValue('--font-mono').trim() || 'monospace',
    fontSize: 12,
    lineHeight: 1.3,
    scrollback: SCROLLBACK,
    screenReaderMode: reader,
    minimumContrastRatio: 4.5,
    theme: themeOf(element),
    // Where a link leads is the server's word; nothing here follows it.
    linkHandler: { activate: () => undefined },
  });
  const fit = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.attachCustomKeyEventHandler((event) => event.type !== 'keydown' || !events.onKey(event));
  const encoder = new TextEncoder();
  terminal.onData((text) => events.onInput(encoder.encode(text)));
  terminal.onBinary((text) =>
    events.onInput(Uint8Array.from(text, (letter) => letter.charCodeAt(0))),
  );
  terminal.onResize(({ cols, rows }) => events.onResize({ columns: cols, rows }));
  terminal.open(element);
  fit.fit();
  return {
    get size() {
      return { columns: terminal.cols, rows: terminal.rows };
    },
    write: (bytes) => new Promise((shown) => terminal.write(bytes, shown)),
    say: (text) => terminal.write(`\r\n\u001b[90m${text.replace(/\p{Cc}/gu, ' ')}\u001b[0m\r\n`),
    calm: () => terminal.write(CALM),
    fit: () => fit.fit(),
    focus: () => terminal.focus(),
    selection: () => terminal.getSelection(),
    selectAll: () => terminal.selectAll(),
    paste: (text) => terminal.paste(text),
    find: (text, direction) => (direction > 0 ? search.findNext(text) : search.findPrevious(text)),
    setReader: (on) => {
      terminal.options.screenReaderMode = on;
    },
    recolour: () => {
      terminal.options.theme = themeOf(element);
    },
    dispose: () => terminal.dispose(),
  };
}
