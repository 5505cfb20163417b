import { ApiError } from '../backend/backend';

/**
 * Something that is fetched: nothing yet, the value, or why there is none. A failed reload keeps
 * the value it had, with the error beside it.
 */
export class Loadable<T> {
  value = $state.raw<T | null>(null);
  error = $state.raw<ApiError | null>(null);
  loading = $state(false);
  #fetch: () => Promise<T>;
  #turn = 0;

  constructor(fetch: () => Promise<T>) {
    this.#fetch = fetch;
  }

  /** Fetches it; of answers that overtake each other the last asked for counts. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    this.loading = true;
    try {
      const value = await this.#fetch();
      if (turn !== this.#turn) return;
      this.value = value;
      this.error = null;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.error = ApiError.from(thrown);
    }
    this.loading = false;
  }

  /** Takes a value that came another way, and drops an answer still on its way. */
  set(value: T): void {
    this.#turn++;
    this.value = value;
    this.error = null;
    this.loading = false;
  }
}
