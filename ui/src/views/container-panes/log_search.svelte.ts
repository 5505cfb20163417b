import { ApiError, type Backend } from '../../lib/backend/backend';
import type { LogMatches } from '../../lib/backend/generated';
import { type LogFollow, placeOf } from './log_follow.svelte';

/** Typing pauses this long before it is looked for, milliseconds. */
const PAUSE = 200;

/** A log that grows is looked through again this often at most, milliseconds. */
const AGAIN = 2000;

/** What is looked for in a follow, and at which of the lines that hold it the view stands. */
export class LogSearch {
  text = $state('');
  matches = $state.raw<LogMatches | null>(null);
  /** Why the last look failed; what an earlier one for the same text found stays. */
  error = $state.raw<ApiError | null>(null);
  /** The number of the line that was gone to. */
  current = $state<number | null>(null);

  #backend: Backend;
  #follow: LogFollow;
  #turn = 0;
  #searched = { at: 0, wish: '' };
  /** What the matches are of. */
  #found = '';
  /** What is wanted, and since when it is. */
  #wanted = { at: 0, wish: '' };

  /** `2 of 214`; nothing while nothing is looked for. */
  readonly words = $derived.by(() => {
    const { matches } = this;
    if (this.text === '' || !matches) return '';
    if (matches.total === 0) return 'none';
    if (this.current === null) return matches.total.toLocaleString('en');
    return `${this.#place(matches).toLocaleString('en')} of ${matches.total.toLocaleString('en')}`;
  });

  constructor(backend: Backend, follow: LogFollow) {
    this.#backend = backend;
    this.#follow = follow;
  }

  /** Looks anew when the text, the stream or the log changed; to be called from an effect. */
  watch(): (() => void) | undefined {
    const { text } = this;
    const id = this.#follow.status?.log_id;
    void this.#follow.stream;
    void this.#follow.end;
    if (text === '' || id === undefined) {
      this.#turn++;
      this.matches = null;
      this.error = null;
      this.current = null;
      this.#found = '';
      this.#searched = { at: 0, wish: '' };
      this.#wanted = { at: 0, wish: '' };
      return undefined;
    }
    const wish = this.#wishOf(id, text);
    const now = Date.now();
    if (wish !== this.#wanted.wish) this.#wanted = { at: now, wish };
    // Counted from the wish or the last look, and never from the newest line: a busy log has another
    // one before any pause is over.
    const due = wish === this.#searched.wish ? this.#searched.at + AGAIN : this.#wanted.at + PAUSE;
    const timer = setTimeout(() => void this.#look(id, text, wish), Math.max(0, due - now));
    return () => clearTimeout(timer);
  }

  /** Looks once more, at once: for after a failure, where nothing may ever change by itself. */
  again(): void {
    const id = this.#follow.status?.log_id;
    if (this.text === '' || id === undefined) return;
    void this.#look(id, this.text, this.#wishOf(id, this.text));
  }

  /** The next match from the number of a row on, round the ends; `null` without one. */
  step(direction: 1 | -1, from: number): number | null {
    const numbers = this.matches?.numbers ?? [];
    if (numbers.length === 0) return null;
    const at = this.current ?? (direction > 0 ? from - 1 : from + 1);
    const place = direction > 0 ? placeOf(numbers, at + 1) : placeOf(numbers, at) - 1;
    const round = (place + numbers.length) % numbers.length;
    this.current = numbers[round] ?? null;
    return this.current;
  }

  #wishOf(id: string, text: string): string {
    return [id, this.#follow.stream ?? 'all', text].join();
  }

  #place(matches: LogMatches): number {
    const older = matches.total - matches.numbers.length;
    return older + placeOf(matches.numbers, this.current ?? 0) + 1;
  }

  async #look(id: string, text: string, wish: string): Promise<void> {
    const turn = ++this.#turn;
    this.#searched = { at: Date.now(), wish };
    try {
      const filter = { stream: this.#follow.stream, text };
      const matches = await this.#backend.call('log.search', { log_id: id, filter });
      if (turn !== this.#turn) return;
      this.matches = matches;
      this.error = null;
      if (wish !== this.#found) this.current = null;
      this.#found = wish;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.error = ApiError.from(thrown);
      // What another text found is no answer to this one.
      if (wish !== this.#found) {
        this.matches = null;
        this.current = null;
      }
    }
  }
}
