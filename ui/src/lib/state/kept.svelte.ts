import { ApiError } from '../backend/backend';

/**
 * When what a store holds is fetched, and which answers count: everything is fetched whole, changed
 * by pushes from then on, and forgotten when another account may come. What is held is the store's.
 */
export class Kept<T> {
  #fetch: () => Promise<T>;
  #take: (answer: T) => void;
  #loaded = $state(false);
  #error = $state.raw<ApiError | null>(null);
  #loading: Promise<void> | null = null;
  #again = false;
  /** Goes up when everything is forgotten: an answer asked for before that is nobody's. */
  #session = 0;

  constructor(fetch: () => Promise<T>, take: (answer: T) => void) {
    this.#fetch = fetch;
    this.#take = take;
  }

  /** Whether there was an answer yet: before it, there is nothing that a push could change. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Why the last fetch failed; what was held before it stays. */
  get error(): ApiError | null {
    return this.#error;
  }

  /** Fetches everything; wishes that come while it is under way become one more fetch. */
  load(): Promise<void> {
    if (this.#loading) {
      this.#again = true;
      return this.#loading;
    }
    this.#loading = this.#run().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /**
   * To be called at each push of rows. Whether an answer under way is older or newer than the push
   * cannot be told; another one is newer.
   */
  overtake(): void {
    if (this.#loading) this.#again = true;
  }

  /** Drops the answer under way too. The store empties itself. */
  forget(): void {
    this.#session += 1;
    this.#again = false;
    this.#loaded = false;
    this.#error = null;
  }

  async #run(): Promise<void> {
    do {
      this.#again = false;
      const session = this.#session;
      try {
        const answer = await this.#fetch();
        if (session !== this.#session) continue;
        this.#take(answer);
        this.#loaded = true;
        this.#error = null;
      } catch (thrown) {
        if (session === this.#session) this.#error = ApiError.from(thrown);
      }
    } while (this.#again);
  }
}
