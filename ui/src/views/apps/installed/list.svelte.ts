import type { InstalledApp } from '../../../lib/backend/generated';

export type Column = 'state' | 'app' | 'version' | 'server' | 'cpu' | 'memory' | 'port';

/** Nothing is known last, however it is sorted. */
function byFigure(one: number | null, other: number | null): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return other - one;
}

/** In trouble, at work, fine, stopped, not known. */
function rank({ work, is_troubled, status, state }: InstalledApp): number {
  if (status === 'error') return 0;
  if (is_troubled) return 1;
  if (work) return 2;
  if (state === null) return 3;
  return status === 'stopped' ? 5 : 4;
}

/** The apps in the order that somebody chose; it holds still while the hand is in the list. */
export class InstalledList {
  sort = $state.raw<{ by: Column; descending: boolean }>({ by: 'app', descending: false });
  held = $state(false);
  #order: readonly string[] = [];

  readonly #apps: () => readonly InstalledApp[];
  readonly #serverOf: (app: InstalledApp) => string;

  constructor(apps: () => readonly InstalledApp[], serverOf: (app: InstalledApp) => string) {
    this.#apps = apps;
    this.#serverOf = serverOf;
  }

  shown = $derived.by(() => {
    const sorted = this.#sorted(this.#apps());
    if (!this.held) {
      this.#order = sorted.map(({ id }) => id);
      return sorted;
    }
    const placeOf = ({ id }: InstalledApp) => {
      const at = this.#order.indexOf(id);
      return at < 0 ? this.#order.length : at;
    };
    return [...sorted].sort((one, other) => placeOf(one) - placeOf(other));
  });

  /** A second press turns it around. */
  sortBy(by: Column): void {
    const { sort } = this;
    this.sort = { by, descending: sort.by === by && !sort.descending };
    // Who asks for another order wants it now.
    this.#order = this.#sorted(this.#apps()).map(({ id }) => id);
  }

  #sorted(apps: readonly InstalledApp[]): InstalledApp[] {
    const { by, descending } = this.sort;
    const turn = descending ? -1 : 1;
    const words = (one: string, other: string) =>
      one.localeCompare(other, undefined, { numeric: true });
    const compare: Record<Column, (one: InstalledApp, other: InstalledApp) => number> = {
      state: (one, other) => rank(one) - rank(other),
      app: () => 0,
      version: (one, other) => words(one.version, other.version),
      server: (one, other) => words(this.#serverOf(one), this.#serverOf(other)),
      cpu: (one, other) => byFigure(one.cpu_percent, other.cpu_percent),
      memory: (one, other) => byFigure(one.memory_bytes, other.memory_bytes),
      port: (one, other) => (one.page?.port ?? 65_536) - (other.page?.port ?? 65_536),
    };
    const byName = (one: InstalledApp, other: InstalledApp) => words(one.name, other.name);
    return [...apps].sort((one, other) => {
      const difference = by === 'app' ? byName(one, other) : compare[by](one, other);
      return turn * difference || byName(one, other) || words(one.id, other.id);
    });
  }
}
