import { ApiError } from '../backend';
import type {
  Container,
  ContainerAction,
  ContainerCounts,
  ContainerRef,
  ContainerResult,
  ContainerRow,
  ServerEngine,
} from '../generated';
import { containersOf, oddContainers, wobbled } from './container_scene';
import { engineInfo, enginesOf } from './engine_scene';
import { isoAt } from './machines';
import type { Handlers, World } from './world';

/** Containers and engines of the stand-in. */
export class FakeContainers {
  readonly #world: World;
  rows: ContainerRow[];
  engines: ServerEngine[];
  /** Why the engine refuses something, by the container's name. */
  refusals: Record<string, string> = {};

  constructor(world: World) {
    this.#world = world;
    const { containers, troubledEngines = false, readOnlyEngine } = world.options;
    const now = world.now();
    this.rows = [
      ...containersOf(now, world.rows, containers ?? 0),
      ...(world.options.oddContainers ? oddContainers(now, world.rows) : []),
    ];
    this.engines =
      containers === undefined
        ? world.rows.map(({ server }) => ({
            server_id: server.id,
            status: { state: 'unknown' },
            others: [],
          }))
        : enginesOf(now, world.rows, troubledEngines);
    this.engines = this.engines.map(({ server_id, status, others }) =>
      server_id === readOnlyEngine && status.state === 'ready'
        ? {
            server_id,
            others,
            status: { ...status, info: { ...status.info, access: 'read_only' } },
          }
        : { server_id, status, others },
    );
    const silent = this.engines.filter(
      ({ status }) => status.state === 'trouble' && status.trouble.obstacle !== 'lost',
    );
    this.rows = this.rows.filter(
      ({ container }) => !silent.some(({ server_id }) => server_id === container.server_id),
    );
    const lost = new Map(
      this.engines.flatMap(({ server_id, status }) =>
        status.state === 'trouble' ? [[server_id, status.since] as const] : [],
      ),
    );
    this.rows = this.rows.map((row) => {
      const since = lost.get(row.container.server_id);
      if (since === undefined) return this.#asOldAsItsServer(row);
      const figures = row.figures && { ...row.figures, at: since };
      return { ...row, figures, old_since: since };
    });
    if (containers !== undefined) this.#count();
  }

  /** Figures of containers come with those of their host. */
  #isSilent(server: string): boolean {
    return this.#world.rows.some((row) => row.server.id === server && row.health.state === 'stale');
  }

  #asOldAsItsServer(row: ContainerRow): ContainerRow {
    const { server_id } = row.container;
    const host = this.#world.rows.find(({ server }) => server.id === server_id);
    if (!row.figures || !host?.figures || !this.#isSilent(server_id)) return row;
    return { ...row, figures: { ...row.figures, at: host.figures.at } };
  }

  at({ server_id, container_id }: ContainerRef): ContainerRow | undefined {
    return this.rows.find(
      ({ container }) => container.server_id === server_id && container.id === container_id,
    );
  }

  byName(name: string): ContainerRow {
    const row = this.rows.find(({ container }) => container.name === name);
    if (!row) throw new Error(`no container ${name}`);
    return row;
  }

  /** Changes one, new or known, and pushes it as its engine's event would. */
  put(...changed: ContainerRow[]): void {
    for (const row of changed) {
      const { server_id, id: container_id } = row.container;
      const at = this.rows.findIndex(({ container }) => container.id === container_id);
      if (at >= 0 && this.at({ server_id, container_id })) this.rows[at] = row;
      else this.rows.push(row);
    }
    this.#count();
    this.#world.push({ kind: 'containers', rows: changed, gone: [] });
  }

  drop(...gone: ContainerRef[]): void {
    const ids = gone.map(({ container_id }) => container_id);
    this.rows = this.rows.filter(({ container }) => !ids.includes(container.id));
    this.#count();
    this.#world.push({ kind: 'containers', rows: [], gone });
  }

  /** A round of figures. */
  tick(): void {
    if (this.rows.length === 0) return;
    const now = this.#world.now();
    const live = new Set(
      this.engines.flatMap(({ server_id, status }) =>
        status.state === 'ready' && !this.#isSilent(server_id) ? [server_id] : [],
      ),
    );
    const moved: ContainerRow[] = [];
    this.rows = this.rows.map((row, at) => {
      if (!row.figures || !live.has(row.container.server_id)) return row;
      const next = wobbled(row, now, at);
      moved.push(next);
      return next;
    });
    this.#world.push({ kind: 'containers', rows: moved, gone: [] });
  }

  #count(): void {
    const world = this.#world;
    world.rows = world.rows.map((row) => {
      const engine = this.engines.find(({ server_id }) => server_id === row.server.id);
      const known = engine?.status.state === 'ready';
      const own = this.rows.filter(({ container }) => container.server_id === row.server.id);
      const containers: ContainerCounts | null = known
        ? {
            running: own.filter(({ container }) => container.state === 'running').length,
            all: own.length,
            troubled: own.filter(({ trouble }) => trouble !== null).length,
          }
        : null;
      return { ...row, containers };
    });
  }
}

