import { ApiError, type Backend } from '../backend/backend';
import type { AppCard, AppCategory } from '../backend/generated';

/** What somebody looks for in the catalog. */
export interface AppQuery {
  text: string;
  category: AppCategory | null;
  /** As Docker writes it: `amd64`; `null` for any. */
  architecture: string | null;
}

/** Apps of one request; the most that one answer has. */
const PAGE = 200;

type Pages = ReadonlyMap<number, readonly AppCard[]>;

const none: Pages = new Map();

/**
 * The catalog as it is looked through: pages of it are fetched as they come into sight. What is
 * shown stays until the answer to what is wanted now is here, and no older answer replaces a newer.
 */
export class Catalog {
  /** What is wanted; a page binds its fields to it, and finds it again when it comes back. */
  text = $state('');
  category = $state<AppCategory | null>(null);
  /** The server whose architecture counts. */
  server = $state<string | null>(null);
  /** The app that had the focus last. */
  at = $state<string | null>(null);

  /** Apps of all sources that are shown; `null` before the first answer. */
  all = $state<number | null>(null);
  /** Apps that were found. */
  total = $state(0);
  /** Why the last fetch failed. */
  error = $state.raw<ApiError | null>(null);
  /** What the apps that are shown were found by; `null` before the first answer. */
  shown = $state.raw<AppQuery | null>(null);
  #pages = $state.raw<Pages>(none);
  #backend: Backend;
  #wanted: AppQuery = { text: '', category: null, architecture: null };
  #turn = 0;
  #coming = new Set<number>();
  /** The pages that were in sight last. */
  #sight: readonly number[] = [0];

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** The app at a place, as far as it was fetched. */
  card(index: number): AppCard | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** The place of an app among those that were fetched; -1 where it is not. */
  indexOf(id: string): number {
    for (const [page, cards] of this.#pages) {
      const at = cards.findIndex((card) => card.id === id);
      if (at >= 0) return page * PAGE + at;
    }
    return -1;
  }

  /** Fetches the first apps that a query finds, and shows them once they are here. */
  find(query: AppQuery): Promise<void> {
    this.#wanted = query;
    return this.#replace([0]);
  }

  /** Fetches what is in sight again, since it changed. */
  reload(): Promise<void> {
    return this.#replace([...new Set([0, ...this.#sight])]);
  }

  /** Says which apps are in sight; those that are missing are fetched. */
  see(first: number, last: number): void {
    const from = Math.floor(Math.max(0, first) / PAGE);
    const to = Math.floor(Math.max(0, last) / PAGE);
    this.#sight = Array.from({ length: to - from + 1 }, (_, at) => from + at);
    for (const page of this.#sight) {
      if (this.shown && page * PAGE < this.total && !this.#pages.has(page)) void this.#add(page);
    }
  }

  /** Forgets everything: another account may come. */
  clear(): void {
    this.#turn += 1;
    this.#coming.clear();
    this.#pages = none;
    this.shown = null;
    this.error = null;
    this.all = null;
    this.total = 0;
    this.text = '';
    this.category = null;
    this.server = null;
    this.at = null;
  }

  async #replace(pages: readonly number[]): Promise<void> {
    const turn = ++this.#turn;
    const query = this.#wanted;
    this.#coming.clear();
    try {
      const answers = await Promise.all(pages.map((page) => this.#ask(query, page)));
      if (turn !== this.#turn) return;
      this.#pages = new Map(pages.map((page, at) => [page, answers[at]?.apps ?? []]));
      this.all = answers[0]?.all ?? 0;
      this.total = answers[0]?.total ?? 0;
      this.shown = query;
      this.error = null;
    } catch (thrown) {
      if (turn === this.#turn) this.error = ApiError.from(thrown);
    }
  }

  async #add(page: number): Promise<void> {
    const { shown } = this;
    // What was found by another query is on its way, and has its own pages.
    if (!shown || shown !== this.#wanted || this.#coming.has(page)) return;
    const turn = this.#turn;
    this.#coming.add(page);
    try {
      const { apps } = await this.#ask(shown, page);
      if (turn !== this.#turn) return;
      this.#pages = new Map([...this.#pages, [page, apps]]);
      this.#coming.delete(page);
    } catch (thrown) {
      // It stays among those that come: what cannot be read is asked for again by a person.
      if (turn === this.#turn) this.error = ApiError.from(thrown);
    }
  }

  #ask({ text, category, architecture }: AppQuery, page: number) {
    return this.#backend.call('app.catalog', {
      ...(text && { text }),
      ...(category && { category }),
      ...(architecture && { architecture }),
      ...(page > 0 && { offset: page * PAGE }),
      limit: PAGE,
    });
  }
}
