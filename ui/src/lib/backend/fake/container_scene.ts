import type {
  Container,
  ContainerRow,
  EngineInfo,
  EngineStatus,
  EngineTrouble,
  PublishedPort,
  ServerEngine,
  ServerRow,
} from '../generated';
import { noise } from './figures';
import { isoAt } from './machines';

const MB = 1024 ** 2;

/** Containers of one project on one server: service, image, CPU, memory in MB, ↓, ↑, port. */
type Service = [string, string, number, number, number, number, number?];
interface Project {
  name: string | null;
  server: string;
  /** Seconds since they were started. */
  up: number;
  services: Service[];
}

const day = 86_400;
const projects: Project[] = [
  {
    name: 'immich',
    server: 'docker-1',
    up: 41 * day,
    services: [
      ['server', 'ghcr.io/immich-app/immich-server:2.4.0', 12.4, 612, 1_900_000, 84_000, 2283],
      ['machine-learning', 'ghcr.io/immich-app/immich-ml:2.4.0', 38.1, 1884, 4100, 2200],
      ['microservices', 'ghcr.io/immich-app/immich-server:2.4.0', 6, 402, 22_000, 1_200_000],
      ['database', 'postgres:16.4', 1.2, 288, 310_000, 702_000],
      ['cache', 'valkey/valkey:8.0', 0.3, 14, 52_000, 61_000],
    ],
  },
  {
    name: 'paperless',
    server: 'nas',
    up: 16 * 3600,
    services: [
      ['web', 'ghcr.io/paperless-ngx/paperless-ngx:2.13', 0.8, 311, 1100, 900, 8000],
      ['worker', 'ghcr.io/paperless-ngx/paperless-ngx:2.13', 0, 0, 0, 0],
      ['broker', 'valkey/valkey:8.0', 0.2, 9, 600, 600],
      ['database', 'postgres:16.4', 0.4, 102, 1900, 2400],
    ],
  },
  {
    name: 'media',
    server: 'media',
    up: 12 * day,
    services: [
      ['jellyfin', 'jellyfin/jellyfin:10.10', 171, 1147, 24_100_000, 24_600_000, 8096],
      ['sonarr', 'lscr.io/linuxserver/sonarr:4.0', 0.9, 204, 3000, 2000, 8989],
      ['radarr', 'lscr.io/linuxserver/radarr:5.14', 0.7, 198, 2000, 2000, 7878],
      ['prowlarr', 'lscr.io/linuxserver/prowlarr:1.25', 0.4, 151, 1000, 900, 9696],
      ['bazarr', 'lscr.io/linuxserver/bazarr:1.4', 0.5, 187, 400, 300, 6767],
      ['lidarr', 'lscr.io/linuxserver/lidarr:2.8', 0.6, 176, 500, 300, 8686],
      ['transmission', 'lscr.io/linuxserver/transmission:4.0', 1.6, 92, 1_200_000, 640_000, 9091],
      ['seerr', 'ghcr.io/seerr-team/seerr:2.1', 0.9, 241, 2000, 1000, 5055],
    ],
  },
  {
    name: 'nextcloud',
    server: 'docker-1',
    up: 9 * day,
    services: [
      ['app', 'nextcloud:30.0-fpm', 2.1, 411, 61_000, 88_000],
      ['web', 'nginx:1.27', 0.1, 12, 90_000, 64_000, 8080],
      ['database', 'mariadb:11.4', 0.9, 312, 40_000, 71_000],
      ['cache', 'redis:7.4', 0.2, 11, 9000, 7000],
      ['cron', 'nextcloud:30.0-fpm', 0, 38, 0, 0],
    ],
  },
  {
    name: 'monitoring',
    server: 'docker-1',
    up: 41 * day,
    services: [
      ['grafana', 'grafana/grafana:11.4', 0.7, 142, 3000, 9000, 3000],
      ['prometheus', 'prom/prometheus:v3.0', 1.9, 486, 71_000, 4000, 9090],
      ['loki', 'grafana/loki:3.3', 1.1, 231, 22_000, 3000],
      ['alertmanager', 'prom/alertmanager:v0.27', 0.1, 31, 400, 300],
    ],
  },
  {
    name: 'home',
    server: 'docker-1',
    up: 3 * day,
    services: [
      ['homeassistant', 'ghcr.io/home-assistant/home-assistant:2025.11', 3.2, 642, 14_000, 11_000],
      ['mosquitto', 'eclipse-mosquitto:2.0', 0.1, 6, 4000, 4000, 1883],
      ['zigbee2mqtt', 'koenkk/zigbee2mqtt:1.41', 0.6, 98, 2000, 2000],
      ['nodered', 'nodered/node-red:4.0', 0.4, 112, 800, 700, 1880],
    ],
  },
  {
    name: null,
    server: 'docker-1',
    up: 20 * day,
    services: [
      ['vaultwarden', 'vaultwarden/server:1.32', 0.1, 54, 200, 300, 8222],
      ['caddy', 'caddy:2.8', 0.4, 31, 900_000, 910_000, 443],
      ['registry', 'registry:2', 0, 18, 0, 0, 5000],
    ],
  },
  {
    name: 'dns',
    server: 'pi-dns',
    up: 203 * day,
    services: [
      ['adguard', 'adguard/adguardhome:v0.107', 1.2, 112, 4000, 3800, 3000],
      ['unbound', 'klutchell/unbound:1.22', 0.3, 24, 2000, 1900],
    ],
  },
  {
    name: 'dev',
    server: 'local',
    up: 5 * 3600,
    services: [
      ['web', 'localhost/dev-web:latest', 0.4, 88, 900, 1200, 5173],
      ['database', 'postgres:17.2', 0.2, 61, 300, 400, 5432],
      ['mail', 'axllent/mailpit:v1.21', 0, 16, 0, 0, 8025],
    ],
  },
  {
    name: 'backup',
    server: 'nas',
    up: 16 * 3600,
    services: [
      ['restic', 'restic/rest-server:0.13', 0.1, 22, 120_000, 900, 8001],
      ['minio', 'minio/minio:RELEASE.2025-10-15T17-29-55Z', 0.6, 194, 88_000, 71_000, 9000],
      ['kopia', 'kopia/kopia:0.18', 0, 0, 0, 0],
    ],
  },
  {
    name: 'edge',
    server: 'vps-fra',
    up: 87 * day,
    services: [
      ['traefik', 'traefik:v3.2', 0.8, 71, 210_000, 230_000, 443],
      ['headscale', 'headscale/headscale:0.23', 0.2, 44, 4000, 3000, 8085],
      ['uptime', 'louislam/uptime-kuma:1.23', 0.9, 131, 2000, 1000, 3001],
      ['ntfy', 'binwiederhier/ntfy:v2.11', 0.1, 28, 700, 600, 2586],
    ],
  },
  {
    name: 'attic',
    server: 'attic-pi',
    up: 30 * day,
    services: [
      ['octoprint', 'octoprint/octoprint:1.10', 1.1, 144, 3000, 2000, 5001],
      ['camera', 'bluenviron/mediamtx:1.9', 8.4, 61, 90_000, 310_000, 8554],
      ['rtl433', 'hertzg/rtl_433:24.10', 2.2, 12, 0, 0],
    ],
  },
];

