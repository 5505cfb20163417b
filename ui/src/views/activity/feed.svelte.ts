import { ApiError, type Backend } from '../../lib/backend/backend';
import type { Activity, ActivityFilter, ActivityPage } from '../../lib/backend/generated';
import { withNewer, withOlder, type Line } from './lines';

/** How many pages are looked through for what is new before the list is begun anew. */
const pagesOfNews = 4;

/**
 * The entries that a filter lets through, as far as they were fetched: older ones on demand, newer
 * ones held back until they may be shown.
 */
export class Feed {
  lines = $state.raw<readonly Line[]>([]);
  /** All entries that the filter lets through; `null` until there was an answer. */
  total = $state<number | null>(null);
  /** Why there is nothing to show. */
  error = $state.raw<ApiError | null>(null);
  /** Why older entries could not be fetched. */
  olderError = $state.raw<ApiError | null>(null);
  /** Why newer ones could not be. */
  newerError = $state.raw<ApiError | null>(null);
  loading = $state(false);
  loadingOlder = $state(false);
  /** Newer entries that are not shown yet. */
  held = $state.raw<readonly Activity[]>([]);
  /** Whether there are more new ones than those that are held. */
  heldMore = $state(false);
  #backend: Backend;
  #filter: ActivityFilter = {};
  #entries: readonly Activity[] = [];
  #known = new Set<string>();
  #next = $state<string | null>(null);
  #turn = 0;
  #looking = false;
  #again = false;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get loaded(): boolean {
    return this.total !== null;
  }

  get hasOlder(): boolean {
    return this.#next !== null;
  }

  /** Begins with another filter. What is there stays until the answer comes. */
  async start(filter: ActivityFilter): Promise<void> {
    const turn = ++this.#turn;
    this.#filter = filter;
    this.loading = true;
    this.loadingOlder = false;
    try {
      const page = await this.#page(null);
      if (turn !== this.#turn) return;
      this.#entries = page.entries;
      this.#known = new Set(page.entries.map(({ id }) => id));
      this.#next = page.next;
      this.total = page.total ?? page.entries.length;
      this.lines = withOlder([], page.entries);
      this.held = [];
      this.heldMore = false;
      this.error = this.olderError = this.newerError = null;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.error = ApiError.from(thrown);
    }
    this.loading = false;
  }

  /** Fetches the next older entries, once at a time. */
  async older(): Promise<void> {
    if (this.loading || this.loadingOlder || this.#next === null) return;
    const turn = this.#turn;
    this.loadingOlder = true;
    this.olderError = null;
    try {
      const page = await this.#page(this.#next);
      if (turn !== this.#turn) return;
      const entries = this.#take(page.entries);
      this.#entries = [...this.#entries, ...entries];
      this.lines = withOlder(this.lines, entries);
      this.#next = page.next;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.olderError = ApiError.from(thrown);
    }
    this.loadingOlder = false;
  }

  /** Looks for newer entries; calls that come meanwhile become one more look. */
  async newer(): Promise<void> {
    this.#again = true;
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#again) {
        this.#again = false;
        if (this.loaded) await this.#look();
      }
    } finally {
      this.#looking = false;
    }
  }

  /** Shows what was held. */
  async release(): Promise<void> {
    if (this.heldMore) return this.start(this.#filter);
    if (this.held.length === 0) return;
    this.#entries = withNewer(this.#entries, this.held);
    this.held = [];
    this.lines = withOlder([], this.#entries);
  }

  async #look(): Promise<void> {
    const turn = this.#turn;
    try {
      const found: Activity[] = [];
      let after: string | null = null;
      let met = false;
      for (let at = 0; at < pagesOfNews && !met; at++) {
        const page = await this.#page(after);
        if (turn !== this.#turn) return;
        if (page.total !== null) this.total = page.total;
        met = page.next === null || page.entries.some(({ id }) => this.#known.has(id));
        found.push(...this.#take(page.entries));
        after = page.next;
      }
      if (found.length > 0) this.held = withNewer(this.held, found);
      if (!met) this.heldMore = true;
      this.newerError = null;
    } catch (thrown) {
      if (turn === this.#turn) this.newerError = ApiError.from(thrown);
    }
  }

  /** Those that are not known yet; from now on they are. */
  #take(entries: readonly Activity[]): Activity[] {
    const fresh = entries.filter(({ id }) => !this.#known.has(id));
    for (const { id } of fresh) this.#known.add(id);
    return fresh;
  }

  #page(after: string | null): Promise<ActivityPage> {
    // Without a limit it is as many as `ui.items_per_page` says.
    return this.#backend.call('activity.list', {
      filter: this.#filter,
      ...(after !== null && { after }),
    });
  }
}
