import { Timeline } from '../../components/chart';
import type { Backend } from '../../lib/backend/backend';
import type {
  Collection,
  History,
  LiveHistory,
  LivePoint,
  Push,
  Range,
  Sample,
  ServerDetails,
  ServerId,
  ServerRow,
} from '../../lib/backend/generated';
import { Loadable } from '../../lib/state/loadable.svelte';
import { mergedPoints } from '../../lib/state/points';
import type { ChartRange } from '../../lib/state/router.svelte';
import { fromHistory, fromLive, LIVE_SPAN, type Recording } from './recording';

/** Live points are kept this long, so that a zoom does not lose its left end at once. */
const KEPT = 3 * LIVE_SPAN;

/** Stored rows are a minute long; there is nothing newer to fetch before that. */
const REFRESH = 60_000;

/** What a server's page reads from the rest of the window. */
export interface Surroundings {
  backend: Backend;
  pushes: { on(listener: (push: Push) => void): () => void };
  clock: { readonly now: number };
  fleet: { row(id: ServerId): ServerRow | undefined; readonly collection: Collection | null };
}

/**
 * The figures of one server's page: details, live points as they come, stored ranges on demand.
 * Owns the watch that makes the backend push them; refuses to fill what was not measured.
 */
export class ServerFigures {
  readonly id: ServerId;
  readonly details: Loadable<ServerDetails>;
  readonly live: Loadable<LiveHistory>;
  readonly timeline = new Timeline();

  range = $state<ChartRange>('live');
  points = $state.raw<readonly LivePoint[]>([]);

  #around: Surroundings;
  #sample = $state.raw<Sample | null>(null);
  #histories = new Map<Range, Loadable<History>>();

  /** The row, as fresh as the fleet has it. */
  readonly row = $derived.by(() => this.#around.fleet.row(this.id) ?? this.details.value?.row);

  /** The newest sample whole. */
  readonly sample = $derived.by(() => this.#sample ?? this.details.value?.sample ?? null);

  /** The stored range that is shown; absent while live. */
  readonly history = $derived(this.range === 'live' ? null : this.#historyOf(this.range));

  /** The longest time between two live points, milliseconds. */
  readonly interval = $derived.by(() => {
    const collection = this.#around.fleet.collection;
    if (!collection) return 10_000;
    const { live_interval_seconds, background_interval_seconds } = collection;
    return 1000 * Math.max(live_interval_seconds, background_interval_seconds);
  });

  /** Where the live axis ends: at the newest point, or now once that is missing. */
  readonly until = $derived.by(() => {
    const newest = this.points.at(-1)?.at_ms;
    const now = this.#around.clock.now;
    return newest === undefined || now - newest > 3 * this.interval ? now : newest;
  });

  /** What the charts show; `null` while it is not here yet. */
  readonly recording: Recording | null = $derived.by(() => {
    if (this.range !== 'live') {
      const history = this.history?.value;
      return history ? fromHistory(history) : null;
    }
    if (this.live.value === null) return null;
    return fromLive(this.points, this.until, this.interval, this.memoryTotal);
  });

  readonly memoryTotal = $derived(
    this.sample?.memory?.total_bytes ?? this.row?.server.system_info?.memory_total_bytes ?? null,
  );

  constructor(id: ServerId, around: Surroundings) {
    this.id = id;
    this.#around = around;
    this.details = new Loadable(() => around.backend.call('server.details', { id }));
    this.live = new Loadable(() => around.backend.call('server.live', { id }));
  }

  /** Starts to watch; the result ends that. */
  watch(): () => void {
    const { backend, pushes } = this.#around;
    const end = pushes.on((push) => this.#onPush(push));
    const timer = setInterval(() => void this.history?.load(), REFRESH);
    // A watch that is refused shows as figures that age, which the page says by itself.
    const ignore = (): void => {};
    backend.call('window.watch', { id: this.id }).catch(ignore);
    void this.details.load();
    void this.loadLive();
    return () => {
      end();
      clearInterval(timer);
      backend.call('window.watch', { id: null }).catch(ignore);
    };
  }

  /** Fetches the ring, and keeps what came by push meanwhile. */
  async loadLive(): Promise<void> {
    await this.live.load();
    this.#take(this.live.value?.points ?? []);
  }

  /** Shows another stretch of time. */
  show(range: ChartRange): void {
    if (range !== this.range) {
      this.timeline.zoomed = null;
      this.timeline.cursor = null;
    }
    this.range = range;
    void this.history?.load();
  }

  #historyOf(range: Range): Loadable<History> {
    let history = this.#histories.get(range);
    if (!history) {
      history = new Loadable(() =>
        this.#around.backend.call('server.history', { id: this.id, range }),
      );
      this.#histories.set(range, history);
    }
    return history;
  }

  #onPush(push: Push): void {
    if (push.kind === 'live' && push.server_id === this.id) {
      this.#take(push.points);
      if (push.sample) this.#sample = push.sample;
    }
    // A row that changed its connection may have another key, cost or system.
    if (push.kind === 'rows' && push.rows.some((row) => this.#movedOn(row))) {
      void this.details.load();
    }
    if (push.kind === 'fleet_changed') void this.details.load();
  }

  #movedOn(row: ServerRow): boolean {
    const before = this.details.value?.row;
    return row.server.id === this.id && row.connection.state !== before?.connection.state;
  }

  #take(points: readonly LivePoint[]): void {
    this.points = mergedPoints(this.points, points, KEPT);
  }
}
