import { ApiError, type Backend } from '../../../lib/backend/backend';
import type { InstalledAppId, OwnApp, OwnFiles } from '../../../lib/backend/generated';
import type { OwnFilesDraft } from '../../../lib/state/own_files.svelte';

/** Milliseconds without a letter after which is read what was written. */
const PAUSE = 300;

const run = /^\s*(?:\$\s+)?(?:sudo\s+)?(?:docker|podman)\s+(?:container\s+)?(?:run|create)\b/;

/** What files that somebody writes are as an app, read anew after each pause. */
export class Reading {
  /** The last answer; what it says of lines may be of a text that was longer or shorter. */
  app = $state.raw<OwnApp | null>(null);
  /** Why it could not be read. */
  error = $state.raw<ApiError | null>(null);
  /** Whether the answer is not yet of what is written. */
  isBehind = $state(true);

  readonly draft: OwnFilesDraft;
  readonly #backend: Backend;
  /** The app on a server whose files these are. */
  readonly #id: InstalledAppId | null;
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(backend: Backend, draft: OwnFilesDraft, id: InstalledAppId | null = null) {
    this.#backend = backend;
    this.draft = draft;
    this.#id = id;
  }

  isEmpty = $derived.by(() => this.draft.compose.trim() === '');

  /** Whether it is a command line, and no file yet. */
  isRun = $derived.by(() => run.test(this.draft.compose));

  /** Whether it can be taken as it is written. */
  isReady = $derived.by(
    () =>
      !this.isBehind &&
      !this.isEmpty &&
      this.error === null &&
      this.app !== null &&
      this.app.problems.length === 0 &&
      this.app.manifest !== null,
  );

  /** The files as they are taken: a command line has become a file by now. */
  get files(): OwnFiles {
    const compose = this.isRun && this.app ? this.app.compose : this.draft.compose;
    return { compose, ...(this.draft.env.trim() !== '' && { env: this.draft.env }) };
  }

  write(compose: string): void {
    this.draft.compose = compose;
    this.#later();
  }

  writeEnv(env: string): void {
    this.draft.env = env;
    this.#later();
  }

  /** Has the command line's place taken by the file that it was turned into. */
  takeFile(): void {
    if (!this.app || !this.isRun) return;
    this.draft.compose = this.app.compose;
    void this.look();
  }

  /** Reads what is written now. */
  async look(): Promise<void> {
    this.stop();
    const turn = ++this.#turn;
    const { compose: text, env } = this.draft;
    if (text.trim() === '') {
      this.app = null;
      this.error = null;
      this.isBehind = false;
      return;
    }
    this.isBehind = true;
    try {
      const app = await this.#backend.call('app.read_compose', {
        text,
        ...(env.trim() !== '' && { env }),
        ...(this.#id !== null && { id: this.#id }),
      });
      if (turn !== this.#turn) return;
      this.app = app;
      this.error = null;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.error = ApiError.from(thrown);
    }
    this.isBehind = false;
  }

  /** Drops what is waiting to be read. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #later(): void {
    this.stop();
    // What is on its way is of a text that is not there any more.
    this.#turn += 1;
    this.isBehind = true;
    this.#timer = setTimeout(() => void this.look(), PAUSE);
  }
}
