import { effectOf, mayHave } from '../../state/access';
import { ApiError, type Backend } from '../backend';
import type {
  Account,
  AccountLock,
  Activity,
  AppAddress,
  AuditEntry,
  BackupList,
  Collection,
  Commands,
  ContainerRef,
  ContainerRow,
  Plan,
  Push,
  ServerRow,
  Session,
  SessionEntry,
  SettingView,
  Status,
  TerminalOutput,
} from '../generated';
import { activitiesOf } from './activity';
import { trailOf } from './audit';
import { backupsOf } from './backups';
import { FakeContainers } from './containers';
import { FakeInstalled } from './installed';
import { noise, point, sample } from './figures';
import { handlersOf } from './index';
import { isoAt, rowOf } from './machines';
import { accountOf, household, locksOf, sessionsOf, thePassword } from './people';
import { putOwn } from './own_apps';
import { plansOf, putPlans } from './plans';
import { registry } from './registry';
import { retentionOf, type FakeRetention } from './retention';
import { FakeTerminals } from './terminals';
import type { FakeOptions, Handlers, World } from './world';

export type { FakeOptions } from './world';

/** An in-memory stand-in for the Rust side, for tests and for the browser. */
export class FakeBackend implements Backend, World {
  /** Every call in order, for tests to look at. */
  readonly calls: { name: keyof Commands; args: unknown }[] = [];
  /** Links that were opened, in order. */
  readonly opened: string[] = [];
  readonly failing: Partial<Record<keyof Commands, ApiError>>;
  readonly options: FakeOptions;
  status: Status;
  rows: ServerRow[];
  collection: Collection;
  watched: string | null = null;
  settings: SettingView[];
  audit: AuditEntry[];
  activities: Activity[];
  backups: BackupList;
  retention: FakeRetention;
  plans: Plan[] = [];
  accounts: Account[];
  passwords = new Map<string, string>();
  sessions: SessionEntry[];
  locks: AccountLock[];
  readonly containers: FakeContainers;
  readonly installed: FakeInstalled;
  readonly terminals = new FakeTerminals();
  readonly beats = new Set<() => void>();
  #listeners = new Set<(push: Push) => void>();
  #handlers: Partial<Handlers>;

  constructor(options: FakeOptions = {}) {
    this.options = options;
    this.failing = options.failing ?? {};
    const now = this.now();
    this.rows = (options.machines ?? []).map((machine) => rowOf(now, machine));
    this.settings = registry().map((setting) => {
      const value = options.settings?.[setting.key] ?? setting.value;
      const changed = value !== setting.value;
      const overrides = changed && setting.scope === 'user_overridable';
      return { ...setting, value, is_changed: changed, is_user_override: overrides };
    });
    this.collection = {
      paused: options.paused ?? false,
      paused_until: null,
      live_interval_seconds: 2,
      background_interval_seconds: 10,
    };
    this.activities = activitiesOf(now, options.activities ?? 0);
    this.backups = backupsOf(now, options.backups ?? 0, options.backupPassphrase ?? true);
    this.retention = retentionOf(now);
    this.audit = trailOf(now, options.audited ?? 1284);
    this.accounts = household(now, options.role ?? 'admin');
    for (const { user } of this.accounts) this.passwords.set(user.username, thePassword);
    this.sessions = sessionsOf(now);
    this.locks = locksOf(now);
    this.status = {
      is_setup: options.isSetUp ?? true,
      session: null,
      vault: options.vault ?? { state: 'open', place: 'keychain' },
      version: '0.1.0',
      keychain_name: 'Secret Service',
      data_dir: '/home/ana/.local/share/tomo',
      platform: 'linux',
      waiting_plans: 0,
    };
    this.containers = new FakeContainers(this);
    this.installed = new FakeInstalled(this);
    this.#handlers = handlersOf(this);
    if (options.own) putOwn(this);
    if (options.signedIn ?? true) this.signIn('ana');
    const { session } = this.status;
    if (options.plans !== undefined) putPlans(this, plansOf(now, options.plans));
    if (session && options.locked) {
      this.status = { ...this.status, session: { ...session, is_locked: true } };
    }
  }

  now(): number {
    return this.options.now?.() ?? Date.now();
  }

