import type {
  AppImage,
  AppManifest,
  AppStep,
  AppWork,
  AppWorkKind,
  ContainerRow,
  InstalledApp,
  InstalledAppDetails,
  PulledLayer,
} from '../generated';
import { appOf, cardsOf, sourcesOf } from './app_scene';
import { isoAt } from './machines';
import type { World } from './world';

/** What the catalog of the stand-in says of an app. */
export function manifestOf(world: World, app: string): AppManifest | null {
  const card = cardsOf(world.options).find(({ id }) => id === app);
  const source = sourcesOf(world.now()).find(({ id }) => id === app.split('/')[0]);
  return card && source ? appOf(card, source).manifest : null;
}

export function step(name: string, label: string, more: Partial<AppStep> = {}): AppStep {
  return {
    name,
    label,
    state: 'waiting',
    started_at: null,
    seconds: null,
    detail: null,
    layers: [],
    ...more,
  };
}

const installSteps: readonly [name: string, label: string][] = [
  ['pull', 'Pull 2 images'],
  ['write', 'Write compose.yaml and .env'],
  ['create', 'Make 2 containers'],
  ['start', 'Start 2 containers'],
  ['health', 'Wait until it is well'],
  ['policy', 'Set when it is started again'],
  ['look', 'Look at what is there now'],
];

const MB = 1024 ** 2;
const layer = (id: string, current: number, total: number | null): PulledLayer => ({
  id,
  current_bytes: current * MB,
  total_bytes: total === null ? null : total * MB,
  is_done: current === total,
});
const layers = [
  layer('6d1e8c01ab32', 3.6, 3.6),
  layer('b02f41d8c977', 12.1, 17.9),
  layer('0a77de190c4e', 0.4, null),
];

/** The steps of an installation of which so many are done; the next one runs. */
export function stepsOfInstall(now: number, done: number, isOver = false): AppStep[] {
  return installSteps.map(([name, label], at): AppStep => {
    const pulled = name === 'pull' ? layers : [];
    if (at < done) {
      const seconds = [11.8, 0.1, 0.6, 1.3, 24, 0.2, 0.4][at] ?? 1;
      const whole = pulled.map((one) => ({
        ...one,
        current_bytes: one.total_bytes ?? one.current_bytes,
        is_done: true,
      }));
      return step(name, label, { state: 'done', seconds, layers: whole });
    }
    if (at > done || isOver) return step(name, label);
    return step(name, label, {
      state: 'running',
      started_at: isoAt(now, 12),
      detail: name === 'health' ? '1 of 2 containers well' : null,
      layers: pulled,
    });
  });
}

/** What is being done to an app. */
export function workOf(now: number, kind: AppWorkKind, steps: AppStep[]): AppWork {
  return {
    kind,
    started_at: isoAt(now, 31),
    steps,
    is_cancelled: false,
    can_cancel: kind === 'install',
  };
}

/** An app on a server, running unless told. */
export function installedApp(
  world: World,
  app: string,
  server_id: string,
  more: Partial<InstalledApp> = {},
): InstalledApp {
  const manifest = manifestOf(world, app);
  const project = more.project ?? app.split('/')[1] ?? app;
  return {
    id: `${project}-on-${server_id}`,
    server_id,
    app,
    project,
    name: manifest?.name ?? project,
    version: manifest?.version ?? '1',
    icon: manifest?.icon ?? null,
    status: 'running',
    state: 'healthy',
    is_troubled: false,
    error: null,
    containers: { total: 1, running: 1, unhealthy: 0 },
    cpu_percent: 0.4,
    memory_bytes: 182 * MB,
    page: null,
    installed_at: isoAt(world.now(), 41 * 86_400),
    started_at: isoAt(world.now(), 41 * 86_400),
    newer: null,
    has_newer_image: false,
    way_back: null,
    origin: 'catalog',
    is_stuck: false,
    work: null,
    ...more,
  };
}

/** Images that no registry was asked about. */
export function unlooked({ services }: AppManifest): AppImage[] {
  const nothing = { digest: null, newest: null, is_newer: null, error: null };
  return services.map(({ image }) => ({ image, ...nothing }));
}

/** All that is known of an app that is there. */
export function detailsOf(
  world: World,
  app: InstalledApp,
  containers: ContainerRow[],
): InstalledAppDetails {
  const found = manifestOf(world, app.app);
  const manifest = found ?? (manifestOf(world, 'tomo/miniflux') as AppManifest);
  const { settings } = manifest;
  const isSecret = (kind: string) => kind === 'secret';
  return {
    app,
    manifest,
    values: Object.fromEntries(
      settings.flatMap(({ name, kind, default: value }) =>
        isSecret(kind.type) ? [] : [[name, value ?? '']],
      ),
    ),
    secrets: settings.filter(({ kind }) => isSecret(kind.type)).map(({ name }) => name),
    compose: manifest.compose,
    folder: `/home/ana/tomo/${app.project}`,
    containers,
    networks: [{ name: `${app.project}_default`, is_own: true }],
    volumes: [
      {
        name: `${app.project}_db`,
        service: 'db',
        target: '/var/lib/postgresql/data',
        is_own: true,
      },
    ],
    binds: [{ path: '/srv/feeds', service: 'web', target: '/feeds', is_read_only: true }],
    notes: manifest.notes?.replaceAll('${ADMIN_NAME}', 'admin') ?? null,
    failure: null,
    last_steps: stepsOfInstall(world.now(), 7),
    versions: [{ version: app.version, since: isoAt(world.now(), 41 * 86_400) }],
    last_update: null,
    images: unlooked(manifest),
    images_looked_at: null,
    backups: [],
  };
}
