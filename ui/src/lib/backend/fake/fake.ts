import { ApiError, type Backend } from '../backend';
import type {
  Collection,
  Commands,
  Fleet,
  History,
  LivePoint,
  Push,
  Range,
  Sample,
  ServerRow,
  SettingView,
  Status,
  TestReport,
  VaultStatus,
} from '../generated';
import { GB, hostKey, isoAt, knownHost, rowOf, type Machine } from './machines';

export interface FakeOptions {
  machines?: Machine[];
  signedIn?: boolean;
  isSetUp?: boolean;
  role?: 'admin' | 'user' | 'readonly';
  vault?: VaultStatus;
  /** Names in the SSH configuration. */
  sshHosts?: string[];
  paused?: boolean;
  settings?: Partial<Record<string, unknown>>;
  /** Milliseconds before an answer. */
  latency?: number;
  /** Commands that fail, with their error. */
  failing?: Partial<Record<keyof Commands, ApiError>>;
  now?: () => number;
}

type Handlers = {
  [K in keyof Commands]: (args: Commands[K][0]) => Commands[K][1] | Promise<Commands[K][1]>;
};

const account = { username: 'ana', password: 'correct horse battery' };

const rangeSeconds: Record<Range, number> = {
  '1h': 3600,
  '24h': 86_400,
  '7d': 7 * 86_400,
  '30d': 30 * 86_400,
};

/** A number between 0 and 1 that looks random and is the same each time. */
function noise(seed: number): number {
  const value = Math.sin(seed * 12.9898) * 43_758.5453;
  return value - Math.floor(value);
}

/** An in-memory stand-in for the Rust side, for tests and for the browser. */
export class FakeBackend implements Backend {
  /** Every call in order, for tests to look at. */
  readonly calls: { name: keyof Commands; args: unknown }[] = [];
  readonly failing: Partial<Record<keyof Commands, ApiError>>;
  status: Status;
  rows: ServerRow[];
  settings: SettingView[];
  collection: Collection;
  #latency: number;
  #now: () => number;
  #sshHosts: string[];
  #listeners = new Set<(push: Push) => void>();
  #role: 'admin' | 'user' | 'readonly';
  #watched: string | null = null;
  #trusted = new Set<string>();

