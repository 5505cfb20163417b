import { SvelteMap } from 'svelte/reactivity';
import { ApiError, type Backend } from '../../lib/backend/backend';
import type { ContainerMount, ContainerRow } from '../../lib/backend/generated';
import { refOf, rowKey } from '../../lib/state/containers.svelte';

/** Containers that are looked into at once. */
const AT_ONCE = 4;

/** Whether its engine refuses to remove it unless it is ended first. */
export function isEndedFirst({ container }: ContainerRow): boolean {
  return ['running', 'paused', 'restarting'].includes(container.state);
}

/** The volumes that go with containers: those that nobody named. */
export class VolumesThatGo {
  #backend: Backend;
  #rows: readonly ContainerRow[];
  #of = new SvelteMap<string, readonly ContainerMount[] | ApiError>();
  #isOver = false;

  /** Whether it is known of each what goes. */
  known = $derived.by(() => this.#rows.every((row) => Array.isArray(this.of(row))));
  /** How many could be asked, or failed to be. */
  looked = $derived.by(() => this.#rows.filter((row) => this.of(row)).length);
  /** Why it is not known of some. */
  failures = $derived.by(() =>
    this.#rows.flatMap((row) => {
      const error = this.of(row);
      return error instanceof ApiError ? [{ row, error }] : [];
    }),
  );
  /** Containers with volumes that go, and which. */
  those = $derived.by(() =>
    this.#rows.flatMap((row) => {
      const volumes = this.of(row);
      return Array.isArray(volumes) && volumes.length > 0 ? [{ row, volumes }] : [];
    }),
  );

  constructor(backend: Backend, rows: readonly ContainerRow[]) {
    this.#backend = backend;
    this.#rows = rows;
  }

  of(row: ContainerRow): readonly ContainerMount[] | ApiError | undefined {
    return this.#of.get(rowKey(row));
  }

  /** Looks into those of which it is not known yet. */
  async look(): Promise<void> {
    this.#isOver = false;
    const left = this.#rows.filter((row) => !Array.isArray(this.of(row)));
    for (const row of left) this.#of.delete(rowKey(row));
    const work = async () => {
      for (let row = left.shift(); row && !this.#isOver; row = left.shift()) await this.#ask(row);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** Looks no further: nobody wants to know any more. */
  stop(): void {
    this.#isOver = true;
  }

  async #ask(row: ContainerRow): Promise<void> {
    try {
      const { mounts } = await this.#backend.call('container.inspect', {
        container: refOf(row.container),
      });
      // The engine gave them 64 digits.
      const unnamed = mounts.filter(
        ({ kind, name }) => kind === 'volume' && name !== null && /^[0-9a-f]{64}$/.test(name),
      );
      this.#of.set(rowKey(row), unnamed);
    } catch (thrown) {
      this.#of.set(rowKey(row), ApiError.from(thrown));
    }
  }
}
