import { ApiError, type Backend } from '../../lib/backend/backend';
import type { BackupContents } from '../../lib/backend/generated';

/** A backup that is being looked into: under the remembered passphrase, or a typed one. */
export class Opening {
  contents = $state.raw<BackupContents | null>(null);
  error = $state.raw<ApiError | null>(null);
  busy = $state(false);
  passphrase = $state('');
  #backend: Backend;
  #command: 'backup.inspect' | 'setup.inspect';

  constructor(backend: Backend, command: 'backup.inspect' | 'setup.inspect' = 'backup.inspect') {
    this.#backend = backend;
    this.#command = command;
  }

  /** What names the backup for a call. */
  args(path: string): { path: string; passphrase?: string } {
    return { path, ...(this.passphrase !== '' && { passphrase: this.passphrase }) };
  }

  async look(path: string): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      this.contents = await this.#backend.call(this.#command, this.args(path));
    } catch (thrown) {
      this.error = ApiError.from(thrown);
    } finally {
      this.busy = false;
    }
  }

  /** Another backup is looked at: nothing is known of it yet. */
  forget(): void {
    this.contents = null;
    this.error = null;
  }
}