type OfContainers =
  | 'container.list'
  | 'container.look'
  | 'container.act'
  | 'container.remove'
  | 'container.rename'
  | 'container.limit';

function done(action: ContainerAction, now: number): Partial<Container> {
  switch (action) {
    case 'start':
    case 'restart':
    case 'unpause':
      return {
        state: 'running',
        exit_code: null,
        out_of_memory: false,
        ...(action !== 'unpause' && { started_at: isoAt(now) }),
      };
    case 'pause':
      return { state: 'paused' };
    case 'stop':
      return { state: 'exited', exit_code: 0, finished_at: isoAt(now) };
    case 'kill':
      return { state: 'exited', exit_code: 137, finished_at: isoAt(now) };
  }
}

/** The list of containers and what is done to them. */
export function containers(world: World): Pick<Handlers, OfContainers> {
  const all = world.containers;
  const found = (ref: ContainerRef): ContainerRow => {
    const row = all.at(ref);
    if (!row) {
      throw new ApiError('not_found', 'This container is not there any more.', 'Look at the list.');
    }
    return row;
  };
  const each = (
    refs: ContainerRef[],
    run: (row: ContainerRow) => string | null,
  ): ContainerResult[] =>
    refs.map((ref) => {
      const row = all.at(ref);
      const name = row?.container.name ?? ref.container_id.slice(0, 12);
      if (!row) return { container: ref, name, error: 'No such container' };
      const error = all.refusals[name] ?? run(row);
      return { container: ref, name, error };
    });
  return {
    'container.list': ({ server_id }) => ({
      engines: all.engines.filter((one) => !server_id || one.server_id === server_id),
      containers: all.rows.filter(
        ({ container }) => !server_id || container.server_id === server_id,
      ),
    }),
    'container.look': ({ id }) => {
      const engine: ServerEngine = {
        server_id: id,
        status: { state: 'ready', info: engineInfo(), since: isoAt(world.now()) },
        others: [],
      };
      all.engines = all.engines.map((one) => (one.server_id === id ? engine : one));
      world.push({ kind: 'containers_changed' });
      return engine;
    },
    'container.act': ({ containers: refs, action }) =>
      each(refs, (row) => {
        const now = world.now();
        const container = { ...row.container, ...done(action, now) };
        const figures =
          container.state === 'running'
            ? {
                at: isoAt(now),
                source: 'cgroup' as const,
                cpu_percent: 1,
                cpu_host_percent: 0.1,
                cpu_limit_cores: null,
                memory_bytes: 40 * 1024 ** 2,
                memory_limit_bytes: null,
                network_rx: 0,
                network_tx: 0,
              }
            : null;
        all.put({ container, figures, trouble: null, old_since: null });
        return null;
      }),
    'container.remove': ({ containers: refs, force }) =>
      each(refs, (row) => {
        if (['running', 'paused', 'restarting'].includes(row.container.state) && !force) {
          return 'You cannot remove a running container';
        }
        all.drop({ server_id: row.container.server_id, container_id: row.container.id });
        return null;
      }),
    'container.rename': ({ container: ref, name }) => {
      const row = found(ref);
      if (all.rows.some(({ container }) => container.name === name)) {
        throw new ApiError('duplicate', `The name ${name} is taken.`, 'Choose another name.');
      }
      const renamed = { ...row, container: { ...row.container, name } };
      all.put(renamed);
      return renamed;
    },
    'container.limit': ({ container: ref, limits }) => {
      const row = found(ref);
      const limited: ContainerRow = {
        ...row,
        figures: row.figures && {
          ...row.figures,
          ...(limits.cpu_cores !== null && { cpu_limit_cores: limits.cpu_cores || null }),
          ...(limits.memory_bytes !== null && {
            memory_limit_bytes: limits.memory_bytes || null,
          }),
        },
      };
      all.put(limited);
      return limited;
    },
  };
}
