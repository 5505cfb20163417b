import { ApiError, type Backend } from '../../../lib/backend/backend';
import type { AppBackupContents } from '../../../lib/backend/generated';

/** A backup of an app that is being looked into. */
export class OpeningApp {
  path = $state<string | null>(null);
  passphrase = $state('');
  contents = $state.raw<AppBackupContents | null>(null);
  busy = $state(false);
  error = $state.raw<ApiError | null>(null);
  readonly #backend: Backend;

  constructor(backend: Backend, path: string | null) {
    this.#backend = backend;
    this.path = path;
  }

  /** Whether what is wrong is the passphrase, and not the file. */
  isPassphrase = $derived.by(() => /passphrase/i.test(this.error?.message ?? ''));

  async choose(): Promise<void> {
    this.error = null;
    try {
      const chosen = await this.#backend.call('file.choose', { purpose: 'open_app_backup' });
      if (chosen !== null) this.path = chosen;
    } catch (thrown) {
      this.error = ApiError.from(thrown);
    }
  }

  async look(): Promise<void> {
    const { path, passphrase } = this;
    if (path === null || passphrase === '' || this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      this.contents = await this.#backend.call('app.backup_inspect', { path, passphrase });
    } catch (thrown) {
      this.error = ApiError.from(thrown);
    } finally {
      this.busy = false;
    }
  }

  /** Another file, or another passphrase. */
  close(): void {
    this.contents = null;
    this.passphrase = '';
    this.error = null;
  }
}
