import { ApiError, type Backend } from '../../../../lib/backend/backend';
import type {
  AppSetting,
  Commands,
  InstalledAppDetails,
  OwnFiles,
  UpdatePlan,
} from '../../../../lib/backend/generated';
import { Drafting } from '../../plan/drafting.svelte';

type Wish = Commands['app.update_plan'][0];

/** What somebody wants of an app that is there: its next version, or other values. */
export class Changing extends Drafting<UpdatePlan> {
  readonly #before: InstalledAppDetails;
  /** Whether only its settings are to change. */
  readonly #keepsVersion: boolean;
  /** Files that it is to have, where somebody wrote them anew. */
  readonly #own: OwnFiles | null;
  /** What the plan that is shown is of. */
  #planned: Wish | null = null;

  constructor(
    backend: Backend,
    before: InstalledAppDetails,
    keepsVersion: boolean,
    own: OwnFiles | null = null,
  ) {
    super(backend);
    this.#before = before;
    this.#keepsVersion = keepsVersion;
    this.#own = own;
  }

  /** Whether anything would be another way than it is. */
  isChange = $derived.by(() => {
    const { plan, secrets } = this;
    if (!plan) return false;
    const { from, to, compose, variables, new_settings, newer_images } = plan;
    const parts = [compose, variables, new_settings, newer_images];
    // Secrets are in no line: files that somebody wrote anew are another way by that alone.
    const hasHidden = this.#own !== null || Object.keys(secrets).length > 0;
    return from !== to || hasHidden || parts.some(({ length }) => length > 0);
  });

  /** Whether it can be done exactly as it is shown. */
  isReady = $derived.by(
    () =>
      !this.isBehind &&
      this.error === null &&
      this.plan !== null &&
      this.plan.problems.length === 0 &&
      this.isChange,
  );

  /** Settings that come with the next version. */
  added = $derived.by<readonly AppSetting[]>(() => this.plan?.new_settings ?? []);

  /** Settings that it has, as far as the next version has them still. */
  kept = $derived.by<readonly AppSetting[]>(() => {
    const values = this.plan?.values ?? {};
    // Where a value cannot be taken, nobody says which there will be.
    const isKnown = Object.keys(values).length > 0;
    const added = new Set(this.added.map(({ name }) => name));
    return this.#before.manifest.settings.filter(
      ({ name, kind }) =>
        !added.has(name) && (kind.type === 'secret' || !isKnown || name in values),
    );
  });

  /** The value that a setting has now. */
  now(setting: string): string | undefined {
    return this.#before.values[setting];
  }

  /** Begins what is shown, and nothing else; it goes on by itself. */
  async begin(): Promise<void> {
    if (!this.#planned || !this.isReady) {
      throw new ApiError('stale', 'What is shown is not of what is wanted now.', 'Look again.');
    }
    await this.backend.call('app.update', { ...this.#planned, secrets: { ...this.secrets } });
    this.secrets = {};
  }

  protected override async ask() {
    const wish: Wish = {
      id: this.#before.app.id,
      values: { ...this.values },
      keeps_version: this.#keepsVersion,
      ...(this.#own && { own: this.#own }),
    };
    const plan = await this.backend.call('app.update_plan', wish);
    const take = () => (this.#planned = wish);
    return { plan, take };
  }
}