  constructor(options: FakeOptions = {}) {
    this.#now = options.now ?? Date.now;
    this.#latency = options.latency ?? 0;
    this.#sshHosts = options.sshHosts ?? [];
    this.#role = options.role ?? 'admin';
    this.failing = options.failing ?? {};
    this.rows = (options.machines ?? []).map((machine) => rowOf(this.#now(), machine));
    this.settings = defaultSettings().map((setting) => ({
      ...setting,
      value: options.settings?.[setting.key] ?? setting.value,
    }));
    this.collection = {
      paused: options.paused ?? false,
      paused_until: null,
      live_interval_seconds: 2,
      background_interval_seconds: 10,
    };
    this.status = {
      is_setup: options.isSetUp ?? true,
      session: null,
      vault: options.vault ?? { state: 'open', place: 'keychain' },
      version: '0.1.0',
      keychain_name: 'Secret Service',
      data_dir: '/home/ana/.local/share/tomo',
      platform: 'linux',
    };
    if (options.signedIn ?? true) this.#signIn();
  }

  async call<K extends keyof Commands>(name: K, args: Commands[K][0]): Promise<Commands[K][1]> {
    this.calls.push({ name, args });
    if (this.#latency > 0) await new Promise((done) => setTimeout(done, this.#latency));
    const failure = this.failing[name];
    if (failure) throw failure;
    return structuredClone(await this.#handlers[name](args));
  }

  subscribe(on: (push: Push) => void): Promise<() => void> {
    this.#listeners.add(on);
    return Promise.resolve(() => this.#listeners.delete(on));
  }

  push(push: Push): void {
    for (const listener of this.#listeners) listener(structuredClone(push));
  }

  /** Replaces one row as a change on the other side would, and pushes it. */
  change(id: string, change: Partial<ServerRow>): void {
    this.rows = this.rows.map((row) => (row.server.id === id ? { ...row, ...change } : row));
    this.push({ kind: 'rows', rows: this.rows.filter((row) => row.server.id === id) });
  }

  /** Moves all figures a little and pushes them, as a round of samples would. */
  tick(): void {
    if (this.collection.paused) return;
    const now = this.#now();
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
    if (this.#watched) {
      const row = this.#row(this.#watched);
      this.push({
        kind: 'live',
        server_id: this.#watched,
        points: [this.#point(row, now)],
        sample: this.#sample(row),
      });
    }
  }

  #signIn(): void {
    this.status = {
      ...this.status,
      session: {
        id: 'session',
        user: {
          id: 'user-ana',
          username: account.username,
          email: '',
          role: this.#role,
          is_active: true,
        },
        expires_at: isoAt(this.#now(), -604_800),
      },
    };
  }

  #row(id: string): ServerRow {
    const row = this.rows.find((one) => one.server.id === id);
    if (!row) throw new ApiError('not_found', 'This server is not there any more', '');
    return row;
  }

  #fleet(): Fleet {
    const now = this.#now();
    return {
      servers: this.rows,
      sparklines: this.rows
        .filter((row) => row.figures)
        .map((row, at) => {
          const end = Date.parse(row.figures?.at ?? '');
          const base = row.figures?.cpu_percent ?? 5;
          return {
            server_id: row.server.id,
            points: Array.from({ length: 120 }, (_, point): [number, number] => {
              const slow = Math.sin(point / 9 + at) * 0.3 + Math.sin(point / 23 + at * 2) * 0.25;
              const value = base * (1 + slow + (noise(point + at * 131) - 0.5) * 0.5);
              return [end - (119 - point) * 30_000, Math.min(100, Math.max(0.5, value))];
            }).filter(([at]) => at > now - 3_600_000),
          };
        }),
      thresholds: {
        cpu: { warning: 85, critical: 95 },
        memory: { warning: 80, critical: 90 },
        disk: { warning: 85, critical: 95 },
      },
      collection: this.collection,
    };
  }

  #point(row: ServerRow, at: number): LivePoint {
    const cpu = row.figures?.cpu_percent ?? 10;
    const wave = (seed: number) => 0.6 + noise(Math.floor(at / 2000) + seed) * 0.8;
    const cores = row.server.system_info?.cpu_count ?? 4;
    const total = (row.figures?.memory_total_bytes ?? 16 * GB) as number;
    return {
      at_ms: at,
      cpu_percent: cpu * wave(1),
      core_percents: Array.from({ length: cores }, (_, core) =>
        Math.min(100, cpu * wave(core + 2)),
      ),
      memory_used_bytes: total * 0.55 + total * 0.02 * wave(9),
      memory_cached_bytes: total * 0.25,
      swap_used_bytes: 0.6 * GB,
      network_rx: (row.figures?.network_rx ?? 1e5) * wave(4),
      network_tx: (row.figures?.network_tx ?? 1e5) * wave(5),
      disk_read: 4e6 * wave(6),
      disk_written: 9e6 * wave(7),
    };
  }

  #sample(row: ServerRow): Sample | null {
    const figures = row.figures;
    if (!figures) return null;
    const disk = figures.disk;
    const mount = (path: string, fs_type: string, used: number, total: number) => ({
      path,
      device: '/dev/sda1',
      fs_type,
      total_bytes: total,
      used_bytes: used,
      available_bytes: total - used,
    });
    return {
      at: figures.at,
      span_seconds: 2,
      cpu: { total_percent: figures.cpu_percent ?? 0, core_percents: [8, 12, 9, 14] },
      memory: {
        total_bytes: figures.memory_total_bytes ?? 0,
        used_bytes: figures.memory_used_bytes ?? 0,
        cached_bytes: 4.8 * GB,
        swap_total_bytes: 4 * GB,
        swap_used_bytes: 0.6 * GB,
      },
      load: { one: figures.load_one ?? 0, five: 0.81, fifteen: 0.77 },
      uptime_seconds: figures.uptime_seconds,
      mounts: [
        mount('/', 'ext4', 93 * GB, 228 * GB),
        ...(disk && disk.path !== '/'
          ? [mount(disk.path, 'zfs', disk.used_bytes, disk.total_bytes)]
          : []),
        mount('/mnt/scratch', 'xfs', 164 * GB, 916 * GB),
        mount('/boot', 'ext4', 0.2 * GB, 0.9 * GB),
        mount('/boot/efi', 'vfat', 0.01 * GB, 0.5 * GB),
      ],
      interfaces: [
        {
          name: 'enp3s0',
          counted: true,
          rx_bytes_per_second: figures.network_rx,
          tx_bytes_per_second: figures.network_tx,
          rx_total_bytes: 8e11,
          tx_total_bytes: 3e11,
        },
        {
          name: 'enp4s0',
          counted: true,
          rx_bytes_per_second: null,
          tx_bytes_per_second: null,
          rx_total_bytes: 0,
          tx_total_bytes: 0,
        },
      ],
      disks: [{ name: 'nvme0n1', read_bytes_per_second: 5.4e6, written_bytes_per_second: 12.3e6 }],
      temperatures: [
        { label: 'CPU package', celsius: figures.temperature_celsius ?? 40 },
        { label: 'nvme0', celsius: 44 },
      ],
      cost: { round_trip_ms: 3.1, remote_cpu_ms: 2.2, received_bytes: 5120 },
    };
  }

  #history(row: ServerRow, range: Range): History {
    const to = Math.floor(this.#now() / 1000);
    const from = to - rangeSeconds[range];
    const span = range === '1h' || range === '24h' ? 60 : range === '7d' ? 600 : 3600;
    const start = Math.ceil(from / span) * span;
    const at: number[] = [];
    for (let time = start; time + span <= to; time += span) {
      const share = (time - from) / (to - from);
      // A stretch in which the host was off.
      if (range !== '1h' && share > 0.22 && share < 0.32) continue;
      at.push(time);
    }
    const total = row.figures?.memory_total_bytes ?? 16 * GB;
    const wave = (time: number, seed: number) =>
      1 + 0.5 * Math.sin(time / (span * 40) + seed) + 0.4 * (noise(time / span + seed) - 0.5);
    const base = row.figures?.cpu_percent ?? 10;
    const cpu = at.map((time) => Math.min(100, base * wave(time, 1)));
    const like = (mean: number, seed: number) => at.map((time) => mean * wave(time, seed));
    return {
      from,
      to,
      at,
      span_seconds: at.map(() => span),
      cpu_percent: cpu,
      cpu_peak_percent: cpu.map((value) => Math.min(100, value * 1.6)),
      memory_used_bytes: at.map((time) => total * (0.5 + 0.04 * wave(time, 3))),
      memory_total_bytes: at.map(() => total),
      memory_cached_bytes: at.map(() => total * 0.25),
      swap_used_bytes: at.map(() => 0.6 * GB),
      disk_percent: at.map(() => row.figures?.disk?.percent ?? 40),
      network_rx: like(row.figures?.network_rx ?? 1e6, 4),
      network_tx: like(row.figures?.network_tx ?? 1e6, 5),
      disk_read: like(5e6, 6),
      disk_written: like(1.2e7, 7),
      load_one: like(row.figures?.load_one ?? 0.5, 8),
    };
  }

  #test(host: string, port: number): TestReport {
    const known =
      this.#trusted.has(`${host}:${port}`) ||
      this.rows.some((row) => row.server.host === host && row.figures);
    const refused = host.endsWith('.invalid');
    return {
      steps: [
        { step: 'resolve', outcome: refused ? 'failed' : 'passed', detail: '203.0.113.24' },
        { step: 'connect', outcome: refused ? 'not_reached' : 'passed', detail: '31 ms' },
        {
          step: 'host_key',
          outcome: refused ? 'not_reached' : known ? 'passed' : 'failed',
          detail: null,
        },
        { step: 'authenticate', outcome: known ? 'passed' : 'not_reached', detail: null },
        { step: 'command', outcome: known ? 'passed' : 'not_reached', detail: null },
      ],
      failure: refused
        ? {
            step: 'resolve',
            message: `the name ${host} is not known`,
            hint: 'Look for a typing mistake, or give the IP address.',
          }
        : null,
      host_key: refused
        ? null
        : known
          ? { verdict: 'matches' }
          : { verdict: 'unknown', presented: hostKey(`${host}:${port}`) },
      system_info: known ? (this.rows[0]?.server.system_info ?? null) : null,
    };
  }

  #setting(key: string): SettingView {
    const setting = this.settings.find((one) => one.key === key);
    if (!setting) throw new ApiError('not_found', `There is no setting ${key}`, '');
    return setting;
  }

  #putSetting(setting: SettingView): SettingView {
    this.settings = this.settings.map((one) => (one.key === setting.key ? setting : one));
    return setting;
  }

