import { sentences } from '../format';
import { SvelteMap } from 'svelte/reactivity';
import { ApiError } from '../backend/backend';
import type { SettingView } from '../backend/generated';
import { pairProblem, problemOf, valueOf } from '../setting/rule';
import type { SettingsSource } from './settings.svelte';

interface Change {
  /** As it stands in the control: for numbers the text that was typed. */
  entered: unknown;
  /** Version that the change starts from. */
  version: number;
}

/** The longest reason that the audit takes. */
export const longestReason = 500;

/**
 * Changes of settings that are not saved yet. It outlives the page, so that looking at another one
 * loses nothing; it never saves by itself.
 */
export class SettingsDraft {
  reason = $state('');
  saving = $state(false);
  /** Why the last save failed. */
  error = $state.raw<ApiError | null>(null);
  #settings: SettingsSource;
  #owner: string | null = null;
  #changes = new SvelteMap<string, Change>();

  constructor(settings: SettingsSource) {
    this.#settings = settings;
  }

  /** The changes that would make a difference. */
  #pending = $derived.by(() =>
    [...this.#changes].flatMap(([key, change]) => {
      const setting = this.#settings.get(key);
      if (!setting || setting.locked !== null) return [];
      return valueOf(setting.rule, change.entered) === setting.value ? [] : [{ setting, change }];
    }),
  );

  /** How many values differ from what is saved. */
  get count(): number {
    return this.#pending.length;
  }

  /** What cannot be saved, by key. */
  problems = $derived.by(() => {
    const problems = new Map<string, string>();
    for (const { setting, change } of this.#pending) {
      const problem = problemOf(setting.rule, change.entered);
      if (problem) problems.set(setting.key, problem);
    }
    for (const { setting } of this.#pending) {
      const [key, problem] = this.#pairProblemOf(setting.key);
      if (problem && !problems.has(key)) problems.set(key, problem);
    }
    const refused = this.#refusedKey();
    if (refused && this.error && !problems.has(refused)) {
      problems.set(refused, sentences(this.error.message, this.error.hint));
    }
    return problems;
  });

  /** Settings that somebody else has changed since the draft was begun. */
  conflicts = $derived(
    this.#pending.filter(({ setting, change }) => change.version !== setting.version),
  );

  get canSave(): boolean {
    const standing = this.problems.size - (this.#refusedKey() ? 1 : 0);
    return this.count > 0 && standing <= 0 && this.conflicts.length === 0 && !this.saving;
  }

  /** What the last error says and no row does. */
  get loose(): ApiError | null {
    return this.#refusedKey() ? null : this.error;
  }

  /** What the control shows. */
  entered(setting: SettingView): unknown {
    return this.#changes.get(setting.key)?.entered ?? setting.value;
  }

  /** The value as it would be saved; the saved one while what is entered is none. */
  value(setting: SettingView): unknown {
    const value = valueOf(setting.rule, this.entered(setting));
    return value === undefined ? setting.value : value;
  }

  /** Whether it is not what resetting would put in force. */
  isChanged(setting: SettingView): boolean {
    const change = this.#changes.get(setting.key);
    if (!change) return setting.is_changed;
    return valueOf(setting.rule, change.entered) !== setting.reset_value;
  }

  isPending(setting: SettingView): boolean {
    return this.#pending.some((one) => one.setting.key === setting.key);
  }

  isConflict(setting: SettingView): boolean {
    return this.conflicts.some((one) => one.setting.key === setting.key);
  }

  enter(setting: SettingView, entered: unknown): void {
    if (this.#refusedKey() === setting.key || this.loose) this.error = null;
    if (valueOf(setting.rule, entered) === setting.value) {
      this.#changes.delete(setting.key);
      return;
    }
    const version = this.#changes.get(setting.key)?.version ?? setting.version;
    this.#changes.set(setting.key, { entered, version });
  }

  /** Takes what is there now. */
  drop(key: string): void {
    this.#changes.delete(key);
  }

  /** Goes on from what is there now, with the own value. */
  keep(setting: SettingView): void {
    const change = this.#changes.get(setting.key);
    if (change) this.#changes.set(setting.key, { ...change, version: setting.version });
  }

  /** A lock keeps the draft for whoever made it; another account finds none. */
  belongTo(user: string | null): void {
    if (this.#owner !== user) this.discard();
    this.#owner = user;
  }

  discard(): void {
    this.#changes.clear();
    this.reason = '';
    this.error = null;
  }

  /** Saves everything, or nothing. An own value that goes back to everybody's is given up. */
  async save(): Promise<boolean> {
    if (!this.canSave) return false;
    this.saving = true;
    this.error = null;
    const reason = this.reason.trim() || null;
    try {
      const pending = this.#pending.map(({ setting, change }) => ({
        setting,
        value: valueOf(setting.rule, change.entered),
        version: change.version,
      }));
      const isGivenUp = ({ setting, value }: (typeof pending)[number]) =>
        setting.is_user_override && value === setting.reset_value;
      const changes = pending
        .filter((one) => !isGivenUp(one))
        .map(({ setting, value, version }) => ({ key: setting.key, value, version }));
      if (changes.length > 0) await this.#settings.save({ changes, reason });
      for (const { setting } of pending.filter(isGivenUp)) {
        await this.#settings.reset({ what: 'key', key: setting.key, reason });
      }
      this.discard();
      return true;
    } catch (thrown) {
      this.error = ApiError.from(thrown);
      // Somebody else was faster: the rows show what is there now, and ask.
      if (this.error.code === 'stale') {
        await this.#settings.list.load();
        if (this.conflicts.length > 0) this.error = null;
      }
      return false;
    } finally {
      this.saving = false;
    }
  }

  /** The setting that the last error names. */
  #refusedKey(): string | null {
    const message = this.error?.message ?? '';
    return this.#pending.find(({ setting }) => message.includes(setting.key))?.setting.key ?? null;
  }

  /** The problem of two marks that have to follow each other, and the key that shows it. */
  #pairProblemOf(key: string): [key: string, problem: string | null] {
    const warningKey = key.replace('_critical_', '_warning_');
    const warning = this.#settings.get(warningKey);
    const critical = this.#settings.get(warningKey.replace('_warning_', '_critical_'));
    if (!warning || !critical || warning === critical) return [key, null];
    return [
      warningKey,
      pairProblem(
        valueOf(warning.rule, this.entered(warning)),
        valueOf(critical.rule, this.entered(critical)),
      ),
    ];
  }
}
