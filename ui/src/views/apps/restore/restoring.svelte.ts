import { ApiError, type Backend } from '../../../lib/backend/backend';
import type {
  AppDataPart,
  AppSetting,
  Commands,
  InstalledAppId,
  RestorePlan,
  ServerId,
} from '../../../lib/backend/generated';
import { Placing } from '../plan/placing.svelte';

type Wish = Commands['app.restore_plan'][0];
/** What restoring would do, with the values that it would take. */
type Shown = RestorePlan & { values: Record<string, string> };

/** A backup that was opened, and where somebody wants it. */
export class Restoring extends Placing<Shown> {
  readonly #path: string;
  readonly #passphrase: string;
  /** What the plan that is shown is of. */
  #planned: Wish | null = null;

  constructor(backend: Backend, path: string, passphrase: string, server: ServerId | null) {
    super(backend);
    this.#path = path;
    this.#passphrase = passphrase;
    this.server = server;
  }

  /** Whether it can be restored exactly as it is shown. */
  isReady = $derived.by(() => {
    const { plan } = this;
    if (this.isBehind || this.nameProblem !== null || this.error !== null || !plan) return false;
    return plan.over !== null || plan.plan?.is_ready === true;
  });

  /** Where a part goes. */
  placeOf(part: AppDataPart): string | undefined {
    return this.plan?.ways.find(
      (one) => one.part.name === part.name && one.part.service === part.service,
    )?.to;
  }

  /** Begins what is shown, and nothing else; the id of what goes on by itself from now on. */
  async begin(): Promise<InstalledAppId> {
    if (!this.#planned || !this.isReady) {
      throw new ApiError('stale', 'What is shown is not of what is wanted now.', 'Look again.');
    }
    const { app } = await this.backend.call('app.restore', this.#planned);
    return app.id;
  }

  protected override canAsk(): boolean {
    return this.server !== null && super.canAsk();
  }

  protected override async ask() {
    const wish: Wish = {
      path: this.#path,
      passphrase: this.#passphrase,
      server_id: this.server ?? '',
      ...(this.project !== null && this.project !== '' && { project: this.project }),
      values: { ...this.values },
    };
    const answer = await this.backend.call('app.restore_plan', wish);
    const take = () => (this.#planned = wish);
    return { plan: { ...answer, values: answer.plan?.values ?? {} }, take };
  }
}

/** The settings of a plan; those that no catalog knows any more are texts under their own names. */
export function settingsOf(
  values: Readonly<Record<string, string>>,
  known: readonly AppSetting[],
): AppSetting[] {
  return Object.keys(values).map(
    (name) =>
      known.find((one) => one.name === name && one.kind.type !== 'secret') ?? {
        name,
        label: name,
        description: null,
        kind: { type: 'text', max: 4096, pattern: null },
        default: null,
        is_required: false,
        is_advanced: false,
      },
  );
}
