import { ApiError, type Backend } from '../../../../lib/backend/backend';
import type {
  AppRestMode,
  AppBackupPreview,
  InstalledAppId,
} from '../../../../lib/backend/generated';
import { Loadable } from '../../../../lib/state/loadable.svelte';

/** A backup of an app as somebody fills it in. */
export class BackingUp {
  readonly preview: Loadable<AppBackupPreview>;
  mode = $state<AppRestMode>('stop');
  /** The file; absent until one was chosen. */
  path = $state<string | null>(null);
  passphrase = $state('');
  /** Whether the passphrase is typed twice and can be taken. */
  complete = $state(false);
  /** Names of parts that are left out. */
  without = $state.raw<readonly string[]>([]);
  chooseError = $state.raw<ApiError | null>(null);

  readonly #backend: Backend;
  readonly #id: InstalledAppId;

  constructor(backend: Backend, id: InstalledAppId) {
    this.#backend = backend;
    this.#id = id;
    this.preview = new Loadable(() => backend.call('app.backup_preview', { id }));
  }

  /** What goes into it. */
  parts = $derived.by(() =>
    (this.preview.value?.parts ?? []).filter(({ name }) => !this.without.includes(name)),
  );

  leave(name: string, isLeft: boolean): void {
    const others = this.without.filter((one) => one !== name);
    this.without = isLeft ? [...others, name] : others;
  }

  async choose(): Promise<void> {
    this.chooseError = null;
    try {
      const chosen = await this.#backend.call('file.choose', { purpose: 'save_app_backup' });
      if (chosen !== null) this.path = chosen;
    } catch (thrown) {
      this.chooseError = ApiError.from(thrown);
    }
  }

  /** Begins it; it goes on by itself. */
  async begin(): Promise<void> {
    const { path, mode, passphrase, preview } = this;
    if (path === null || !this.complete || preview.value === null) return;
    const known = new Set(preview.value.parts.map(({ name }) => name));
    await this.#backend.call('app.backup', {
      id: this.#id,
      path,
      passphrase,
      mode,
      // The system's dialog has asked already whether a file that is there is replaced.
      replace: true,
      leave_out: this.without.filter((name) => known.has(name)),
    });
    this.passphrase = '';
  }
}
