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

/** A personal setting as those have it who have not set another value for themselves. */
export function forEverybody(setting: SettingView): SettingView {
  const value = setting.is_user_override ? setting.reset_value : setting.value;
  return {
    ...setting,
    value,
    reset_value: setting.default_value,
    is_user_override: false,
    is_changed: value !== setting.default_value,
    version: setting.system_version,
    // The row may say who set the own value, which is another matter.
    updated_at: setting.is_user_override ? null : setting.updated_at,
    updated_by: setting.is_user_override ? null : setting.updated_by,
  };
}

/** What a draft reads and writes. */
export type SettingsSource = Pick<SettingsStore, 'get' | 'list' | 'save' | 'reset'>;

/** Everybody's values of personal settings, for admins. */
export class EverybodysSettings implements SettingsSource {
  readonly list: Loadable<SettingView[]>;
  #settings: SettingsStore;

  constructor(settings: SettingsStore) {
    this.#settings = settings;
    this.list = settings.list;
  }

  get(key: string): SettingView | undefined {
    const setting = this.#settings.get(key);
    return setting && forEverybody(setting);
  }

  save({ changes, reason }: SaveSettings): Promise<void> {
    const everybodys = changes.map((change) => ({ ...change, for_everybody: true }));
    return this.#settings.save({ changes: everybodys, reason });
  }

  reset(wish: ResetSettings): Promise<void> {
    return this.#settings.reset(wish.what === 'key' ? { ...wish, for_everybody: true } : wish);
  }
}
