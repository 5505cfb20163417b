import type { Backend } from '../backend/backend';
import type { BackupEntry, CreateBackup } from '../backend/generated';

/** A backup that was asked for in this window; it outlives the dialog that asked for it. */
export class BackupRun {
  #backend: Backend;
  #since = $state<number | null>(null);

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Since when one is being made, milliseconds since 1970; `null` if none is. */
  get since(): number | null {
    return this.#since;
  }

  async make(how: CreateBackup): Promise<BackupEntry> {
    this.#since = Date.now();
    try {
      return await this.#backend.call('backup.create', how);
    } finally {
      this.#since = null;
    }
  }
}
