import { SvelteMap } from 'svelte/reactivity';
import type { ApiError, Backend } from '../backend/backend';
import type {
  Collection,
  Fleet,
  Push,
  ServerId,
  ServerRow,
  State,
  Thresholds,
} from '../backend/generated';
import { Kept } from './kept.svelte';
import { Spark } from './spark.svelte';

/** From the worst to the least; the order of 'worst first'. */
export const worstFirst: readonly State[] = [
  'down',
  'critical',
  'warning',
  'stale',
  'connecting',
  'off',
  'fine',
];

/** The sums of the servers whose figures are current. */
export interface Totals {
  servers: number;
  /** Busy share of all processors together. */
  cpuPercent: number | null;
  memoryUsed: number | null;
  memoryTotal: number | null;
  networkRx: number | null;
  networkTx: number | null;
}

/** All servers with their newest figures: fetched once, then kept by pushes. */
export class FleetStore {
  #kept: Kept<Fleet>;
  #rows = new SvelteMap<ServerId, ServerRow>();
  #sparks = new SvelteMap<ServerId, Spark>();
  #order = $state.raw<readonly ServerId[]>([]);
  #thresholds = $state.raw<Thresholds | null>(null);
  #collection = $state.raw<Collection | null>(null);

  /** This computer first, then by name: the backend's order. */
  rows = $derived(
    this.#order
      .map((id) => this.#rows.get(id))
      .filter((row): row is ServerRow => row !== undefined),
  );
  counts = $derived(countStates(this.rows));
  totals = $derived(sumUp(this.rows));

  constructor(backend: Backend) {
    this.#kept = new Kept(
      () => backend.call('fleet.get', {}),
      (fleet) => this.#take(fleet),
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
  get thresholds(): Thresholds | null {
    return this.#thresholds;
  }
  get collection(): Collection | null {
    return this.#collection;
  }

  row(id: ServerId): ServerRow | undefined {
    return this.#rows.get(id);
  }

  /** The last hour of a server's CPU. */
  spark(id: ServerId): Spark | undefined {
    return this.#sparks.get(id);
  }

  /** Fetches the fleet; wishes that come while it is under way become one more fetch. */
  load(): Promise<void> {
    return this.#kept.load();
  }

  push(push: Push): void {
    if (push.kind === 'fleet_changed') void this.load();
    if (push.kind !== 'rows') return;
    this.#kept.overtake();
    this.patch(push.rows);
  }

  /** Takes changed rows; one that is not known yet waits for the fleet to be fetched. */
  patch(rows: readonly ServerRow[]): void {
    for (const row of rows) {
      const id = row.server.id;
      if (!this.#rows.has(id)) continue;
      this.#rows.set(id, row);
      this.#extend(row);
    }
  }

  /** Shows a change of collection at once, before the fleet is fetched again. */
  setCollection(collection: Collection): void {
    if (this.loaded) this.#collection = collection;
  }

  /** Forgets everything: another account may see another fleet. */
  clear(): void {
    this.#kept.forget();
    this.#rows.clear();
    this.#sparks.clear();
    this.#order = [];
    this.#thresholds = null;
    this.#collection = null;
  }

  #take(fleet: Fleet): void {
    const ids = new Set(fleet.servers.map((row) => row.server.id));
    for (const id of [...this.#rows.keys()]) {
      if (ids.has(id)) continue;
      this.#rows.delete(id);
      this.#sparks.delete(id);
    }
    for (const { server_id, points } of fleet.sparklines) {
      this.#sparks.set(server_id, new Spark(points));
    }
    for (const row of fleet.servers) {
      this.#rows.set(row.server.id, row);
      this.#extend(row);
    }
    this.#order = fleet.servers.map((row) => row.server.id);
    this.#thresholds = fleet.thresholds;
    this.#collection = fleet.collection;
  }

  #extend({ server, figures, health }: ServerRow): void {
    if (!figures || health.state === 'stale' || health.state === 'down') return;
    let spark = this.#sparks.get(server.id);
    if (!spark) {
      spark = new Spark();
      this.#sparks.set(server.id, spark);
    }
    // The first sample has no CPU figure yet: that is no gap in the line.
    if (figures.cpu_percent !== null) spark.add(Date.parse(figures.at), figures.cpu_percent);
  }
}

/** How many servers are in each state that occurs, quiet states first, as the chips stand. */
export function countStates(rows: readonly ServerRow[]): { state: State; count: number }[] {
  const shown: readonly State[] = [
    'fine',
    'warning',
    'critical',
    'down',
    'stale',
    'connecting',
    'off',
  ];
  return shown
    .map((state) => ({ state, count: rows.filter((row) => row.health.state === state).length }))
    .filter(({ count }) => count > 0);
}

function sum(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? known.reduce((total, value) => total + value, 0) : null;
}

/** Adds up the servers that answer; each one's CPU weighs as many processors as it has. */
export function sumUp(rows: readonly ServerRow[]): Totals {
  const answering = rows.filter(
    ({ figures, health }) => figures && ['fine', 'warning', 'critical'].includes(health.state),
  );
  const figures = answering.map((row) => row.figures).filter((one) => one !== null);
  let busy = 0;
  let processors = 0;
  for (const { server, figures } of answering) {
    if (figures?.cpu_percent == null) continue;
    const count = server.system_info?.cpu_count ?? 1;
    busy += figures.cpu_percent * count;
    processors += count;
  }
  return {
    servers: answering.length,
    cpuPercent: processors > 0 ? busy / processors : null,
    memoryUsed: sum(figures.map((one) => one.memory_used_bytes)),
    memoryTotal: sum(figures.map((one) => one.memory_total_bytes)),
    networkRx: sum(figures.map((one) => one.network_rx)),
    networkTx: sum(figures.map((one) => one.network_tx)),
  };
}
