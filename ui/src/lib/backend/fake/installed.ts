import { ApiError } from '../backend';
import type {
  AppPlan,
  Commands,
  ContainerRow,
  InstalledApp,
  InstalledAppDetails,
  PlanCheck,
} from '../generated';
import { containerRow } from './container_scene';
import {
  detailsOf,
  installedApp,
  manifestOf,
  step,
  stepsOfInstall,
  workOf,
} from './installed_scene';
import { isoAt } from './machines';
import type { Handlers, World } from './world';

type OfInstalled =
  | 'app.list'
  | 'app.get'
  | 'app.plan'
  | 'app.install'
  | 'app.act'
  | 'app.cancel'
  | 'app.uninstall_preview'
  | 'app.uninstall'
  | 'app.reveal';

/** The apps on the servers of the stand-in. */
export class FakeInstalled {
  readonly #world: World;
  all: InstalledAppDetails[] = [];
  /** Ports that something else on a server has, and what. */
  taken = new Map([[8080, 'nginx']]);

  constructor(world: World) {
    this.#world = world;
    if (!world.options.installed) return;
    const on = (name: string) =>
      world.rows.find(({ server }) => server.name === name)?.server.id ?? '';
    const page = (port: number) => ({ port, url: `http://192.168.1.20:${port}/` });
    const MB = 1024 ** 2;
    this.#add(
      installedApp(world, 'tomo/immich', on('docker-1'), {
        cpu_percent: 58,
        memory_bytes: 3236 * MB,
        page: page(2283),
        containers: { total: 5, running: 5, unhealthy: 0 },
      }),
    );
    this.#add(
      installedApp(world, 'tomo/jellyfin', on('media'), {
        project: 'media',
        state: 'unhealthy',
        is_troubled: true,
        cpu_percent: 171,
        memory_bytes: 1147 * MB,
        page: page(8096),
        containers: { total: 8, running: 8, unhealthy: 1 },
      }),
    );
    this.#add(
      installedApp(world, 'tomo/paperless-ngx', on('nas'), {
        project: 'paperless',
        state: '1 of 4 ended',
        is_troubled: true,
        cpu_percent: 1.4,
        memory_bytes: 422 * MB,
        page: page(8000),
        containers: { total: 4, running: 3, unhealthy: 0 },
      }),
    );
    this.#add(
      installedApp(world, 'tomo/home-assistant', on('attic-pi'), {
        project: 'attic',
        state: null,
        containers: null,
        cpu_percent: null,
        memory_bytes: null,
        page: page(8123),
      }),
    );
    this.#add(
      installedApp(world, 'tomo/forgejo', on('docker-1'), {
        status: 'stopped',
        state: 'stopped',
        cpu_percent: null,
        memory_bytes: null,
        page: page(3001),
        containers: { total: 1, running: 0, unhealthy: 0 },
      }),
    );
    this.miniflux();
    const now = world.now();
    this.#withTwo('tomo/vikunja', {
      status: 'starting',
      state: 'starting',
      installed_at: null,
      cpu_percent: null,
      memory_bytes: null,
      page: page(3456),
      work: workOf(now, 'install', stepsOfInstall(now, 4)),
    });
    this.#failed('tomo/gitea', on('docker-1'));
  }

  #add(app: InstalledApp, containers: ContainerRow[] = []): InstalledAppDetails {
    const details = detailsOf(this.#world, app, containers);
    this.all.push(details);
    this.all.sort((one, other) => one.app.name.localeCompare(other.app.name));
    return details;
  }

  #failed(app: string, server_id: string): void {
    const world = this.#world;
    const now = world.now();
    const message = 'db ended with 1';
    const failed = this.#add(
      installedApp(world, app, server_id, {
        status: 'error',
        state: 'failed',
        is_troubled: true,
        error: message,
        installed_at: null,
        containers: { total: 0, running: 0, unhealthy: 0 },
        cpu_percent: null,
        memory_bytes: null,
      }),
    );
    const steps = stepsOfInstall(now, 4, true);
    const [health] = steps.splice(
      4,
      1,
      step('health', 'Wait until it is well', { state: 'failed', seconds: 9.2 }),
    );
    failed.failure = {
      kind: 'install',
      step: health?.label ?? '',
      message,
      log: [
        'db   | initdb: error: directory "/var/lib/postgresql/data" exists but is not empty',
        'db   | initdb: hint: Run initdb with an argument other than this directory',
        'web  | waiting for the database',
      ],
      left: [],
      at: isoAt(now, 600),
    };
    failed.last_steps = [
      ...steps,
      step('clean_up', 'Remove what was made', { state: 'done', seconds: 1.1 }),
    ];
  }

  /** An app on docker-1 with two containers, which run. */
  #withTwo(app: string, more: Partial<InstalledApp>): InstalledAppDetails {
    const world = this.#world;
    const server_id = world.rows.find(({ server }) => server.name === 'docker-1')?.server.id ?? '';
    const project = app.split('/')[1] ?? app;
    const container = (service: string, image: string, memory: number) =>
      containerRow(
        world.now(),
        server_id,
        `${project}-${service}-1`,
        { project, service, image, health: 'healthy' },
        { cpu: 0.2, memory },
      );
    const rows = [
      container('web', `docker.io/${project}/${project}:2.3.3`, 60),
      container('db', 'docker.io/library/postgres:17.11-alpine', 122),
    ];
    world.containers.put(...rows);
    const containers = { total: 2, running: 2, unhealthy: 0 };
    return this.#add(installedApp(world, app, server_id, { containers, ...more }), rows);
  }

  /** Miniflux, which runs. */
  miniflux(more: Partial<InstalledApp> = {}): InstalledAppDetails {
    const page = { port: 8081, url: 'http://192.168.1.20:8081/' };
    const details = this.#withTwo('tomo/miniflux', { page, ...more });
    details.values['WEB_PORT'] = '8081';
    return details;
  }

  at(id: string): InstalledAppDetails {
    const found = this.all.find(({ app }) => app.id === id);
    if (!found) throw new ApiError('not_found', 'There is no such app on a server.', '');
    return found;
  }

  /** Changes one, and says so. */
  change(id: string, app: Partial<InstalledApp>, more: Partial<InstalledAppDetails> = {}): void {
    this.at(id);
    this.all = this.all.map((one) =>
      one.app.id === id ? { ...one, ...more, app: { ...one.app, ...app } } : one,
    );
    this.#world.push({ kind: 'changed', topic: 'apps' });
  }

  drop(id: string): void {
    this.all = this.all.filter(({ app }) => app.id !== id);
    this.#world.push({ kind: 'changed', topic: 'apps' });
  }

  plan({ app, server_id, project, values }: Commands['app.plan'][0]): AppPlan {
    const world = this.#world;
    const manifest = manifestOf(world, app);
    if (!manifest) throw new ApiError('not_found', 'There is no such app.', '');
    const names = ['docker-1', 'media', 'nas'];
    const fits = names.flatMap((name) => {
      const row = world.rows.find(({ server }) => server.name === name);
      return row ? [{ server_id: row.server.id, name }] : [];
    });
    const [best] = fits;
    const server = fits.find((fit) => fit.server_id === server_id) ?? best;
    if (!server) {
      throw new ApiError('invalid', 'No server has an engine that apps could be installed in.', '');
    }
    const name = project ?? manifest.id;
    const all: Record<string, string> = {};
    for (const { name: setting, kind, default: value } of manifest.settings) {
      if (kind.type !== 'secret') all[setting] = values?.[setting] ?? value ?? '';
    }
    const problems = manifest.settings.flatMap(({ name: setting, kind }) => {
      const value = all[setting] ?? '';
      return kind.type === 'port' && !/^\d{1,5}$/.test(value)
        ? [{ setting, message: `'${value}' is no port: it is a number from 1 to 65535` }]
        : [];
    });
    const ports = manifest.settings.filter(({ kind }) => kind.type === 'port');
    const checks: PlanCheck[] = ports.flatMap(({ name: setting }): PlanCheck[] => {
      const port = Number(all[setting]);
      const owner = this.taken.get(port);
      if (!owner) return [];
      return [
        {
          kind: 'ports',
          outcome: 'problem',
          title: `Port ${port} is taken by ${owner}`,
          detail: 'process 812, not in a container',
          setting,
          fix: { setting, value: String(port + 1), label: `Use ${port + 1}` },
        },
      ];
    });
    const check = (
      kind: PlanCheck['kind'],
      outcome: PlanCheck['outcome'],
      title: string,
      detail: string,
    ): PlanCheck => ({ kind, outcome, title, detail, setting: null, fix: null });
    const free = checks.length === 0;
    const one = this.all.find((it) => it.app.app === app && it.app.server_id === server.server_id);
    const isThere = one !== undefined && one.app.installed_at !== null;
    const rest: PlanCheck[] = [
      ...(isThere
        ? [check('names', 'problem', 'The app is on this server already', 'once for each server')]
        : []),
      check('compose', 'good', 'Compose', '2.29.7'),
      check('architecture', 'good', 'Architecture', 'amd64'),
      check('memory', 'good', 'Memory', '300 MB wanted, 9.1 GB free'),
      check('disk', 'good', 'Disk', '1.00 GB wanted, 336 GB free on /var/lib/docker'),
      ...(free ? [check('ports', 'good', 'Port', `${all['WEB_PORT'] ?? ''} free`)] : []),
      ...(isThere
        ? []
        : [
            check(
              'names',
              'unknown',
              'Names',
              'the engine does not say which volumes and networks it has',
            ),
          ]),
    ];
    return {
      app,
      version: manifest.version,
      server_id: server.server_id,
      project: name,
      servers: fits.map((fit, at) => ({
        ...fit,
        is_possible: fit.name !== 'nas',
        reason:
          at === 0
            ? '9.1 GB memory and 336 GB disk are free'
            : at === 1
              ? '2.4 GB memory and 101 GB disk are free'
              : 'its disk is full',
      })),
      values: all,
      problems,
      checks: [...checks, ...rest],
      makes:
        problems.length > 0
          ? null
          : {
              name,
              services: manifest.services.map((service) => ({
                service: service.name,
                container: `${name}-${service.name}-1`,
                image: service.image,
                restart: 'unless-stopped',
              })),
              ports: ports.map(({ name: setting }) => ({
                service: manifest.services[0]?.name ?? '',
                host_ip: null,
                host_port: Number(all[setting]),
                container_port: 8080,
                protocol: 'tcp',
                setting,
              })),
              mounts: [],
              networks: [{ name: `${name}_default`, is_external: false }],
            },
      images: manifest.services.map(({ image }, at) => ({ image, is_there: at === 1 })),
      volumes: [
        { name: `${name}_db`, service: 'db', target: '/var/lib/postgresql/data', is_there: false },
      ],
      compose: manifest.compose,
      folder: `~/tomo/${name}`,
      flags: manifest.services.flatMap(({ flags }) => flags),
      is_ready: problems.length === 0 && free && !isThere,
    };
  }

  install(wish: Commands['app.install'][0]): InstalledAppDetails {
    const world = this.#world;
    const plan = this.plan(wish);
    if (!plan.is_ready)
      throw new ApiError('invalid', 'Something stands in the way.', 'Look at the plan.');
    const now = world.now();
    this.all = this.all.filter(
      ({ app }) => app.app !== wish.app || app.server_id !== wish.server_id,
    );
    const details = this.#add(
      installedApp(world, wish.app, wish.server_id, {
        project: plan.project,
        status: 'pulling',
        state: 'pulling',
        installed_at: null,
        started_at: null,
        cpu_percent: null,
        memory_bytes: null,
        containers: { total: 0, running: 0, unhealthy: 0 },
        work: workOf(now, 'install', stepsOfInstall(now, 0)),
      }),
    );
    details.last_steps = [];
    world.push({ kind: 'changed', topic: 'apps' });
    return details;
  }
}

