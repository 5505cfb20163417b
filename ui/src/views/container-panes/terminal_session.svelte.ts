import { ApiError, type Backend } from '../../lib/backend/backend';
import type { TerminalOutput, TerminalSize } from '../../lib/backend/generated';
import type { TerminalTab } from '../../lib/state/terminals.svelte';
import type { Screen } from './screen';

/** Bytes that one call types; the other side takes 64 KiB. */
const MOST_TYPED = 48 * 1024;

/** A drag of the edge gives many sizes; the last of this long is told, milliseconds. */
const SETTLED = 80;

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

type State =
  | { kind: 'opening' }
  | { kind: 'open'; terminalId: string }
  | { kind: 'failed'; error: ApiError }
  | { kind: 'ended'; exitCode: number | null; reason: string | null };

/**
 * One terminal: opens it on the other side, carries what is typed and printed in order, and says how
 * it ended. Knows the screen only as something that takes bytes.
 */
export class TerminalSession {
  readonly tab: TerminalTab;
  state = $state.raw<State>({ kind: 'opening' });
  /** Where it leads, as the other side says. */
  title = $state('');

  #backend: Backend;
  #screen: Screen | null = null;
  #detach: (() => void) | null = null;
  #typed: Uint8Array[] = [];
  #typing = false;
  #size: TerminalSize | null = null;
  #resizing: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  constructor(tab: TerminalTab, backend: Backend) {
    this.tab = tab;
    this.title = tab.title;
    this.#backend = backend;
  }

  /** Opens it at the size of its screen; also again, after it failed or ended. */
  async open(screen: Screen): Promise<void> {
    this.#screen = screen;
    if (this.state.kind === 'ended') screen.calm();
    this.state = { kind: 'opening' };
    this.#size = screen.size;
    try {
      const terminal = await this.#backend.call('terminal.open', {
        target: this.tab.target,
        size: screen.size,
      });
      if (this.#isClosed) {
        await this.#closeThere(terminal.terminal_id);
        return;
      }
      this.title = terminal.title || this.tab.title;
      this.state = { kind: 'open', terminalId: terminal.terminal_id };
      this.#detach = this.#backend.attachTerminal(terminal.terminal_id, (output) =>
        this.#onOutput(output),
      );
      // The window may have changed its size meanwhile.
      if (screen.size.columns !== this.#size.columns || screen.size.rows !== this.#size.rows) {
        this.resize(screen.size);
      }
      void this.#type();
    } catch (thrown) {
      // What was typed for this shell must not run in the next one.
      this.#typed = [];
      if (!this.#isClosed) this.state = { kind: 'failed', error: ApiError.from(thrown) };
    }
  }

  /** Types bytes; they arrive in order, also those typed before it was open. */
  write(bytes: Uint8Array): void {
    if (this.state.kind !== 'open' && this.state.kind !== 'opening') return;
    for (let at = 0; at < bytes.length; at += MOST_TYPED) {
      this.#typed.push(bytes.slice(at, at + MOST_TYPED));
    }
    void this.#type();
  }

  resize(size: TerminalSize): void {
    clearTimeout(this.#resizing);
    this.#resizing = setTimeout(() => {
      if (this.state.kind !== 'open') return;
      this.#size = size;
      const call = { terminal_id: this.state.terminalId, size };
      // One that ended meanwhile has no size.
      this.#backend.call('terminal.resize', call).catch(() => undefined);
    }, SETTLED);
  }

  /** Ends it and what runs in it. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#resizing);
    this.#detach?.();
    if (this.state.kind === 'open') void this.#closeThere(this.state.terminalId);
    this.#screen?.dispose();
    this.#screen = null;
  }

  async #closeThere(terminal_id: string): Promise<void> {
    // One that ended by itself is closed.
    await this.#backend.call('terminal.close', { terminal_id }).catch(() => undefined);
  }

  async #type(): Promise<void> {
    if (this.#typing) return;
    this.#typing = true;
    while (this.state.kind === 'open' && this.#typed.length > 0) {
      const bytes = this.#taken();
      try {
        await this.#backend.call('terminal.write', {
          terminal_id: this.state.terminalId,
          bytes: toBase64(bytes),
        });
      } catch (thrown) {
        const error = ApiError.from(thrown);
        this.#typed = [];
        this.#screen?.say(`Not typed: ${error.message}`);
      }
    }
    this.#typing = false;
  }

  /** What was typed since the last call, together, up to what one call takes. */
  #taken(): Uint8Array {
    let length = 0;
    let count = 0;
    for (const bytes of this.#typed) {
      if (count > 0 && length + bytes.length > MOST_TYPED) break;
      length += bytes.length;
      count += 1;
    }
    const together = new Uint8Array(length);
    let at = 0;
    for (const bytes of this.#typed.splice(0, count)) {
      together.set(bytes, at);
      at += bytes.length;
    }
    return together;
  }

  /** Settles when it is shown: the other side sends no more than can be drawn. */
  async #onOutput(output: TerminalOutput): Promise<void> {
    if (output.kind === 'data') {
      await this.#screen?.write(fromBase64(output.bytes));
      return;
    }
    this.#detach?.();
    this.#detach = null;
    this.#typed = [];
    this.state = { kind: 'ended', exitCode: output.exit_code, reason: output.reason };
  }
}

/** How a terminal ended, in words. */
export function endText(exitCode: number | null, reason: string | null): string {
  if (reason) return reason;
  if (exitCode === null) return 'The terminal was cut off.';
  return exitCode === 0 ? 'The shell has ended.' : `The shell has ended with ${exitCode}.`;
}
