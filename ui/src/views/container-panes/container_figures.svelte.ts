import { Timeline } from '../../components/chart';
import type { Backend } from '../../lib/backend/backend';
import type {
  ContainerHistory,
  ContainerPoint,
  ContainerRow,
  Push,
  Range,
} from '../../lib/backend/generated';
import { Loadable } from '../../lib/state/loadable.svelte';
import { mergedPoints } from '../../lib/state/points';
import { type ContainerRecording, ofHistory, ofLive } from './container_recording';

export const chartRanges = ['live', '1h', '24h', '7d', '30d'] as const;
export type ContainerRange = (typeof chartRanges)[number];

/** Stored rows are a minute long; there is nothing newer to fetch before that. */
const REFRESH = 60_000;

/** Points are kept this long, milliseconds. */
const KEPT = 3_600_000;

interface Surroundings {
  backend: Backend;
  pushes: { on(listener: (push: Push) => void): () => void };
  clock: { readonly now: number };
}

/**
 * Figures of one container over time. The live hour belongs to the container; what is stored belongs
 * to its series, so that one made anew goes on with the old one's chart.
 */
export class ContainerFigures {
  readonly timeline = new Timeline();
  readonly live: Loadable<ContainerPoint[]>;
  range = $state<ContainerRange>('live');
  points = $state.raw<readonly ContainerPoint[]>([]);

  #around: Surroundings;
  #row: ContainerRow;
  #histories = new Map<Range, Loadable<ContainerHistory>>();

  /** The stored range that is shown; absent while live. */
  readonly history = $derived(this.range === 'live' ? null : this.#historyOf(this.range));

  /** What the charts show; `null` while it is not here yet. */
  readonly recording: ContainerRecording | null = $derived.by(() => {
    if (this.range !== 'live') {
      const history = this.history?.value;
      return history ? ofHistory(history) : null;
    }
    return this.live.value === null ? null : ofLive(this.points, this.#around.clock.now);
  });

  constructor(row: ContainerRow, around: Surroundings) {
    this.#row = row;
    this.#around = around;
    const { server_id, id } = row.container;
    this.live = new Loadable(() =>
      around.backend.call('container.live', { container: { server_id, container_id: id } }),
    );
  }

  /** Begins to follow; the result ends that. */
  watch(): () => void {
    const end = this.#around.pushes.on((push) => this.#onPush(push));
    const timer = setInterval(() => void this.history?.load(), REFRESH);
    void this.loadLive();
    return () => {
      end();
      clearInterval(timer);
    };
  }

  /** Fetches the hour, and keeps what came by push meanwhile. */
  async loadLive(): Promise<void> {
    await this.live.load();
    this.#take(this.live.value ?? []);
  }

  show(range: ContainerRange): void {
    if (range !== this.range) {
      this.timeline.zoomed = null;
      this.timeline.cursor = null;
    }
    this.range = range;
    void this.history?.load();
  }

  #historyOf(range: Range): Loadable<ContainerHistory> {
    let history = this.#histories.get(range);
    if (!history) {
      const { server_id, series } = this.#row.container;
      history = new Loadable(() =>
        this.#around.backend.call('container.history', { server_id, series, range }),
      );
      this.#histories.set(range, history);
    }
    return history;
  }

  #onPush(push: Push): void {
    if (push.kind !== 'containers') return;
    const { server_id, id } = this.#row.container;
    const row = push.rows.find(
      ({ container }) => container.id === id && container.server_id === server_id,
    );
    if (!row?.figures) return;
    const { at, cpu_percent, memory_bytes, network_rx, network_tx } = row.figures;
    this.#take([{ at_ms: Date.parse(at), cpu_percent, memory_bytes, network_rx, network_tx }]);
  }

  #take(points: readonly ContainerPoint[]): void {
    this.points = mergedPoints(this.points, points, KEPT);
  }
}
