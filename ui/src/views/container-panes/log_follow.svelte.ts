import { ApiError, type Backend } from '../../lib/backend/backend';
import type {
  ContainerRef,
  LogFilter,
  LogLine,
  LogPage,
  LogStatus,
  LogStream,
  Push,
} from '../../lib/backend/generated';

/** Lines that are fetched at a time. */
export const PAGE = 200;

/** Lines of each container to begin with. */
const TAIL = 10_000;

/** Lines that are held beyond those in sight. */
const MOST_HELD = 20 * PAGE;

/** Fetches that are on their way at once; of one stream one, since its pages have no fixed start. */
const AT_ONCE = 2;

/** A follow that nobody asks for lines ends; this often it is asked, milliseconds. */
const KEEP_ALIVE = 10_000;

interface Surroundings {
  backend: Backend;
  pushes: { on(listener: (push: Push) => void): () => void };
}

/**
 * A follow of logs: which lines there are, and those of them that somebody looks at. Rows count
 * from 0 among the lines that are shown; numbers are the follow's own, and stay with their line.
 */
export class LogFollow {
  status = $state.raw<LogStatus | null>(null);
  /** Why there is no follow, or why lines did not come. */
  error = $state.raw<ApiError | null>(null);
  stream = $state.raw<LogStream | null>(null);
  /** Where the shown lines end while they stand still; `null` while they follow. */
  heldAt = $state<number | null>(null);

  /** Numbers of the lines of one stream, in order; `null` while all are shown. */
  #numbers = $state.raw<readonly number[] | null>(null);
  /** Lines of the stream that are older than the first number. */
  older = $state(0);
  #lines = new Map<number, LogLine>();
  #held = $state(0);
  #around: Surroundings;
  #containers: readonly ContainerRef[];
  #wanted: [number, number] = [0, 0];
  #underWay = new Set<number>();
  #extending = false;
  #turn = 0;
  /** Nobody looks any more: answers on their way are dropped. */
  #isEnded = false;

  /** Number after the last line that is shown. */
  readonly end = $derived(Math.min(this.heldAt ?? Infinity, this.status?.end ?? 0));

  /** Number of the first line that is kept. */
  readonly first = $derived(this.status?.first ?? 0);