  async call<K extends keyof Commands>(name: K, args: Commands[K][0]): Promise<Commands[K][1]> {
    this.calls.push({ name, args });
    const { latency = 0 } = this.options;
    if (latency > 0) await new Promise((done) => setTimeout(done, latency));
    if (this.options.silent?.includes(name)) return new Promise(() => undefined);
    const failure = this.failing[name];
    if (failure) throw failure;
    this.#guard(name);
    const handler = this.#handlers[name];
    if (!handler) throw new ApiError('failed', `The stand-in has no ${name}.`, '');
    return structuredClone(await handler(args));
  }

  subscribe(on: (push: Push) => void): Promise<() => void> {
    this.#listeners.add(on);
    return Promise.resolve(() => this.#listeners.delete(on));
  }

  attachTerminal(
    id: string,
    onOutput: (output: TerminalOutput) => void | Promise<void>,
  ): () => void {
    return this.terminals.attach(id, onOutput);
  }

  openLink(url: string): Promise<void> {
    this.opened.push(url);
    this.options.openLink?.(url);
    return Promise.resolve();
  }

  async openApp(id: string): Promise<AppAddress> {
    const address = await this.call('app.open', { id });
    await this.openLink(address.url);
    return address;
  }

  push(push: Push): void {
    for (const listener of this.#listeners) listener(structuredClone(push));
  }

  change(id: string, change: Partial<ServerRow>): void {
    this.rows = this.rows.map((row) => (row.server.id === id ? { ...row, ...change } : row));
    this.push({ kind: 'rows', rows: this.rows.filter((row) => row.server.id === id) });
  }

  containerOf(ref: ContainerRef): ContainerRow | undefined {
    return this.containers.at(ref);
  }

  me(): Session {
    const { session } = this.status;
    if (!session) throw new ApiError('not_signed_in', 'Nobody is signed in.', '');
    return session;
  }

  signIn(username: string): void {
    const now = this.now();
    let account = this.accounts.find(({ user }) => user.username === username);
    if (!account) {
      account = accountOf(now, username, 'admin', { created_at: isoAt(now) });
      this.accounts = [account];
    }
    const own = this.sessions.find(({ is_own }) => is_own);
    this.status = {
      ...this.status,
      session: {
        id: own?.id ?? 'session',
        user: account.user,
        created_at: own?.created_at ?? isoAt(now),
        expires_at: own?.expires_at ?? isoAt(now, -604_800),
        is_locked: false,
      },
    };
  }

  /** Moves all figures a little and pushes them, as a round of samples would. */
  tick(): void {
    for (const beat of this.beats) beat();
    if (this.collection.paused) return;
    const now = this.now();
    this.rows = this.rows.map((row, at) => {
      if (!row.figures || row.connection.state !== 'connected' || row.health.state === 'stale') {
        return row;
      }
      const wobble = (seed: number) => noise(now / 1000 + at * 7 + seed) - 0.5;
      const { cpu_percent, network_rx, network_tx } = row.figures;
      return {
        ...row,
        figures: {
          ...row.figures,
          at: isoAt(now),
          cpu_percent:
            cpu_percent === null ? null : Math.min(99, Math.max(1, cpu_percent + wobble(1) * 3)),
          network_rx: network_rx === null ? null : network_rx * (1 + wobble(2) / 4),
          network_tx: network_tx === null ? null : network_tx * (1 + wobble(3) / 4),
          uptime_seconds: (row.figures.uptime_seconds ?? 0) + 2,
        },
      };
    });
    this.push({ kind: 'rows', rows: this.rows });
    this.containers.tick();
    const open = this.rows.find((row) => row.server.id === this.watched);
    if (open) {
      this.push({
        kind: 'live',
        server_id: open.server.id,
        points: [point(open, now)],
        sample: sample(open),
      });
    }
  }

  /** The access check of the other side: session, lock, role. */
  #guard(name: keyof Commands): void {
    const effect = effectOf(name);
    if (effect === 'public') return;
    const session = this.me();
    if (session.is_locked) throw new ApiError('session_locked', 'Tomo is locked.', '');
    if (!mayHave(session.user.role, effect)) {
      throw new ApiError('forbidden', `${session.user.username} may only look.`, '');
    }
  }
}
