import { ApiError } from '../backend';
import type {
  Container,
  ContainerDetails,
  ContainerHistory,
  ContainerMount,
  ContainerPoint,
  ContainerRef,
  ContainerRow,
  Range,
} from '../generated';
import { containerRow } from './container_scene';
import { engineInfo } from './engine_scene';
import { noise } from './figures';
import { isoAt } from './machines';
import type { Part, World } from './world';

const MB = 1024 ** 2;

const rangeSeconds: Record<Range, number> = {
  '1h': 3600,
  '24h': 86_400,
  '7d': 7 * 86_400,
  '30d': 30 * 86_400,
};

/** The stand-in knows the values that it masks. */
const secrets: Record<string, string> = {
  DB_PASSWORD: 'correct-horse-battery',
  JWT_SECRET: '9f2c61d07ab34e',
};

/** A container of a compose project that runs, for where nothing else is known. */
export function exampleRow(now: number, { server_id, container_id }: ContainerRef): ContainerRow {
  const row = containerRow(
    now,
    server_id,
    'immich-server-1',
    {
      id: container_id,
      image: 'ghcr.io/immich-app/immich-server:2.4.0',
      digest: `sha256:${'a1'.repeat(32)}`,
      project: 'immich',
      service: 'server',
      health: 'healthy',
      ports: [{ container_port: 2283, protocol: 'tcp', host_ip: '0.0.0.0', host_port: 2283 }],
      created_at: isoAt(now, 86_400),
      started_at: isoAt(now, 540),
      series: 'immich/server',
    },
    { cpu: 12.4, memory: 612, rx: 1.9e6, tx: 84e3 },
  );
  const limits = { cpu_limit_cores: 2, memory_limit_bytes: 1024 * MB };
  return { ...row, figures: row.figures && { ...row.figures, ...limits } };
}

/** Stores and servers keep data in volumes that nobody named. */
function unnamedVolumes({ id, image }: Container): ContainerMount[] {
  if (!/valkey|postgres|immich-server/.test(image)) return [];
  const name = [...id].reverse().join('');
  const source = `/var/lib/docker/volumes/${name}/_data`;
  return [{ kind: 'volume', name, source, destination: '/data', is_writable: true }];
}

function details(now: number, row: ContainerRow): ContainerDetails {
  const { container } = row;
  const isUp = container.state === 'running';
  const raw = {
    Id: container.id,
    Created: container.created_at,
    Path: 'tini',
    Args: ['--', 'start.sh'],
    State: { Status: container.state, Running: isUp, Pid: isUp ? 48_213 : 0 },
    Image: container.image_id,
    Config: { Env: ['DB_PASSWORD=********', 'TZ=Europe/Berlin'], Image: container.image },
  };
  return {
    row,
    engine: engineInfo(),
    command: ['tini', '--', 'start.sh'],
    working_dir: '/usr/src/app',
    user: '',
    is_privileged: false,
    limits: {
      cpu_cores: row.figures?.cpu_limit_cores ?? 0,
      memory_bytes: row.figures?.memory_limit_bytes ?? 0,
      restart_policy: 'unless_stopped',
    },
    environment: [
      { name: 'DB_HOSTNAME', value: 'database', is_secret: false, is_from_image: false },
      { name: 'DB_PASSWORD', value: null, is_secret: true, is_from_image: false },
      { name: 'JWT_SECRET', value: null, is_secret: true, is_from_image: false },
      { name: 'NODE_ENV', value: 'production', is_secret: false, is_from_image: true },
      {
        name: 'PATH',
        value: '/usr/local/bin:/usr/bin:/bin',
        is_secret: false,
        is_from_image: true,
      },
      { name: 'TZ', value: 'Europe/Berlin', is_secret: false, is_from_image: false },
    ],
    mounts: [
      {
        kind: 'bind',
        name: null,
        source: '/etc/localtime',
        destination: '/etc/localtime',
        is_writable: false,
      },
      {
        kind: 'volume',
        name: 'immich_upload',
        source: '/var/lib/docker/volumes/immich_upload/_data',
        destination: '/usr/src/app/upload',
        is_writable: true,
      },
      ...unnamedVolumes(container),
    ],
    networks: [
      {
        name: 'immich_default',
        addresses: isUp ? ['172.20.0.4'] : [],
        aliases: ['server', 'immich-server-1'],
        mac_address: isUp ? '02:42:ac:14:00:04' : null,
      },
    ],
    labels: [
      { name: 'com.docker.compose.project', value: container.project ?? '' },
      { name: 'com.docker.compose.service', value: container.service ?? '' },
      { name: 'org.opencontainers.image.source', value: 'https://github.com/immich-app/immich' },
    ],
    health_log: [
      { started_at: isoAt(now, 12), exit_code: 0, output: 'ok' },
      { started_at: isoAt(now, 42), exit_code: 0, output: 'ok' },
      { started_at: isoAt(now, 72), exit_code: 1, output: 'connect ECONNREFUSED 127.0.0.1:2283' },
    ],
    raw: JSON.stringify(raw, null, 2),
  };
}