  readonly #shown = $derived.by(() => {
    const numbers = this.#numbers;
    if (!numbers) return null;
    return { from: placeOf(numbers, this.first), to: placeOf(numbers, this.end) };
  });

  /** How many rows there are. */
  readonly count = $derived(
    this.#shown ? this.#shown.to - this.#shown.from : Math.max(0, this.end - this.first),
  );

  /** Lines that came while the view stands still. */
  readonly unseen = $derived(
    this.heldAt === null ? 0 : Math.max(0, (this.status?.end ?? 0) - this.heldAt),
  );

  constructor(containers: readonly ContainerRef[], around: Surroundings) {
    this.#containers = containers;
    this.#around = around;
  }

  /** Begins to follow; the result ends that. */
  follow(): () => void {
    let id: string | null = null;
    const { backend, pushes } = this.#around;
    const close = (): void => {
      // A follow that is gone already is closed.
      if (id !== null) backend.call('log.close', { log_id: id }).catch(() => undefined);
    };
    const end = pushes.on((push) => {
      if (push.kind === 'log' && push.status.log_id === this.status?.log_id)
        this.#take(push.status);
    });
    const alive = setInterval(() => void this.#keepAlive(), KEEP_ALIVE);
    backend
      .call('log.open', { containers: [...this.#containers], tail: TAIL, since_ms: null })
      .then(
        (status) => {
          id = status.log_id;
          if (this.#isEnded) close();
          else this.#take(status);
        },
        (thrown: unknown) => {
          if (!this.#isEnded) this.error = ApiError.from(thrown);
        },
      );
    return () => {
      this.#isEnded = true;
      end();
      clearInterval(alive);
      close();
    };
  }

  /** The number of a row. */
  numberAt(row: number): number {
    const shown = this.#shown;
    if (!shown || !this.#numbers) return this.first + row;
    return this.#numbers[shown.from + row] ?? this.end;
  }

  /** The row of a number, or of the next one that is shown. */
  rowOf(number: number): number {
    const shown = this.#shown;
    const row =
      shown && this.#numbers ? placeOf(this.#numbers, number) - shown.from : number - this.first;
    return Math.max(0, Math.min(row, this.count - 1));
  }

  /** A line, once it is here. */
  line(number: number): LogLine | undefined {
    void this.#held;
    return this.#lines.get(number);
  }

  /** Rows that somebody looks at: they are fetched, and the next ones when these are here. */
  want(from: number, to: number): void {
    this.#wanted = [Math.max(0, from), Math.min(to, this.count)];
    this.#fetch();
  }

  /** Stops where it is; lines go on being kept. */
  hold(): void {
    this.heldAt = this.status?.end ?? 0;
  }

  release(): void {
    this.heldAt = null;
    void this.#extend();
  }

  /** Shows the lines of one stream, or all. */
  async show(stream: LogStream | null): Promise<void> {
    const turn = ++this.#turn;
    this.stream = stream;
    const id = this.status?.log_id;
    if (stream === null || id === undefined) {
      this.#numbers = null;
      this.older = 0;
      return;
    }
    const found = await this.#ask(() =>
      this.#around.backend.call('log.search', {
        log_id: id,
        filter: { stream, text: null },
      }),
    );
    if (!found || turn !== this.#turn) return;
    this.#numbers = found.numbers;
    this.older = found.total - found.numbers.length;
  }

  /** The number of the first line from a moment on. */
  async seek(at_ms: number): Promise<number | null> {
    const id = this.status?.log_id;
    if (id === undefined) return null;
    return this.#ask(() => this.#around.backend.call('log.seek', { log_id: id, at_ms }));
  }

  #take(status: LogStatus): void {
    // Answers and pushes may overtake each other; a follow only grows.
    if (this.status && status.log_id === this.status.log_id && status.end < this.status.end) return;
    this.status = status;
    this.error = null;
    if (this.heldAt !== null && this.heldAt < status.first) this.heldAt = status.first;
    void this.#extend();
  }

  /** Adds what the stream got since its numbers were found. */
  async #extend(): Promise<void> {
    const { stream, status } = this;
    if (stream === null || !status || !this.#numbers || this.#extending) return;
    if (this.heldAt !== null) return;
    this.#extending = true;
    const turn = this.#turn;
    let from = (this.#numbers.at(-1) ?? status.first - 1) + 1;
    for (;;) {
      const page = await this.#page(from, 5 * PAGE);
      if (!page || turn !== this.#turn) break;
      const numbers = page.lines.map((line) => line.number);
      this.#keep(page.lines);
      this.#numbers = [...this.#numbers.filter((one) => one >= page.status.first), ...numbers];
      if (numbers.length < 5 * PAGE) break;
      from = (numbers.at(-1) ?? from) + 1;
    }
    this.#extending = false;
  }

  /** Fetches the first page in sight that is not here; each only once at a time. */
  #fetch(): void {
    if (!this.status || this.#isEnded) return;
    const [from, to] = this.#wanted;
    const atOnce = this.stream === null ? AT_ONCE : 1;
    for (let row = from; row < to && this.#underWay.size < atOnce; row++) {
      const number = this.numberAt(row);
      if (this.#lines.has(number)) continue;
      const page = Math.floor(number / PAGE);
      if (this.#underWay.has(page)) continue;
      this.#underWay.add(page);
      void this.#load(page, number).finally(() => {
        this.#underWay.delete(page);
      });
    }
  }

  async #load(page: number, missing: number): Promise<void> {
    // From the page's start, or from where it ends so far; with a filter pages have no start.
    const from = this.stream === null ? Math.max(this.first, this.#gapIn(page)) : missing;
    const answer = await this.#page(from, this.stream === null ? (page + 1) * PAGE - from : PAGE);
    if (!answer) return;
    this.#keep(answer.lines);
    this.#take(answer.status);
    // An answer without the line would be asked for again at once, and for ever.
    if (answer.lines.length > 0) queueMicrotask(() => this.#fetch());
  }

  /** The first number of a page that is not here. */
  #gapIn(page: number): number {
    let number = page * PAGE;
    while (number < (page + 1) * PAGE - 1 && this.#lines.has(number)) number += 1;
    return number;
  }

  #page(from: number, limit: number): Promise<LogPage | null> {
    const id = this.status?.log_id ?? '';
    const filter: LogFilter = { stream: this.stream, text: null };
    return this.#ask(() =>
      this.#around.backend.call('log.page', { log_id: id, from, limit, filter }),
    );
  }

  /** Holds lines, and lets go of those that are far from what is looked at. */
  #keep(lines: readonly LogLine[]): void {
    for (const line of lines) this.#lines.set(line.number, line);
    if (this.#lines.size > MOST_HELD) {
      const from = this.numberAt(this.#wanted[0]);
      const to = this.numberAt(this.#wanted[1]);
      const far = (number: number): number => Math.max(from - number, number - to);
      const nearest = [...this.#lines.keys()].sort((one, other) => far(one) - far(other));
      for (const number of nearest.slice(MOST_HELD / 2)) this.#lines.delete(number);
    }
    this.#held += 1;
  }

  async #keepAlive(): Promise<void> {
    const { status } = this;
    if (!status) return;
    const page = await this.#page(Math.max(status.first, status.end - 1), 1);
    if (page) this.#take(page.status);
  }

  /** The answer; `null` when there is none, with the error kept. */
  async #ask<T>(call: () => Promise<T>): Promise<T | null> {
    if (this.#isEnded) return null;
    try {
      const answer = await call();
      return this.#isEnded ? null : answer;
    } catch (thrown) {
      if (!this.#isEnded) this.error = ApiError.from(thrown);
      return null;
    }
  }
}

/** How many of ascending `numbers` are below `number`. */
export function placeOf(numbers: readonly number[], number: number): number {
  let from = 0;
  let to = numbers.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((numbers[middle] ?? 0) < number) from = middle + 1;
    else to = middle;
  }
  return from;
}