/** What is installed, planned and done. */
export function installed(world: World): Pick<Handlers, OfInstalled> {
  const all = world.installed;
  return {
    'app.list': () => {
      const own = new Set(all.all.map(({ app }) => `${app.server_id} ${app.project}`));
      const found = new Map<string, number>();
      for (const { container } of world.options.installed ? world.containers.rows : []) {
        const key = `${container.server_id} ${container.project}`;
        if (container.project !== null && !own.has(key)) found.set(key, (found.get(key) ?? 0) + 1);
      }
      return {
        apps: all.all.map(({ app }) => app),
        found: [...found].map(([key, containers]) => {
          const [server_id = '', project = ''] = key.split(' ');
          return { server_id, project, containers };
        }),
      };
    },
    'app.get': ({ id }) => all.at(id),
    'app.plan': (wish) => all.plan(wish),
    'app.install': (wish) => all.install(wish),
    'app.act': ({ id, action }) => {
      const status = action === 'stop' ? 'stopped' : 'running';
      all.change(id, { status, state: action === 'stop' ? 'stopped' : 'healthy' });
      return all.at(id);
    },
    'app.cancel': ({ id }) => {
      const { work } = all.at(id).app;
      if (work) all.change(id, { work: { ...work, is_cancelled: true, can_cancel: false } });
      return null;
    },
    'app.uninstall_preview': ({ id }) => {
      const { app, containers, volumes, binds, folder } = all.at(id);
      return {
        containers: containers.map(({ container }) => container.name),
        networks: [{ name: `${app.project}_default`, is_external: false }],
        images: containers.map(({ container }) => container.image),
        volumes: volumes.map(({ name }) => name),
        binds: binds.map(({ path }) => path),
        files: [`${folder}/compose.yaml`, `${folder}/.env`],
      };
    },
    'app.uninstall': ({ id }) => {
      all.drop(id);
      return null;
    },
    'app.reveal': ({ setting }) => `the-${setting.toLowerCase()}-itself`,
  };
}
