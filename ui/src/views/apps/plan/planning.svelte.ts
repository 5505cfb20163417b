import { ApiError, type Backend } from '../../../lib/backend/backend';
import type {
  AppPlan,
  Commands,
  InstalledAppDetails,
  OwnFiles,
} from '../../../lib/backend/generated';
import { Placing } from './placing.svelte';

type Wish = Commands['app.plan'][0];

/** What somebody wants of an app, and what installing it would do. */
export class Planning extends Placing<AppPlan> {
  readonly app: string;
  /** The files of an app that is in no catalog. */
  readonly #own: OwnFiles | null;
  /** What the plan that is shown is of. */
  #planned: Wish | null = null;

  constructor(backend: Backend, app: string, own: OwnFiles | null = null) {
    super(backend);
    this.app = app;
    this.#own = own;
  }

  /** Begins as another installation began: with its server, name and values. */
  like({ app, values }: InstalledAppDetails): void {
    this.server = app.server_id;
    this.project = app.project;
    this.values = { ...values };
  }

  /** Whether it can be installed exactly as it is shown. */
  isReady = $derived.by(
    () =>
      !this.isBehind &&
      this.nameProblem === null &&
      this.error === null &&
      this.plan?.is_ready === true,
  );

  protected override async ask() {
    const wish: Wish = {
      // An own app is called like its project.
      app: this.#own && this.project ? `own/${this.project}` : this.app,
      ...(this.server !== null && { server_id: this.server }),
      ...(this.project !== null && this.project !== '' && { project: this.project }),
      values: { ...this.values },
      ...(this.#own && { own: this.#own }),
    };
    const plan = await this.backend.call('app.plan', wish);
    const take = () => {
      this.#planned = wish;
      // What was chosen for somebody is not chosen anew while they look at it.
      this.server ??= plan.server_id;
    };
    return { plan, take };
  }

  /** Begins what is shown, and nothing else; the id of what goes on by itself from now on. */
  async install(): Promise<string> {
    const { plan } = this;
    if (!plan || !this.#planned || !this.isReady) {
      throw new ApiError('stale', 'The plan is not of what is wanted now.', 'Look at it again.');
    }
    const { app } = await this.backend.call('app.install', {
      ...this.#planned,
      server_id: plan.server_id,
      project: plan.project,
      secrets: { ...this.secrets },
    });
    this.secrets = {};
    return app.id;
  }
}
