import type {
  ConnectionStatus,
  Figures,
  HostKey,
  KnownHost,
  Server,
  ServerRow,
  SystemInfo,
} from '../generated';

/** Builders of rows for tests and for the browser. Nothing of this folder is in the program. */

export const GB = 1024 ** 3;
const MB = 1024 ** 2;

const systems = {
  fedora: ['fedora', 'Fedora Linux 43 (Workstation Edition)', '43'],
  debian: ['debian', 'Debian GNU/Linux 12 (bookworm)', '12.7'],
  ubuntu: ['ubuntu', 'Ubuntu 24.04.3 LTS', '24.04'],
  openwrt: ['openwrt', 'OpenWrt 24.10.2', '24.10.2'],
  alpine: ['alpine', 'Alpine Linux v3.22', '3.22.1'],
} as const;
export type System = keyof typeof systems;

export interface Machine {
  id?: string;
  name: string;
  host: string;
  system?: System | null;
  port?: number;
  username?: string;
  auth?: Server['auth_type'];
  cores?: number;
  cpu?: number | null;
  load?: number;
  memory?: number;
  memoryTotal?: number;
  disk?: number;
  diskTotal?: number;
  mount?: string;
  rx?: number | null;
  tx?: number | null;
  celsius?: number | null;
  uptime?: number;
  /** As `uname` says it. */
  architecture?: string;
  /** Seconds that the figures are old. */
  old?: number;
  connection?: ConnectionStatus;
  state?: ServerRow['health']['state'];
  reason?: string | null;
  figures?: boolean;
}

export function isoAt(now: number, secondsAgo = 0): string {
  return new Date(now - secondsAgo * 1000).toISOString();
}

function systemInfo(machine: Machine): SystemInfo | null {
  if (!machine.system) return null;
  const [os_id, os_name, os_version] = systems[machine.system];
  return {
    os_id,
    os_name,
    os_version,
    kernel: '6.1.0-28-amd64',
    architecture: machine.architecture ?? 'x86_64',
    hostname: machine.name,
    cpu_model: 'Intel N100',
    cpu_count: machine.cores ?? 4,
    memory_total_bytes: (machine.memoryTotal ?? 16) * GB,
    swap_total_bytes: 4 * GB,
    virtualization: 'none',
    docker_version: '27.3.1',
    unreadable:
      machine.celsius === null
        ? [{ source: 'temperatures', reason: 'no sensor on this host' }]
        : [],
  };
}

