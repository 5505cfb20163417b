import type { ApiError, Backend } from '../backend/backend';
import type {
  ContainerRow,
  FoundProject,
  InstalledApp,
  InstalledApps,
  Push,
} from '../backend/generated';
import { Kept } from './kept.svelte';
import { paced } from './paced';
import type { Pushes } from './pushes';

/** Containers move all the time; so often is looked what that makes of their apps, milliseconds. */
export const PACE = 4_000;

/** Whether a push may change how apps are, and what they use. */
function movesApps({ kind }: Push): boolean {
  return kind === 'containers' || kind === 'containers_changed' || kind === 'fleet_changed';
}

/** Calls `load` as containers move, until the returned function is called. */
export function whileContainersMove(pushes: Pushes, load: () => unknown): () => void {
  const pace = paced(load, PACE);
  const end = pushes.on((push) => {
    if (movesApps(push)) pace.call();
  });
  return () => {
    end();
    pace.stop();
  };
}

/** All apps on all servers: fetched once, then at each change. */
export class InstalledStore {
  #kept: Kept<InstalledApps>;
  /** By their names, as the backend gave them. */
  apps = $state.raw<readonly InstalledApp[]>([]);
  /** Compose projects that Tomo did not make. */
  found = $state.raw<readonly FoundProject[]>([]);

  constructor(backend: Backend) {
    this.#kept = new Kept(
      () => backend.call('app.list', {}),
      ({ apps, found }) => {
        this.apps = apps;
        this.found = found;
      },
    );
  }

  /** Whether there was an answer yet. */
  get loaded(): boolean {
    return this.#kept.loaded;
  }
  /** Why the last fetch failed; what was there before it stays. */
  get error(): ApiError | null {
    return this.#kept.error;
  }

  /** Fetches everything; wishes that come while it is under way become one more fetch. */
  load(): Promise<void> {
    return this.#kept.load();
  }

  push(push: Push): void {
    if (push.kind === 'changed' && push.topic === 'apps') void this.load();
  }

  /** Forgets everything: another account may see another fleet. */
  clear(): void {
    this.#kept.forget();
    this.apps = [];
    this.found = [];
  }
}

/** The containers of an app among all. */
export function containersOf(
  { server_id, project }: Pick<InstalledApp, 'server_id' | 'project'>,
  rows: readonly ContainerRow[],
): ContainerRow[] {
  return rows.filter(
    ({ container }) => container.server_id === server_id && container.project === project,
  );
}
