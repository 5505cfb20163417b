import { ApiError, type Backend } from '../../../lib/backend/backend';
import type {
  AppPlan,
  Commands,
  InstalledAppDetails,
  PlanFix,
  ServerId,
} from '../../../lib/backend/generated';

/** Milliseconds in which changes come together. */
export const TOGETHER = 300;

/** What a compose project may be called here. */
const projectName = /^[a-z][a-z0-9-]{1,48}$/;

type Wish = Commands['app.plan'][0];

/**
 * What somebody wants of an app, and what that would do: planned anew at each change. The plan that
 * is shown stays until the next one is here; an answer that was overtaken is dropped.
 */
export class Planning {
  plan = $state.raw<AppPlan | null>(null);
  /** Why there is no plan of what is wanted now. */
  error = $state.raw<ApiError | null>(null);
  /** Whether the plan that is shown is not yet of what is wanted. */
  isBehind = $state(true);

  /** Without it the server that suits best. */
  server = $state<ServerId | null>(null);
  /** Without it, and while it is empty, the name of the app. */
  project = $state<string | null>(null);
  /** Values that somebody chose; the others are the defaults. */
  values = $state.raw<Readonly<Record<string, string>>>({});
  /** Secrets that somebody typed; they go nowhere until it is installed. */
  secrets = $state.raw<Readonly<Record<string, string>>>({});

  readonly app: string;
  #backend: Backend;
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** What the plan that is shown is of. */
  #planned: Wish | null = null;

  constructor(backend: Backend, app: string) {
    this.#backend = backend;
    this.app = app;
  }

  /** Begins as another installation began: with its server, name and values. */
  like({ app, values }: InstalledAppDetails): void {
    this.server = app.server_id;
    this.project = app.project;
    this.values = { ...values };
  }

  /** Why the name cannot be one of a project, which then nobody is asked about. */
  nameProblem = $derived.by(() =>
    this.project === null || this.project === '' || projectName.test(this.project)
      ? null
      : 'It has 2 to 49 of a–z, 0–9 and -, and begins with a letter',
  );

  /** Whether it can be installed exactly as it is shown. */
  isReady = $derived.by(
    () =>
      !this.isBehind &&
      this.nameProblem === null &&
      this.error === null &&
      this.plan?.is_ready === true,
  );

  /** A setting's value as it would be taken. */
  value(setting: string, otherwise: string | null): string {
    return this.values[setting] ?? this.plan?.values[setting] ?? otherwise ?? '';
  }

  set(setting: string, value: string): void {
    this.values = { ...this.values, [setting]: value };
    this.#later();
  }

  setSecret(setting: string, value: string): void {
    const others = Object.entries(this.secrets).filter(([name]) => name !== setting);
    this.secrets = Object.fromEntries(value === '' ? others : [...others, [setting, value]]);
  }

  setProject(name: string): void {
    this.project = name;
    this.#later();
  }

  setServer(id: ServerId): void {
    this.server = id;
    void this.look();
  }

  /** Takes what solves a problem. */
  take({ setting, value }: PlanFix): void {
    if (setting === null) this.project = value;
    else this.values = { ...this.values, [setting]: value };
    void this.look();
  }

  /** Plans what is wanted now. */
  async look(): Promise<void> {
    this.stop();
    const turn = ++this.#turn;
    this.isBehind = this.nameProblem === null;
    if (!this.isBehind) return;
    const wish: Wish = {
      app: this.app,
      ...(this.server !== null && { server_id: this.server }),
      ...(this.project !== null && this.project !== '' && { project: this.project }),
      values: { ...this.values },
    };
    try {
      const plan = await this.#backend.call('app.plan', wish);
      if (turn !== this.#turn) return;
      this.plan = plan;
      this.#planned = wish;
      // What was chosen for somebody is not chosen anew while they look at it.
      this.server ??= plan.server_id;
      this.error = null;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.error = ApiError.from(thrown);
    }
    this.isBehind = false;
  }

  /** Begins what is shown, and nothing else; the id of what goes on by itself from now on. */
  async install(): Promise<string> {
    const { plan } = this;
    if (!plan || !this.#planned || !this.isReady) {
      throw new ApiError('stale', 'The plan is not of what is wanted now.', 'Look at it again.');
    }
    const { app } = await this.#backend.call('app.install', {
      ...this.#planned,
      server_id: plan.server_id,
      project: plan.project,
      secrets: { ...this.secrets },
    });
    this.secrets = {};
    return app.id;
  }

  /** Drops what is waiting to be planned. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #later(): void {
    this.stop();
    // What is on its way is of something that nobody wants any more.
    this.#turn += 1;
    this.isBehind = true;
    this.#timer = setTimeout(() => void this.look(), TOGETHER);
  }
}