function digits(seed: string): string {
  let state = [...seed].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  return Array.from({ length: 64 }, () => {
    state = (state * 1_103_515_245 + 12_345) >>> 0;
    return '0123456789abcdef'.charAt(state >>> 28);
  }).join('');
}

/** One container, running unless told. */
export function containerRow(
  now: number,
  server_id: string,
  name: string,
  change: Partial<Container> = {},
  use: { cpu?: number; memory?: number; rx?: number; tx?: number; trouble?: string } = {},
): ContainerRow {
  const container: Container = {
    server_id,
    engine: '/var/run/docker.sock',
    id: digits(`${server_id}/${name}`),
    name,
    image: 'busybox:1.37',
    image_id: `sha256:${digits(change.image ?? 'busybox:1.37')}`,
    digest: null,
    project: null,
    service: null,
    state: 'running',
    health: null,
    exit_code: null,
    out_of_memory: false,
    error: null,
    ports: [],
    created_at: isoAt(now, 41 * day),
    started_at: isoAt(now, 41 * day),
    finished_at: null,
    restart_count: 0,
    series: `name/${name}`,
    ...change,
  };
  const runs = container.state === 'running';
  const cpu = use.cpu ?? 1;
  return {
    container,
    figures: runs
      ? {
          at: isoAt(now),
          source: 'cgroup',
          cpu_percent: cpu,
          cpu_host_percent: cpu / 8,
          cpu_limit_cores: null,
          memory_bytes: (use.memory ?? 32) * MB,
          memory_limit_bytes: null,
          network_rx: use.rx ?? 0,
          network_tx: use.tx ?? 0,
        }
      : null,
    trouble: use.trouble ?? null,
    old_since: null,
  };
}