  readonly #handlers: Handlers = {
    'status.get': () => this.status,
    'vault.create': () => {
      this.status = { ...this.status, vault: { state: 'open', place: 'passphrase_file' } };
      return this.status;
    },
    'vault.unlock': ({ passphrase }) => {
      if (passphrase !== account.password) {
        throw new ApiError('invalid', 'Not the passphrase', 'Capital letters count.');
      }
      this.status = { ...this.status, vault: { state: 'open', place: 'passphrase_file' } };
      return this.status;
    },
    'setup.create': () => {
      this.status = { ...this.status, is_setup: true };
      this.#signIn();
      return this.status;
    },
    'session.sign_in': ({ username, password }) => {
      if (username !== account.username || password !== account.password) {
        throw new ApiError('invalid', 'User name and password do not belong together', '');
      }
      this.#signIn();
      return this.status;
    },
    'session.sign_out': () => {
      this.status = { ...this.status, session: null };
      return this.status;
    },
    'fleet.get': () => this.#fleet(),
    'server.details': ({ id }) => {
      const row = this.#row(id);
      const local = row.server.auth_type === 'local';
      return {
        row,
        sample: this.#sample(row),
        known_host: local ? null : knownHost(this.#now(), row.server.host, row.server.port),
        trusted_by_name: local ? null : account.username,
        key_algorithm: row.server.auth_type === 'key' ? 'ssh-ed25519' : null,
        has_credential: !local,
        cost: row.figures
          ? {
              remote_cpu_ms: 2.2,
              remote_cpu_percent: 0.1,
              round_trip_ms: 3.1,
              received_bytes: 5120,
              samples: 41_220,
              sign_ins: 3,
            }
          : null,
      };
    },
    'server.live': ({ id }) => {
      const row = this.#row(id);
      const now = this.#now();
      const count = row.figures ? 900 : 0;
      return {
        points: Array.from({ length: count }, (_, at) =>
          this.#point(row, now - (count - at) * 2000),
        ),
      };
    },
    'server.history': ({ id, range }) => this.#history(this.#row(id), range),
    'server.parse_address': ({ text }) => {
      const port = /-p\s*(\d+)|:(\d+)$/.exec(text);
      const place = text.replace(/^ssh\s+|-p\s*\d+\s*|:\d+$/g, '').trim();
      const [username, host] = place.includes('@') ? place.split('@') : [null, place];
      if (!host) {
        throw new ApiError('invalid', 'This is no address', 'Write it as user@host.');
      }
      return {
        host,
        port: port ? Number(port[1] ?? port[2]) : null,
        username: username ?? null,
        key_path: null,
      };
    },
    'server.ssh_config_hosts': () => this.#sshHosts,
    'server.add': ({ server, connect }) => {
      if (this.rows.some((row) => row.server.name === server.name)) {
        throw new ApiError(
          'duplicate',
          `There is a server named ${server.name} already`,
          'Choose another name.',
        );
      }
      const row = rowOf(this.#now(), {
        name: server.name,
        host: server.host,
        port: server.port,
        username: server.username,
        auth: server.auth_type,
        system: 'debian',
      });
      const added: ServerRow =
        connect === false
          ? {
              ...row,
              server: { ...row.server, enabled: false },
              connection: { state: 'disconnected' },
              health: { state: 'off', reason: null },
              figures: null,
            }
          : row;
      this.rows = [...this.rows, added];
      this.push({ kind: 'fleet_changed' });
      return added;
    },
    'server.edit': ({ id, server }) => {
      const row = this.#row(id);
      const edited = { ...row, server: { ...row.server, ...server } };
      this.rows = this.rows.map((one) => (one === row ? edited : one));
      this.push({ kind: 'fleet_changed' });
      return edited;
    },
    'server.remove': ({ id }) => {
      const row = this.#row(id);
      this.rows = this.rows.filter((one) => one !== row);
      this.push({ kind: 'fleet_changed' });
      return null;
    },
    'server.test': ({ server }) => this.#test(server.host, server.port),
    'server.connect': ({ id }) => {
      this.#row(id);
      this.change(id, {
        connection: { state: 'connecting' },
        health: { state: 'connecting', reason: null },
      });
      return null;
    },
    'server.disconnect': ({ id }) => {
      const { server } = this.#row(id);
      this.change(id, {
        server: { ...server, enabled: false },
        connection: { state: 'disconnected' },
        health: { state: 'off', reason: null },
      });
      return null;
    },
    'key.inspect': () => ({
      algorithm: 'ssh-ed25519',
      encrypted: false,
      opens: true,
      fingerprint: hostKey('key').fingerprint,
    }),
    'key.choose': () => '~/.ssh/id_ed25519',
    'host_key.trust': ({ host, port }) => {
      this.#trusted.add(`${host}:${port}`);
      const row = this.rows.find((one) => one.server.host === host);
      if (row) {
        this.change(row.server.id, {
          connection: { state: 'connecting' },
          health: { state: 'connecting', reason: null },
        });
      }
      return knownHost(this.#now(), host, port);
    },
    'host_key.replace': ({ id }) => {
      const { server } = this.#row(id);
      this.change(id, {
        connection: { state: 'connecting' },
        health: { state: 'connecting', reason: null },
      });
      return knownHost(this.#now(), server.host, server.port);
    },
    'setting.list': () => this.settings,
    'setting.set': ({ key, value, version }) => {
      const setting = this.#setting(key);
      if (setting.version !== version) {
        throw new ApiError('stale', 'Another window changed this setting', 'Look at it again.');
      }
      return this.#putSetting({
        ...setting,
        value,
        is_user_override: setting.scope === 'user_overridable',
        version: version + 1,
      });
    },
    'setting.reset': ({ key }) => {
      const setting = this.#setting(key);
      return this.#putSetting({
        ...setting,
        value: setting.default_value,
        is_user_override: false,
        version: setting.version + 1,
      });
    },
    'collection.pause': ({ until }) => {
      this.collection = { ...this.collection, paused: true, paused_until: until ?? null };
      this.rows = this.rows.map((row) => ({
        ...row,
        connection: { state: 'paused' },
        health: { state: 'off', reason: null },
      }));
      this.push({ kind: 'fleet_changed' });
      return this.collection;
    },
    'collection.resume': () => {
      this.collection = { ...this.collection, paused: false, paused_until: null };
      this.rows = this.rows.map((row) => ({
        ...row,
        connection: { state: 'connected', since: isoAt(this.#now()) },
        health: { state: 'fine', reason: null },
      }));
      this.push({ kind: 'fleet_changed' });
      return this.collection;
    },
    'window.watch': ({ id }) => {
      this.#watched = id ?? null;
      return null;
    },
  };
}

function defaultSettings(): SettingView[] {
  const setting = (
    key: string,
    value: unknown,
    description: string,
    scope: SettingView['scope'] = 'user_overridable',
  ): SettingView => ({
    key,
    value,
    default_value: value,
    is_user_override: false,
    scope,
    category: key.startsWith('ui.') ? 'ui' : 'system',
    description,
    version: 1,
  });
  return [
    setting('ui.theme', 'auto', 'Light, dark, or as the system has it.'),
    setting(
      'ui.close_to_tray',
      true,
      'Closing the window keeps collecting; Quit in the tray menu ends it.',
    ),
  ];
}
