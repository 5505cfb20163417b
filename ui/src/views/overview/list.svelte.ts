import type { ServerId, ServerRow, State } from '../../lib/backend/generated';
import { worstFirst, type FleetStore } from '../../lib/state/fleet.svelte';
import { Pref } from '../../lib/state/prefs.svelte';
import { addressOf } from '../../lib/server/sentence';

export const columns = [
  'state',
  'name',
  'cpu',
  'memory',
  'disk',
  'received',
  'sent',
  'temperature',
  'containers',
  'uptime',
] as const;
export type Column = (typeof columns)[number];
export interface Sort {
  by: Column;
  descending: boolean;
}

/** From this many servers on, rows are one line high unless somebody chose otherwise. */
const compactFrom = 13;

function figureOf({ figures, containers }: ServerRow, column: Column): number | null {
  if (column === 'containers') return containers?.running ?? null;
  if (!figures) return null;
  switch (column) {
    case 'cpu':
      return figures.cpu_percent;
    case 'memory':
      return figures.memory_percent;
    case 'disk':
      return figures.disk?.percent ?? null;
    case 'received':
      return figures.network_rx;
    case 'sent':
      return figures.network_tx;
    case 'temperature':
      return figures.temperature_celsius;
    case 'uptime':
      return figures.uptime_seconds;
    default:
      return null;
  }
}

/** Sorts a copy; rows that tie, and those with nothing to compare, keep the order they came in. */
export function sortRows(rows: readonly ServerRow[], { by, descending }: Sort): ServerRow[] {
  if (by === 'name') return descending ? [...rows].reverse() : [...rows];
  const sorted = [...rows];
  const turn = descending ? -1 : 1;
  if (by === 'state') {
    return sorted.sort(
      (one, other) =>
        turn * (worstFirst.indexOf(other.health.state) - worstFirst.indexOf(one.health.state)),
    );
  }
  return sorted.sort((one, other) => {
    const left = figureOf(one, by);
    const right = figureOf(other, by);
    // What is not known stands at the end either way.
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return turn * (left - right);
  });
}

/** Whether every word of the filter is in the name, the address, the account or the system. */
export function matches({ server }: ServerRow, filter: string): boolean {
  const text = [server.name, addressOf(server), server.username, server.system_info?.os_name ?? '']
    .join(' ')
    .toLocaleLowerCase();
  return filter
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Puts `rows` in the order of `held`; what is new stands at the end. */
export function inOrderOf(rows: readonly ServerRow[], held: readonly ServerId[]): ServerRow[] {
  const place = new Map(held.map((id, at) => [id, at]));
  return [...rows].sort(
    (one, other) =>
      (place.get(one.server.id) ?? held.length) - (place.get(other.server.id) ?? held.length),
  );
}

/** What the overview shows of the fleet, and in which order. */
export class OverviewList {
  #fleet: FleetStore;
  #compact = new Pref('compact', ['auto', 'on', 'off'], 'auto');
  #held = $state.raw<readonly ServerId[] | null>(null);
  text = $state('');
  state = $state<State | null>(null);
  sort = $state.raw<Sort>({ by: 'name', descending: false });

  #filtered = $derived.by(() => {
    const filter = this.text.trim();
    return this.#fleet.rows.filter(
      (row) => (!this.state || row.health.state === this.state) && matches(row, filter),
    );
  });
  #sorted = $derived(sortRows(this.#filtered, this.sort));
  /** Rows in the order shown: while somebody is in the list it is the order they found. */
  rows = $derived(this.#held ? inOrderOf(this.#filtered, this.#held) : this.#sorted);
  compact = $derived.by(() =>
    this.#compact.value === 'auto'
      ? this.#fleet.rows.length >= compactFrom
      : this.#compact.value === 'on',
  );

  constructor(fleet: FleetStore) {
    this.#fleet = fleet;
  }

  get filtered(): boolean {
    return this.text.trim() !== '' || this.state !== null;
  }

  /** Long enough a list that a filter stands ready. */
  get long(): boolean {
    return this.#fleet.rows.length >= compactFrom;
  }

  clearFilter(): void {
    this.text = '';
    this.state = null;
  }

  toggleState(state: State): void {
    this.state = this.state === state ? null : state;
  }

  toggleCompact(): void {
    this.#compact.value = this.compact ? 'off' : 'on';
  }

  /** Sorts by a head; the same head again turns the order round. */
  sortBy(by: Column): void {
    const first = by !== 'name';
    this.sort = { by, descending: this.sort.by === by ? !this.sort.descending : first };
    // Asked for by a person, so it moves even under the pointer.
    if (this.#held) this.#held = this.#sorted.map((row) => row.server.id);
  }

  /** Keeps the rows where they are while the pointer or the focus is in the list. */
  hold(on: boolean): void {
    if (on === (this.#held !== null)) return;
    this.#held = on ? this.#sorted.map((row) => row.server.id) : null;
  }

  /** The name closest to what was typed, for 'Did you mean'. */
  suggestion(): string | null {
    const filter = this.text.trim().toLocaleLowerCase();
    if (filter.length < 3) return null;
    let best: { name: string; off: number } | null = null;
    for (const { server } of this.#fleet.rows) {
      const off = distance(filter, server.name.toLocaleLowerCase());
      if (off <= 2 && (!best || off < best.off)) best = { name: server.name, off };
    }
    return best?.name ?? null;
  }
}

/** How many letters differ, are missing, too many, or swapped. */
export function distance(one: string, other: string): number {
  const left = [...one];
  const right = [...other];
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, at) => at)];
  for (const [i, letter] of left.entries()) {
    const row = [i + 1];
    for (const [j, against] of right.entries()) {
      const above = rows[i]?.[j + 1] ?? 0;
      const before = row[j] ?? 0;
      const across = rows[i]?.[j] ?? 0;
      let least = Math.min(above + 1, before + 1, across + (letter === against ? 0 : 1));
      if (i > 0 && j > 0 && letter === right[j - 1] && left[i - 1] === against) {
        least = Math.min(least, (rows[i - 1]?.[j - 1] ?? 0) + 1);
      }
      row.push(least);
    }
    rows.push(row);
  }
  return rows.at(-1)?.at(-1) ?? 0;
}
