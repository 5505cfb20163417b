import type { Container, ContainerRow, PublishedPort, ServerRow } from '../generated';
import { type Project, projects, type Service } from './container_projects';
import { noise } from './figures';
import { isoAt } from './machines';

const MB = 1024 ** 2;

const day = 86_400;

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

/** Names, images and ports as long and as strange as engines let them be. */
export function oddContainers(now: number, servers: readonly ServerRow[]): ContainerRow[] {
  const host = servers.find(
    ({ server, connection }) => server.auth_type !== 'local' && connection.state === 'connected',
  );
  if (!host) return [];
  const { id } = host.server;
  const port = (host_port: number): PublishedPort[] => published(host_port, 'web');
  const long = `a-name-that-somebody-made-by-a-script-${'and-made-longer-'.repeat(6)}end`;
  return [
    containerRow(now, id, long, {
      project: `project-${'of-a-whole-department-'.repeat(4)}2026`,
      service: `service-${'with-a-purpose-'.repeat(6)}1`,
      image: `registry.example.internal:5000/${'team/'.repeat(8)}worker:${'feature-'.repeat(8)}1`,
      ports: [80, 443, 8080, 8443, 9000, 65_535].flatMap(port),
    }),
    containerRow(
      now,
      id,
      'crashes',
      { state: 'restarting', restart_count: 4821, exit_code: 139, error: 'oh no '.repeat(60) },
      {
        trouble: `Restarting over and over: ${'the entrypoint was not found in $PATH, '.repeat(5)}`,
      },
    ),
    containerRow(now, id, 'by-digest', { image: `sha256:${digits('by-digest')}` }),
    containerRow(now, id, 'waits', { state: 'created', started_at: null }),
    containerRow(now, id, 'leaves', { state: 'removing' }),
    containerRow(now, id, 'stands', { state: 'paused' }, { cpu: 0 }),
  ];
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
