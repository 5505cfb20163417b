import type { AppAddress, Code, Commands, Push, TerminalOutput } from './generated';

/** The other side: the one Rust process that owns the data, or its stand-in in tests. */
export interface Backend {
  call<K extends keyof Commands>(name: K, args: Commands[K][0]): Promise<Commands[K][1]>;
  /** Hands over every push from now on; the result ends that. */
  subscribe(on: (push: Push) => void): Promise<() => void>;
  /**
   * Hands over what a terminal writes from now on, then its end; the result ends that, not the
   * terminal. The other side waits when much was handed over and not shown: what `onOutput` returns
   * settles when it is.
   */
  attachTerminal(
    id: string,
    onOutput: (output: TerminalOutput) => void | Promise<void>,
  ): () => void;
  /** Opens a page of the web, `http` or `https`, in the system's browser. */
  openLink(url: string): Promise<void>;
  /** Opens the page of an app in the system's browser, through a tunnel where it takes one. */
  openApp(id: string): Promise<AppAddress>;
}

/** What a call fails with: what happened, and what to do about it. */
export class ApiError extends Error {
  readonly code: Code;
  readonly hint: string;

  constructor(code: Code, message: string, hint = '') {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.hint = hint;
  }

  /** Turns whatever was thrown into an error that can be shown. */
  static from(thrown: unknown): ApiError {
    if (thrown instanceof ApiError) return thrown;
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'message' in thrown) {
      const { code, message } = thrown;
      const hint = 'hint' in thrown ? thrown.hint : '';
      return new ApiError(code as Code, String(message), hint ? String(hint) : '');
    }
    return new ApiError(
      'failed',
      thrown instanceof Error ? thrown.message : String(thrown),
      'Try again. If it stays, restart Tomo.',
    );
  }
}
