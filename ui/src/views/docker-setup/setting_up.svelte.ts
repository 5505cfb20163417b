import { ApiError, type Backend } from '../../lib/backend/backend';
import type { DockerSetup, DockerSetupRun, ServerId } from '../../lib/backend/generated';
import { Loadable } from '../../lib/state/loadable.svelte';

/** Docker that is to be set up on a server: what it takes, what was begun, and how that stands. */
export class SettingUp {
  readonly plan: Loadable<DockerSetup>;
  readonly run: Loadable<DockerSetupRun | null>;
  /** Whether the account joins the group. */
  joins = $state(true);
  /** What sudo asks for; it is gone once it was sent. */
  password = $state('');
  busy = $state(false);
  error = $state.raw<ApiError | null>(null);
  /** The run that somebody has seen, and does not look at any more. */
  #past = $state<string | null>(null);
  readonly #backend: Backend;
  readonly #server: ServerId;

  constructor(backend: Backend, server: ServerId) {
    this.#backend = backend;
    this.#server = server;
    this.plan = new Loadable(() => backend.call('docker.setup_plan', { server_id: server }));
    this.run = new Loadable(() => backend.call('docker.setup_status', { server_id: server }));
  }

  /** What was begun and is looked at. */
  shown = $derived.by(() => {
    const run = this.run.value;
    return run && run.started_at !== this.#past ? run : null;
  });

  /** Whether what is wrong is the password. */
  isPassword = $derived.by(() => /password/i.test(this.error?.message ?? ''));

  /** Looks how it stands, and where nothing was begun, what it would take. */
  async follow(): Promise<void> {
    await this.run.load();
    if (!this.shown && this.plan.value === null && !this.plan.loading) await this.plan.load();
  }

  /** Leaves what was done, and looks what it takes now. */
  async again(): Promise<void> {
    this.#past = this.run.value?.started_at ?? null;
    this.error = null;
    await this.plan.load();
  }

  /** Begins exactly what is shown; it goes on by itself. */
  async begin(): Promise<void> {
    const plan = this.plan.value;
    if (!plan || this.busy) return;
    this.busy = true;
    this.error = null;
    const { password } = this;
    this.password = '';
    try {
      const run = await this.#backend.call('docker.setup', {
        server_id: this.#server,
        digest: plan.digest,
        joins_group: plan.joins_group && this.joins,
        ...(plan.privilege === 'sudo_password' && { password }),
      });
      this.#past = null;
      this.run.set(run);
    } catch (thrown) {
      this.error = ApiError.from(thrown);
      // What was looked at does not hold any more.
      if (this.error.code === 'stale') await this.plan.load();
    } finally {
      this.busy = false;
    }
  }

  async cancel(): Promise<void> {
    await this.#backend.call('docker.setup_cancel', { server_id: this.#server });
    await this.run.load();
  }
}
