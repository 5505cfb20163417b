import { ApiError, type Backend } from '../backend/backend';
import type {
  Container,
  ContainerCounts,
  ContainerRef,
  ContainerRow,
  Containers,
  Push,
  ServerEngine,
  ServerId,
} from '../backend/generated';

/** What a container is told apart by in the window: two engines may have the same id. */
export function keyOf({ server_id, container_id }: ContainerRef): string {
  return `${server_id}/${container_id}`;
}

export function refOf({ server_id, id }: Container): ContainerRef {
  return { server_id, container_id: id };
}

export function rowKey({ container }: ContainerRow): string {
  return keyOf(refOf(container));
}

/** All containers with their newest figures: fetched once, then kept by pushes. */
export class ContainerStore {
  #backend: Backend;
  // A map that is replaced: a row that did not change stays the same object, so only others redraw.
  #rows = $state.raw<ReadonlyMap<string, ContainerRow>>(new Map());
  #engines = $state.raw<readonly ServerEngine[]>([]);
  #loaded = $state(false);
  #error = $state.raw<ApiError | null>(null);
  #loading: Promise<void> | null = null;
  #again = false;
  /** Goes up when everything is forgotten: an answer asked for before that is nobody's. */
  #session = 0;

  /** By server, project, service and name, as the backend gave them; new ones at the end. */
  rows = $derived([...this.#rows.values()]);
  /** Over all servers. */
  counts = $derived(countContainers(this.rows));
  /** Whether an engine was found, or one that cannot be used: else there is nothing to show. */
  hasSomething = $derived(
    this.#rows.size > 0 ||
      this.#engines.some(
        ({ status }) =>
          status.state === 'ready' ||
          (status.state === 'trouble' && status.trouble.obstacle !== 'absent'),
      ),
  );

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Whether there was an answer yet. */
  get loaded(): boolean {
    return this.#loaded;
  }
  /** Why the last fetch failed; the rows before it stay. */
  get error(): ApiError | null {
    return this.#error;
  }
  /** Where the engine of each server stands. */
  get engines(): readonly ServerEngine[] {
    return this.#engines;
  }

  row(key: string): ContainerRow | undefined {
    return this.#rows.get(key);
  }

  engine(server: ServerId): ServerEngine | undefined {
    return this.#engines.find((one) => one.server_id === server);
  }

  /** Whether its engine answers and lets things be changed. */
  isChangeable(server: ServerId): boolean {
    const status = this.engine(server)?.status;
    return status?.state === 'ready' && status.info.access === 'full';
  }

  /** Fetches everything; wishes that come while it is under way become one more fetch. */
  load(): Promise<void> {
    if (this.#loading) {
      this.#again = true;
      return this.#loading;
    }
    this.#loading = this.#fetch().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #fetch(): Promise<void> {
    do {
      this.#again = false;
      const session = this.#session;
      try {
        const all = await this.#backend.call('container.list', { server_id: null });
        if (session !== this.#session) continue;
        this.#take(all);
        this.#error = null;
      } catch (thrown) {
        if (session === this.#session) this.#error = ApiError.from(thrown);
      }
    } while (this.#again);
  }

  push(push: Push): void {
    if (push.kind === 'containers_changed') void this.load();
    if (push.kind !== 'containers') return;
    // Whether the answer under way is older or newer than this cannot be told; another one is newer.
    if (this.#loading) this.#again = true;
    // Before the first answer, and once everything is forgotten, there is nothing that it changes.
    if (this.#loaded) this.patch(push.rows, push.gone);
  }

  /** Takes rows that changed or are new, and lets go of those that are gone. */
  patch(rows: readonly ContainerRow[], gone: readonly ContainerRef[] = []): void {
    const next = new Map(this.#rows);
    for (const ref of gone) next.delete(keyOf(ref));
    for (const row of rows) next.set(rowKey(row), row);
    this.#rows = next;
  }

  /** Shows where an engine stands at once, before everything is fetched again. */
  setEngine(engine: ServerEngine): void {
    this.#engines = [
      ...this.#engines.filter(({ server_id }) => server_id !== engine.server_id),
      engine,
    ];
  }

  /** Forgets everything: another account may see another fleet. */
  clear(): void {
    this.#session += 1;
    this.#again = false;
    this.#rows = new Map();
    this.#engines = [];
    this.#loaded = false;
    this.#error = null;
  }

  #take({ engines, containers }: Containers): void {
    this.#rows = new Map(containers.map((row) => [rowKey(row), row]));
    this.#engines = engines;
    this.#loaded = true;
  }
}

/** Whether it runs; one that is paused does not. */
export function isRunning({ container }: ContainerRow): boolean {
  return container.state === 'running';
}

/** Whether it can be stopped: it runs, or its engine is about to start it once more. */
export function isUp({ container }: ContainerRow): boolean {
  return container.state === 'running' || container.state === 'restarting';
}

export function countContainers(rows: readonly ContainerRow[]): ContainerCounts {
  return {
    running: rows.filter(isRunning).length,
    all: rows.length,
    troubled: rows.filter(({ trouble }) => trouble !== null).length,
  };
}
