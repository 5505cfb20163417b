import { ApiError, type Backend } from '../../../../lib/backend/backend';
import type {
  Commands,
  DataWay,
  InstalledAppId,
  LeftOutData,
  MovePlan,
  ServerId,
} from '../../../../lib/backend/generated';
import { Placing } from '../../plan/placing.svelte';

type Wish = Commands['app.move_plan'][0];
type Shown = MovePlan & { values: Record<string, string> };

/** An app that is to go to another server, and what that would do. */
export class Moving extends Placing<Shown> {
  readonly #id: InstalledAppId;
  /** What the plan that is shown is of. */
  #planned: Wish | null = null;

  constructor(backend: Backend, id: InstalledAppId, server: ServerId | null) {
    super(backend);
    this.#id = id;
    this.server = server;
  }

  /** Whether it can be moved exactly as it is shown. */
  isReady = $derived.by(
    () => !this.isBehind && this.error === null && this.plan?.plan.is_ready === true,
  );

  ways = $derived.by<readonly DataWay[]>(() => this.plan?.ways ?? []);
  leftOut = $derived.by<readonly LeftOutData[]>(() => this.plan?.left_out ?? []);

  /** Begins what is shown, and nothing else; the id of what it becomes there. */
  async begin(removesSource: boolean): Promise<InstalledAppId> {
    if (!this.#planned || !this.isReady) {
      throw new ApiError('stale', 'What is shown is not of what is wanted now.', 'Look again.');
    }
    const { app } = await this.backend.call('app.move', {
      ...this.#planned,
      removes_source: removesSource,
    });
    return app.id;
  }

  protected override canAsk(): boolean {
    return this.server !== null;
  }

  protected override async ask() {
    const wish: Wish = {
      id: this.#id,
      server_id: this.server ?? '',
      values: { ...this.values },
    };
    const answer = await this.backend.call('app.move_plan', wish);
    const take = () => (this.#planned = wish);
    return { plan: { ...answer, values: answer.plan.values }, take };
  }
}
