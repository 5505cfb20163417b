import { ApiError } from '../backend';
import type { Commands, ContainerRow, InstalledApp, InstalledAppDetails } from '../generated';
import { appPlan } from './app_plan';
import { containerRow } from './container_scene';
import { pageAt, samples, serverOf } from './installed_samples';
import { readOwn } from './own_compose';
import { detailsOf, unlooked, installedApp, step, stepsOfInstall, workOf } from './installed_scene';
import { isoAt } from './machines';
import { afterUpdate, beforeUpdate } from './update_scene';
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
  | 'app.open'
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
    for (const { app, on, ...more } of samples())
      this.#add(installedApp(world, app, serverOf(world, on), more));
    this.#updated();
    this.miniflux();
    const now = world.now();
    this.#withTwo('tomo/vikunja', {
      status: 'starting',
      state: 'starting',
      installed_at: null,
      cpu_percent: null,
      memory_bytes: null,
      page: pageAt(3456),
      work: workOf(now, 'install', stepsOfInstall(now, 4)),
    });
    this.#failed('tomo/gitea', serverOf(world, 'docker-1'));
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
    const server_id = serverOf(world, 'docker-1');
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

  /** Immich, which was updated a while ago, and Vaultwarden, of which there is a newer version. */
  #updated(): void {
    const world = this.#world;
    const immich = this.all.find(({ app }) => app.app === 'tomo/immich');
    if (immich) Object.assign(immich, afterUpdate(world, immich, '3.1.9'));
    const page = pageAt(8222);
    const vaultwarden = this.#withTwo('tomo/vaultwarden', { page, cpu_percent: 0.1 });
    Object.assign(vaultwarden, beforeUpdate(world, vaultwarden, '1.36.0'));
  }

  /** Miniflux, which runs. */
  miniflux(more: Partial<InstalledApp> = {}): InstalledAppDetails {
    const details = this.#withTwo('tomo/miniflux', { page: pageAt(8081), ...more });
    details.values['WEB_PORT'] = '8081';
    return details;
  }

  /** An app that is in no catalog, of its compose file. */
  addOwn(
    project: string,
    compose: string,
    origin: 'own' | 'adopted',
    server_id: string,
  ): InstalledAppDetails {
    const world = this.#world;
    const { manifest } = readOwn(compose, '', project);
    const rows = (manifest?.services ?? []).map(({ name, image }) =>
      containerRow(
        world.now(),
        server_id,
        `${project}-${name}-1`,
        { project, service: name, image },
        { cpu: 0.1, memory: 64 },
      ),
    );
    world.containers.put(...rows);
    const version = manifest?.version ?? '1';
    const total = rows.length;
    const containers = { total, running: total, unhealthy: 0 };
    const details = this.#add(
      installedApp(world, `own/${project}`, server_id, { origin, version, containers }),
      rows,
    );
    if (manifest) Object.assign(details, { manifest, compose, images: unlooked(manifest) });
    details.folder = origin === 'adopted' ? `/srv/${project}` : details.folder;
    world.push({ kind: 'changed', topic: 'apps' });
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

  install(wish: Commands['app.install'][0]): InstalledAppDetails {
    const world = this.#world;
    const plan = appPlan(world, wish);
    if (!plan.is_ready)
      throw new ApiError('invalid', 'Something stands in the way.', 'Look at the plan.');
    if (wish.own) {
      const added = this.addOwn(plan.project, wish.own.compose, 'own', wish.server_id);
      const steps = stepsOfInstall(world.now(), 0);
      const work = workOf(world.now(), 'install', steps);
      this.change(added.app.id, { status: 'pulling', state: 'pulling', installed_at: null, work });
      return this.at(added.app.id);
    }
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
    'app.plan': (wish) => appPlan(world, wish),
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
    'app.open': ({ id }) => {
      const { page } = all.at(id).app;
      if (!page) throw new ApiError('invalid', 'This app has no page.');
      return { url: page.url, is_tunnel: false };
    },
    'app.reveal': ({ setting }) => `the-${setting.toLowerCase()}-itself`,
  };
}
