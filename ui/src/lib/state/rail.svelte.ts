import { Pref } from './prefs.svelte';
import type { SettingsStore } from './settings.svelte';

const key = 'ui.sidebar_collapsed';

/** Whether the rail is narrow: the setting, remembered here for the time before it is read. */
export class Rail {
  #settings: SettingsStore;
  #remembered = new Pref('rail', ['wide', 'narrow'], 'wide');
  /** What was asked for and is on its way. */
  #wish = $state<boolean | null>(null);

  constructor(settings: SettingsStore) {
    this.#settings = settings;
  }

  get narrow(): boolean {
    const value = this.#settings.get(key)?.value;
    return this.#wish ?? (typeof value === 'boolean' ? value : this.#remembered.value === 'narrow');
  }

  /** Narrows or widens it at once; where the setting cannot be written it holds in this window. */
  async toggle(): Promise<void> {
    const wish = !this.narrow;
    this.#wish = wish;
    this.#remembered.value = wish ? 'narrow' : 'wide';
    try {
      await this.#settings.set(key, wish);
      if (this.#wish === wish) this.#wish = null;
    } catch {
      await this.#settings.list.load();
    }
  }
}
