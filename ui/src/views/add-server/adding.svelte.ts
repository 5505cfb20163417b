import { ApiError, type Backend } from '../../lib/backend/backend';
import type {
  HostKeyVerdict,
  ServerRow,
  TestReport,
  TestServer,
} from '../../lib/backend/generated';
import type { ServerForm } from './server_form.svelte';

/** Where adding stands. */
export type Phase = 'filling' | 'testing' | 'saving' | 'done';

type Decision = Exclude<HostKeyVerdict, { verdict: 'matches' }>;

/**
 * The way from a filled form to a server in the list: test, ask about the host key when it is not
 * known, test again, store. What was typed stays whatever happens on the way.
 */
export class Adding {
  phase = $state<Phase>('filling');
  /** The last test. */
  report = $state.raw<TestReport | null>(null);
  /** Why storing, or asking at all, did not work. */
  error = $state.raw<ApiError | null>(null);
  /** A host key that a person has to look at. */
  hostKey = $state.raw<Decision | null>(null);
  /** Fingerprint of the key that was trusted on the way. */
  trusted = $state<string | null>(null);
  /** The stored server, once there is one. */
  row = $state.raw<ServerRow | null>(null);

  readonly form: ServerForm;
  #backend: Backend;
  #closed = false;

  constructor(backend: Backend, form: ServerForm) {
    this.#backend = backend;
    this.form = form;
  }

  get busy(): boolean {
    return this.phase === 'testing' || this.phase === 'saving';
  }

  /** Whether a test or the storing has failed, so that there are other ways on. */
  get hasFailed(): boolean {
    return this.phase === 'filling' && (this.report !== null || this.error !== null);
  }

  /** Tests what is typed, and stores it when every step passes. */
  async submit(): Promise<void> {
    if (this.busy) return;
    if (!this.form.attempt()) return;
    const report = await this.#test();
    if (!report || this.#closed) return;
    if (report.steps.every((step) => step.outcome === 'passed')) {
      await this.#store();
      return;
    }
    this.phase = 'filling';
    if (report.host_key && report.host_key.verdict !== 'matches') this.hostKey = report.host_key;
  }

  /** Stores it as it is; a new server is left alone until somebody connects it. */
  async addWithoutConnecting(): Promise<void> {
    if (this.busy || !this.form.attempt()) return;
    await this.#store(false);
  }

  /** The presented key is the server's: remembers it, and goes on by itself. */
  async trust(): Promise<void> {
    if (this.hostKey?.verdict !== 'unknown') return;
    const { fingerprint } = this.hostKey.presented;
    const { host, port } = this.form.input();
    await this.#backend.call('host_key.trust', { host, port, fingerprint });
    this.trusted = fingerprint;
    this.hostKey = null;
    await this.submit();
  }

  /** The person does not trust the key: back to the form, with everything in it. */
  leaveHostKey(): void {
    this.hostKey = null;
  }

  /** The dialog is gone: forgets the secrets, and stores nothing any more. */
  close(): void {
    this.#closed = true;
    this.form.forgetSecrets();
  }

  async #test(): Promise<TestReport | null> {
    this.phase = 'testing';
    this.error = null;
    this.report = null;
    const wish: TestServer = {
      id: this.form.server?.id ?? null,
      server: this.form.input(),
      credential: this.form.credential(),
    };
    try {
      this.report = await this.#backend.call('server.test', wish);
      return this.report;
    } catch (thrown) {
      this.error = ApiError.from(thrown);
      this.phase = 'filling';
      return null;
    }
  }

  async #store(connect = true): Promise<void> {
    this.phase = 'saving';
    this.error = null;
    const server = this.form.input();
    const credential = this.form.credential();
    try {
      this.row = this.form.server
        ? await this.#backend.call('server.edit', { id: this.form.server.id, server, credential })
        : await this.#backend.call('server.add', { server, credential, connect });
      this.phase = 'done';
    } catch (thrown) {
      this.error = ApiError.from(thrown);
      this.phase = 'filling';
    }
  }
}