function published(port: number, service: string): PublishedPort[] {
  // A database of a developer is for the host alone.
  const host_ip = service === 'database' ? '127.0.0.1' : '0.0.0.0';
  return [
    { container_port: port, protocol: 'tcp', host_ip, host_port: port },
    ...(host_ip === '0.0.0.0'
      ? [{ container_port: port, protocol: 'tcp', host_ip: '::', host_port: port }]
      : []),
  ];
}

function serviceRow(
  now: number,
  { name: project, up }: Project,
  server_id: string,
  [service, image, cpu, memory, rx, tx, port]: Service,
): ContainerRow {
  const made = project === 'immich' && port !== 5432 && memory > 300 ? 540 : up;
  const row = containerRow(
    now,
    server_id,
    project ? `${project}-${service}-1` : service,
    {
      image,
      project,
      service: project ? service : null,
      ports: port ? published(port, service) : [],
      started_at: isoAt(now, made),
      created_at: isoAt(now, made),
      series: project ? `compose/${project}/${service}` : `name/${service}`,
    },
    { cpu, memory, rx, tx },
  );
  if (project === 'paperless' && service === 'worker') {
    Object.assign(row, { figures: null, trouble: 'Exited 137, out of memory' });
    Object.assign(row.container, {
      state: 'exited',
      exit_code: 137,
      out_of_memory: true,
      finished_at: isoAt(now, 360),
      restart_count: 3,
    });
  }
  if (service === 'kopia') {
    Object.assign(row, { figures: null });
    Object.assign(row.container, {
      state: 'exited',
      exit_code: 0,
      finished_at: isoAt(now, 2 * day),
    });
  }
  if (service === 'jellyfin') {
    Object.assign(row, { trouble: 'Unhealthy' });
    row.container.health = 'unhealthy';
    if (row.figures) row.figures.cpu_limit_cores = 2;
  }
  return row;
}

/** The containers of the pictures, and as many ordinary ones as are missing to `count`. */
export function containersOf(now: number, servers: readonly ServerRow[], count: number) {
  if (count === 0) return [];
  const idOf = (name: string) =>
    servers.find(({ server }) => server.name === name || server.id === name)?.server.id;
  const rows = projects.flatMap((project) => {
    const server = idOf(project.server);
    return server
      ? project.services.map((service) => serviceRow(now, project, server, service))
      : [];
  });
  const hosts = servers.filter(({ server }) => server.name !== 'gateway');
  for (let at = rows.length; at < count; at++) {
    const server = hosts[at % Math.max(1, Math.min(hosts.length, count > 100 ? 99 : 1))];
    const host = count > 100 ? server?.server.id : (idOf('docker-1') ?? server?.server.id);
    if (!host) break;
    const project = count > 100 ? `stack-${Math.floor(at / 6)}` : 'tools';
    const service = `worker-${at}`;
    rows.push(
      containerRow(
        now,
        host,
        `${project}-${service}-1`,
        { project, service, image: `registry.lan:5000/tools/worker:${at}` },
        { cpu: (at * 7) % 23, memory: 10 + ((at * 13) % 300), rx: at * 91, tx: at * 57 },
      ),
    );
  }
  return rows;
}

