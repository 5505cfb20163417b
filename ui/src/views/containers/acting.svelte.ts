import { ApiError } from '../../lib/backend/backend';
import type {
  ContainerAction,
  ContainerRef,
  ContainerResult,
  ContainerRow,
} from '../../lib/backend/generated';
import { counted, sentences } from '../../lib/format';
import { keyOf, refOf, rowKey } from '../../lib/state/containers.svelte';
import type { Tomo } from '../../lib/state/tomo.svelte';
import { SvelteSet } from 'svelte/reactivity';

const past: Record<ContainerAction, string> = {
  start: 'started',
  stop: 'stopped',
  restart: 'restarted',
  pause: 'paused',
  unpause: 'unpaused',
  kill: 'killed',
};

/** More than these are not listed by name. */
const named = 5;

/** What the dialogs of this page are about. */
export type Asked =
  | { kind: 'act'; action: ContainerAction; rows: readonly ContainerRow[] }
  | { kind: 'remove'; rows: readonly ContainerRow[] }
  | { kind: 'limits'; row: ContainerRow }
  | { kind: 'rename'; row: ContainerRow }
  | { kind: 'results'; done: string; results: readonly ContainerResult[]; again: () => void };

/** How a container is removed. */
export interface Way {
  with_volumes: boolean;
  force: boolean;
}

/** Containers that something is being done to, and what asks before it is done. */
export class Acting {
  #tomo: Tomo;
  /** Keys of those whose answer is awaited. */
  busy = new SvelteSet<string>();
  asked = $state.raw<Asked | null>(null);

  constructor(tomo: Tomo) {
    this.#tomo = tomo;
  }

  ask(asked: Asked): void {
    this.asked = asked;
  }

  /** Does it, at once where it interrupts nothing and else after a question. */
  begin(action: ContainerAction, rows: readonly ContainerRow[]): void {
    if (rows.length === 0) return;
    if (action === 'start' || action === 'unpause' || (action === 'pause' && rows.length === 1)) {
      void this.act(action, rows);
    } else this.ask({ kind: 'act', action, rows });
  }

  async act(action: ContainerAction, rows: readonly ContainerRow[]): Promise<void> {
    await this.#each(rows, past[action], (containers) =>
      this.#tomo.backend.call('container.act', { containers, action }),
    );
  }

  /** Removes each in its own way: only who is up is ended, and only volumes that were shown go. */
  async remove(rows: readonly ContainerRow[], wayOf: (row: ContainerRow) => Way): Promise<void> {
    const ways = new Map<string, { way: Way; containers: ContainerRef[] }>();
    for (const row of rows) {
      const way = wayOf(row);
      const key = JSON.stringify(way);
      const alike = ways.get(key) ?? { way, containers: [] };
      alike.containers.push(refOf(row.container));
      ways.set(key, alike);
    }
    await this.#each(rows, 'removed', async () => {
      const all = await Promise.allSettled(
        [...ways.values()].map(({ way, containers }) =>
          this.#tomo.backend.call('container.remove', { containers, ...way }),
        ),
      );
      const answers = all.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
      const refused = all.find((one) => one.status === 'rejected');
      if (!refused) return answers;
      if (answers.length === 0) throw refused.reason;
      // Some of them are gone already: the others each say why they are not.
      const { message, hint } = ApiError.from(refused.reason);
      const done = new Set(answers.map(({ container }) => keyOf(container)));
      const rest = rows.filter((row) => !done.has(rowKey(row)));
      return [
        ...answers,
        ...rest.map(({ container }) => ({
          container: refOf(container),
          name: container.name,
          error: sentences(message, hint),
        })),
      ];
    });
  }

  async #each(
    rows: readonly ContainerRow[],
    done: string,
    call: (containers: ContainerRef[]) => Promise<ContainerResult[]>,
  ): Promise<void> {
    const refs = rows.map(({ container }) => refOf(container));
    const keys = refs.map(keyOf);
    for (const key of keys) this.busy.add(key);
    try {
      const results = await call(refs);
      // It was done in the name of somebody who is not here any more; the activity log has it.
      if (this.#tomo.status.stage === 'app') this.#tell(results, done, rows);
    } catch (thrown) {
      if (this.#tomo.status.stage !== 'app') return;
      const what = counted(rows.length, 'container');
      const name = rows.length === 1 ? (rows[0]?.container.name ?? what) : what;
      this.#tomo.toasts.fail(
        `${name} ${rows.length === 1 ? 'was' : 'were'} not ${done}`,
        ApiError.from(thrown),
      );
    } finally {
      for (const key of keys) this.busy.delete(key);
    }
  }

  /** What went wrong is said by name; what went well is seen in the rows. */
  #tell(results: readonly ContainerResult[], done: string, rows: readonly ContainerRow[]): void {
    const failed = results.filter(({ error }) => error !== null);
    if (failed.length === 0) return;
    const server = (result: ContainerResult) =>
      this.#tomo.fleet.row(result.container.server_id)?.server.name ?? 'its server';
    const again = (): void => {
      const keys = new Set(failed.map(({ container }) => keyOf(container)));
      const rest = rows.filter((row) => keys.has(rowKey(row)));
      const action = Object.entries(past).find(([, word]) => word === done)?.[0];
      if (action) void this.act(action as ContainerAction, rest);
      else this.ask({ kind: 'remove', rows: rest });
    };
    const [first] = failed;
    const title =
      failed.length === 1 && first
        ? `${first.name} on ${server(first)} was not ${done}`
        : `${failed.length} of ${counted(rows.length, 'container')} were not ${done}`;
    const lines = failed
      .slice(0, named)
      .map((result) =>
        failed.length === 1 ? result.error : `${result.name} on ${server(result)}: ${result.error}`,
      );
    const more = failed.length > named ? `And ${failed.length - named} more` : null;
    this.#tomo.toasts.show({
      tone: 'critical',
      title,
      text: sentences(...lines, more),
      action:
        results.length === 1
          ? { label: 'Try again', run: again }
          : {
              label: 'Show each',
              run: () => this.ask({ kind: 'results', done, results, again }),
            },
    });
  }
}
