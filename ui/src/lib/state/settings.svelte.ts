import type { Backend } from '../backend/backend';
import type { ResetSettings, SaveSettings, SettingView } from '../backend/generated';
import { Loadable } from './loadable.svelte';

/** The registry's settings as they hold for the signed-in account. */
export class SettingsStore {
  readonly list: Loadable<SettingView[]>;
  #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.list = new Loadable(() => backend.call('setting.list', {}));
  }

  get(key: string): SettingView | undefined {
    return this.list.value?.find((setting) => setting.key === key);
  }

  /** Writes a value over the version it was read at; a newer one there is an error `stale`. */
  async set(key: string, value: unknown): Promise<void> {
    const version = this.get(key)?.version ?? 0;
    const changed = await this.#backend.call('setting.set', { key, value, version });
    const list = this.list.value ?? [];
    this.list.set(list.map((setting) => (setting.key === key ? changed : setting)));
  }

  /** Writes several, or none. */
  async save(wish: SaveSettings): Promise<void> {
    const changed = await this.#backend.call('setting.save', wish);
    const list = this.list.value ?? [];
    this.list.set(list.map((one) => changed.find(({ key }) => key === one.key) ?? one));
  }

  async reset(wish: ResetSettings): Promise<void> {
    this.list.set(await this.#backend.call('setting.reset', wish));
  }
}