export function hostKey(seed: string): HostKey {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let state = [...seed].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) >>> 0;
  const digest = Array.from({ length: 43 }, () => {
    state = (state * 1_103_515_245 + 12_345) >>> 0;
    return letters.charAt((state >>> 8) % letters.length);
  }).join('');
  return {
    algorithm: 'ssh-ed25519',
    fingerprint: `SHA256:${digest}`,
    public_key: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA${digest}`,
  };
}

export function knownHost(now: number, host: string, port = 22): KnownHost {
  return {
    host,
    port,
    key: hostKey(host),
    trusted_by: 'user-ana',
    trusted_at: isoAt(now, 41 * 86_400),
    last_seen_at: isoAt(now, 720),
  };
}

function figuresOf(now: number, machine: Machine): Figures | null {
  if (machine.figures === false) return null;
  const memoryTotal = (machine.memoryTotal ?? 16) * GB;
  const diskTotal = (machine.diskTotal ?? 238) * GB;
  const memory = machine.memory ?? 40;
  const disk = machine.disk ?? 30;
  return {
    at: isoAt(now, machine.old ?? 0),
    cpu_percent: machine.cpu === undefined ? 8 : machine.cpu,
    load_one: machine.load ?? 0.4,
    memory_percent: memory,
    memory_used_bytes: (memory / 100) * memoryTotal,
    memory_total_bytes: memoryTotal,
    disk: {
      path: machine.mount ?? '/',
      percent: disk,
      used_bytes: (disk / 100) * diskTotal,
      total_bytes: diskTotal,
    },
    network_rx: machine.rx === undefined ? 0.2 * MB : machine.rx,
    network_tx: machine.tx === undefined ? 0.05 * MB : machine.tx,
    temperature_celsius: machine.celsius === undefined ? 44 : machine.celsius,
    uptime_seconds: machine.uptime ?? 3 * 86_400,
  };
}

export function rowOf(now: number, machine: Machine): ServerRow {
  const local = machine.auth === 'local';
  return {
    server: {
      id: machine.id ?? `server-${machine.name}`,
      name: machine.name,
      host: machine.host,
      port: machine.port ?? 22,
      username: machine.username ?? (local ? '' : 'admin'),
      auth_type: machine.auth ?? 'key',
      enabled: machine.connection?.state !== 'disconnected',
      created_at: isoAt(now, 60 * 86_400),
      last_connected: isoAt(now, machine.old ?? 3600),
      system_info: systemInfo(machine),
      system_info_updated_at: isoAt(now, 3600),
      docker_installed: machine.system !== 'openwrt',
    },
    connection: machine.connection ?? { state: 'connected', since: isoAt(now, 6 * 3600) },
    health: { state: machine.state ?? 'fine', reason: machine.reason ?? null },
    figures: figuresOf(now, machine),
    containers: null,
  };
}

const unreachable = (now: number, seconds: number): ConnectionStatus => ({
  state: 'retrying',
  since: isoAt(now, seconds),
  retry_at: isoAt(now, -40),
  failure: {
    step: 'connect',
    message: 'no answer from 192.168.1.34:22 within 10 s',
    hint: 'Look whether the host is switched on and on this network.',
  },
});

export const thisComputer: Machine = {
  id: 'local',
  name: 'This computer',
  host: 'localhost',
  auth: 'local',
  system: 'fedora',
  cores: 8,
  cpu: 11,
  load: 1.14,
  memory: 58,
  memoryTotal: 31.1,
  disk: 41,
  diskTotal: 476,
  rx: 184_000,
  tx: 22_100,
  celsius: 47,
  uptime: 6.2 * 3600,
};

/** The eight machines of the pictures. */
export function eight(now: number): Machine[] {
  return [
    thisComputer,
    {
      name: 'attic-pi',
      architecture: 'aarch64',
      host: '192.168.1.34',
      system: 'debian',
      state: 'down',
      connection: unreachable(now, 740),
      old: 740,
      cpu: 4,
    },
    {
      name: 'docker-1',
      host: '192.168.1.20',
      system: 'ubuntu',
      cores: 8,
      cpu: 23,
      load: 2.81,
      memory: 71,
      memoryTotal: 31.3,
      disk: 64,
      diskTotal: 938,
      rx: 3_420_000,
      tx: 1_080_000,
      celsius: 52,
      uptime: 41 * 86_400,
    },
    {
      name: 'gateway',
      host: '192.168.1.1',
      system: 'openwrt',
      username: 'root',
      cores: 2,
      cpu: 6,
      load: 0.09,
      memory: 38,
      memoryTotal: 0.485,
      disk: 22,
      diskTotal: 0.0957,
      rx: 11_800_000,
      tx: 2_140_000,
      celsius: 61,
      uptime: 118 * 86_400,
    },
    {
      name: 'media',
      host: '192.168.1.22',
      system: 'debian',
      cpu: 46,
      load: 4.37,
      memory: 84,
      memoryTotal: 15.6,
      disk: 57,
      diskTotal: 235,
      rx: 486_000,
      tx: 24_600_000,
      celsius: 68,
      uptime: 12 * 86_400,
      state: 'warning',
      reason: 'Memory is at 84 %',
    },
    {
      name: 'nas',
      host: '192.168.1.10',
      system: 'debian',
      cpu: 14,
      load: 0.92,
      memory: 62,
      memoryTotal: 15.6,
      disk: 96,
      diskTotal: 11_161,
      mount: '/mnt/tank',
      rx: 31_700_000,
      tx: 812_000,
      celsius: 39,
      uptime: 16 * 3600,
      state: 'critical',
      reason: '/mnt/tank is almost full',
    },
    {
      name: 'pi-dns',
      architecture: 'armv7l',
      host: '192.168.1.2',
      system: 'debian',
      username: 'pi',
      cpu: 3,
      load: 0.04,
      memory: 27,
      memoryTotal: 1.8,
      disk: 34,
      diskTotal: 28.3,
      rx: 4_200,
      tx: 3_900,
      uptime: 203 * 86_400,
    },
    {
      name: 'vps-fra',
      host: 'vps.example.net',
      port: 2222,
      system: 'ubuntu',
      cpu: 9,
      load: 0.31,
      memory: 44,
      memoryTotal: 3.8,
      disk: 52,
      diskTotal: 77,
      rx: null,
      tx: null,
      celsius: null,
      uptime: 87 * 86_400,
      old: 250,
      state: 'stale',
    },
  ];
}

/** One machine in each state of a connection that the eight do not show. */
export function odd(now: number): Machine[] {
  return [
    thisComputer,
    {
      name: 'backup',
      host: 'backup.example.net',
      system: null,
      figures: false,
      state: 'down',
      connection: { state: 'host_key_unknown', presented: hostKey('backup') },
    },
    {
      name: 'git',
      host: '192.168.1.41',
      system: 'debian',
      state: 'down',
      old: 600,
      connection: {
        state: 'host_key_changed',
        since: isoAt(now, 600),
        presented: hostKey('another'),
        known: knownHost(now, '192.168.1.41'),
      },
    },
    {
      name: 'mail',
      host: '192.168.1.42',
      system: 'debian',
      state: 'down',
      old: 900,
      connection: {
        state: 'failed',
        since: isoAt(now, 900),
        failure: {
          step: 'authenticate',
          message: 'the password is not accepted',
          hint: 'Give the account’s present password under Edit.',
        },
      },
    },
    {
      name: 'new-box',
      host: '192.168.1.50',
      system: null,
      figures: false,
      state: 'connecting',
      connection: { state: 'connecting' },
    },
    {
      name: 'lab-07',
      host: '192.168.1.57',
      system: 'alpine',
      state: 'off',
      old: 4000,
      connection: { state: 'disconnected' },
    },
    {
      name: 'Ünïcödé 日本 🏠 with a name that is far too long for any column of any list',
      host: 'fd00:1234:5678:9abc:def0:1234:5678:9abc',
      system: 'ubuntu',
      cpu: null,
      celsius: null,
    },
  ];
}

/** As many machines as asked for: the eight first, then ordinary ones. */
export function many(now: number, count: number): Machine[] {
  const names = ['mail', 'git', 'matrix', 'photos', 'backup', 'lab', 'build', 'web', 'db', 'cam'];
  const kinds: System[] = ['debian', 'ubuntu', 'alpine', 'openwrt', 'fedora'];
  const all = eight(now);
  for (let at = all.length; at < count; at++) {
    const name = `${names[at % names.length]}-${String(Math.floor(at / names.length) + 1)}`;
    const machine: Machine = {
      name,
      host: `192.168.2.${at}`,
      system: kinds[at % kinds.length],
      cpu: (at * 7) % 37,
      load: ((at * 13) % 300) / 100,
      memory: 20 + ((at * 11) % 55),
      disk: 12 + ((at * 17) % 60),
      rx: ((at * 7919) % 97) ** 3.2,
      tx: ((at * 104_729) % 89) ** 3.1,
      celsius: at % 6 === 0 ? null : 36 + ((at * 5) % 30),
      uptime: ((at * 37) % 200) * 86_400 + 4000,
    };
    if (at === 11) Object.assign(machine, { cpu: 97, state: 'critical', reason: 'CPU is at 97 %' });
    if (at === 17) Object.assign(machine, { cpu: 91, state: 'warning', reason: 'CPU is at 91 %' });
    if (at === 23) {
      Object.assign(machine, { memory: 86, state: 'warning', reason: 'Memory is at 86 %' });
    }
    if (at === 29) Object.assign(machine, { state: 'stale', old: 300, rx: null, tx: null });
    all.push(machine);
  }
  const [first, ...rest] = all.slice(0, count);
  rest.sort((one, other) => one.name.localeCompare(other.name));
  return first ? [first, ...rest] : [];
}
