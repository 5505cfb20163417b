import type { ApiError, Backend } from '../backend/backend';
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
import { Kept } from './kept.svelte';

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
  #kept: Kept<Containers>;
  // A map that is replaced: a row that did not change stays the same object, so only others redraw.
  #rows = $state.raw<ReadonlyMap<string, ContainerRow>>(new Map());
  #engines = $state.raw<readonly ServerEngine[]>([]);

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
    this.#kept = new Kept(
      () => backend.call('container.list', { server_id: null }),
      (all) => this.#take(all),
    );
  }

  /** Whether there was an answer yet. */
  get loaded(): boolean {
    return this.#kept.loaded;
  }
  /** Why the last fetch failed; the rows before it stay. */
  get error(): ApiError | null {
    return this.#kept.error;
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
    return this.#kept.load();
  }

  push(push: Push): void {
    if (push.kind === 'containers_changed') void this.load();
    if (push.kind !== 'containers') return;
    this.#kept.overtake();
    this.patch(push.rows, push.gone);
  }

  /** Takes rows that changed or are new, and lets go of those that are gone. */
  patch(rows: readonly ContainerRow[], gone: readonly ContainerRef[] = []): void {
    if (!this.loaded) return;
    const next = new Map(this.#rows);
    for (const ref of gone) next.delete(keyOf(ref));
    for (const row of rows) next.set(rowKey(row), row);
    this.#rows = next;
  }

  /** Shows where an engine stands at once, before everything is fetched again. */
  setEngine(engine: ServerEngine): void {
    if (!this.loaded) return;
    this.#engines = [
      ...this.#engines.filter(({ server_id }) => server_id !== engine.server_id),
      engine,
    ];
  }

  /** Forgets everything: another account may see another fleet. */
  clear(): void {
    this.#kept.forget();
    this.#rows = new Map();
    this.#engines = [];
  }

  #take({ engines, containers }: Containers): void {
    this.#rows = new Map(containers.map((row) => [rowKey(row), row]));
    this.#engines = engines;
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