export function engineInfo(kind: EngineInfo['kind'] = 'docker'): EngineInfo {
  return {
    kind,
    version: kind === 'docker' ? '27.3.1' : '5.2.5',
    api_version: '1.47',
    socket: '/var/run/docker.sock',
    via: 'streamlocal',
    access: 'full',
    rootless: false,
    cgroup_version: 2,
    root_dir: '/var/lib/docker',
    os: 'Debian GNU/Linux 12 (bookworm)',
    architecture: 'x86_64',
    cpus: 8,
    memory_bytes: 16 * 1024 * MB,
  };
}

const absent: EngineTrouble = {
  obstacle: 'absent',
  socket: null,
  message: 'There is no Docker or Podman here',
  hint: 'Containers appear once a socket of one is found.',
  command: null,
  grants: null,
};

/** One of each thing that can be in the way. */
export const troubles: readonly EngineTrouble[] = [
  {
    obstacle: 'forbidden',
    socket: '/var/run/docker.sock',
    message: 'User admin may not open /var/run/docker.sock',
    hint: 'This would allow it; sign in anew afterwards.',
    command: 'sudo usermod -aG docker admin',
    grants: 'It makes admin as powerful as root',
  },
  {
    obstacle: 'down',
    socket: '/var/run/docker.sock',
    message: 'Docker is installed and does not run',
    hint: 'Start it there.',
    command: 'sudo systemctl start docker',
    grants: null,
  },
  {
    obstacle: 'not_a_socket',
    socket: '/var/run/docker.sock',
    message: '/var/run/docker.sock is a directory',
    hint: 'A container that mounted it before Docker started makes one. Remove it and restart Docker.',
    command: null,
    grants: null,
  },
  {
    obstacle: 'too_old',
    socket: '/var/run/docker.sock',
    message: 'Docker 1.13 speaks API 1.26, and Tomo needs 1.40',
    hint: 'Update Docker on this host.',
    command: null,
    grants: null,
  },
];

/** Where each server's engine stands: as pictured, or in every way that it can be missing. */
export function enginesOf(
  now: number,
  servers: readonly ServerRow[],
  troubled: boolean,
): ServerEngine[] {
  const trouble = (one: EngineTrouble): EngineStatus => ({
    state: 'trouble',
    trouble: one,
    since: isoAt(now, 400),
  });
  let next = 0;
  return servers.map(({ server, connection }) => {
    const ready: EngineStatus = {
      state: 'ready',
      info: engineInfo(server.auth_type === 'local' ? 'podman' : 'docker'),
      since: isoAt(now, 3600),
    };
    let status: EngineStatus = ready;
    if (connection.state === 'connecting') status = { state: 'looking' };
    else if (server.name === 'gateway') status = trouble(absent);
    else if (connection.state !== 'connected') {
      status = trouble({
        obstacle: 'lost',
        socket: '/var/run/docker.sock',
        message: 'The connection is gone',
        hint: 'What you see is from before; it goes on when the server is back.',
        command: null,
        grants: null,
      });
    } else if (troubled && server.auth_type !== 'local' && next < troubles.length) {
      const one = troubles[next++];
      if (one) status = trouble(one);
    }
    return { server_id: server.id, status, others: [] };
  });
}

/** The same container a moment later. */
export function wobbled(row: ContainerRow, now: number, at: number): ContainerRow {
  const { figures } = row;
  if (!figures || row.container.state !== 'running') return row;
  const swing = (seed: number) => 1 + (noise(now / 1000 + at * 7 + seed) - 0.5) / 4;
  const times = (value: number | null, seed: number) =>
    value === null ? null : value * swing(seed);
  const cpu_percent = times(figures.cpu_percent, 1);
  return {
    ...row,
    figures: {
      ...figures,
      at: isoAt(now),
      cpu_percent,
      cpu_host_percent: cpu_percent === null ? null : cpu_percent / 8,
      network_rx: times(figures.network_rx, 2),
      network_tx: times(figures.network_tx, 3),
    },
  };
}