const wave = (time: number, seed: number): number =>
  1 + 0.45 * Math.sin(time / 40 + seed) + 0.4 * (noise(time + seed) - 0.5);

function live(now: number, row: ContainerRow): ContainerPoint[] {
  const { figures } = row;
  if (!figures) return [];
  return Array.from({ length: 360 }, (_, at) => {
    const time = Math.floor(now / 10_000) - (359 - at);
    return {
      at_ms: time * 10_000,
      cpu_percent: (figures.cpu_percent ?? 5) * wave(time, 1),
      memory_bytes: (figures.memory_bytes ?? 200 * MB) * (0.96 + 0.04 * wave(time, 2)),
      network_rx: figures.network_rx === null ? null : figures.network_rx * wave(time, 3),
      network_tx: figures.network_tx === null ? null : figures.network_tx * wave(time, 4),
    };
  });
}

function history(now: number, range: Range): ContainerHistory {
  const to = Math.floor(now / 1000);
  const from = to - rangeSeconds[range];
  const span = range === '1h' || range === '24h' ? 60 : range === '7d' ? 600 : 3600;
  const at: number[] = [];
  for (let time = Math.ceil(from / span) * span; time + span <= to; time += span) {
    const share = (time - from) / (to - from);
    // A stretch in which the container did not run.
    if (range !== '1h' && share > 0.4 && share < 0.46) continue;
    at.push(time);
  }
  const like = (mean: number, seed: number) => at.map((time) => mean * wave(time / span, seed));
  return {
    from,
    to,
    at,
    span_seconds: at.map(() => span),
    cpu_percent: like(14, 1),
    cpu_peak_percent: like(40, 1),
    memory_bytes: like(600 * MB, 2).map((value) => Math.min(value, 1000 * MB)),
    memory_limit_bytes: at.map(() => 1024 * MB),
    network_rx: like(1.9e6, 3),
    network_tx: like(84e3, 4),
  };
}

type Subject = 'container.inspect' | 'container.reveal' | 'container.live' | 'container.history';

/** One container looked into, and its figures over time. */
export function containerDetails(world: World): Pick<Part<'container'>, Subject> {
  const rowOf = (container: ContainerRef): ContainerRow =>
    world.containerOf?.(container) ?? exampleRow(world.now(), container);
  return {
    'container.inspect': ({ container }) => details(world.now(), rowOf(container)),
    'container.reveal': ({ name }) => {
      const value = secrets[name];
      if (value === undefined) throw new ApiError('not_found', `There is no ${name}.`, '');
      return value;
    },
    'container.live': ({ container }) => live(world.now(), rowOf(container)),
    'container.history': ({ range }) => history(world.now(), range),
  };
}
