import { SvelteSet } from 'svelte/reactivity';
import type { ContainerRow, ServerId } from '../../lib/backend/generated';
import { rowKey } from '../../lib/state/containers.svelte';
import { Pref } from '../../lib/state/prefs.svelte';
import { isRunning } from '../../lib/state/containers.svelte';
import {
  type Column,
  compare,
  type Names,
  type Sort,
  sortRows,
  sumOf,
  type Sums,
  wordColumns,
  worthOfGroup,
} from './sorting';
import { isOfKind, type Kind, kinds } from './words';

export const groupings = ['project', 'server', 'none'] as const;
export type Grouping = (typeof groupings)[number];

export interface Group {
  /** What it is told apart by: a project of the same name on another engine is another. */
  key: string;
  title: string;
  /** The server that all of it is on. */
  server: ServerId;
  rows: readonly ContainerRow[];
  running: number;
  sums: Sums;
  closed: boolean;
}

/** A line of the table. */
export type Line =
  | { kind: 'group'; key: string; group: Group }
  | { kind: 'container'; key: string; row: ContainerRow };

/** What the list takes from outside. */
export interface Source {
  rows: () => readonly ContainerRow[];
  /** What a server is called. */
  names: Names;
}

/** Whether every word of the filter is in what names the container. */
export function matches({ container }: ContainerRow, filter: string, names: Names): boolean {
  const text = [
    container.name,
    container.service ?? '',
    container.project ?? '',
    container.image,
    names(container.server_id),
    ...container.ports.map(({ host_port }) => String(host_port ?? '')),
  ]
    .join(' ')
    .toLocaleLowerCase();
  return filter
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** What is shown of all containers, in which order, and what is selected of it. */
export class ContainerList {
  #source: Source;
  #grouping = new Pref<Grouping>('containers.group', groupings, 'project');
  #closed = new SvelteSet<string>();
  #held = $state.raw<ReadonlyMap<string, number> | null>(null);
  #anchor: string | null = null;
  text = $state('');
  server = $state<ServerId | 'all'>('all');
  kinds = new SvelteSet<Kind>();
  selected = new SvelteSet<string>();
  sort = $state.raw<Sort>({ by: 'name', descending: false });

  /** Of the chosen server: what the chips count. */
  ofServer = $derived.by(() =>
    this.server === 'all'
      ? this.#source.rows()
      : this.#source.rows().filter(({ container }) => container.server_id === this.server),
  );
  counts = $derived(
    Object.fromEntries(
      kinds.map((kind) => [kind, this.ofServer.filter((row) => isOfKind(row, kind)).length]),
    ) as Record<Kind, number>,
  );
  #filtered = $derived.by(() => {
    const filter = this.text.trim();
    const chosen = [...this.kinds];
    return this.ofServer.filter(
      (row) =>
        (chosen.length === 0 || chosen.some((kind) => isOfKind(row, kind))) &&
        (filter === '' || matches(row, filter, this.#source.names)),
    );
  });
  #sorted = $derived.by(() => this.#arrange(this.#filtered));
  /** Every line in the order shown; while somebody is in the list, the order they found. */
  lines = $derived.by(() => (this.#held ? this.#inHeldOrder(this.#held) : this.#sorted));
  /** Rows that pass the filter, also those of closed groups. */
  shown = $derived(this.#filtered);
  /** The selected rows that are still there and in sight of the filter. */
  chosen = $derived(this.#filtered.filter((row) => this.selected.has(rowKey(row))));

  constructor(source: Source) {
    this.#source = source;
  }

  get grouping(): Grouping {
    return this.#grouping.value;
  }
  set grouping(value: Grouping) {
    this.#grouping.value = value;
    if (this.#held) this.#held = placesOf(this.#sorted);
  }

  get filtered(): boolean {
    return this.text.trim() !== '' || this.kinds.size > 0 || this.server !== 'all';
  }

  clearFilter(): void {
    this.text = '';
    this.server = 'all';
    this.kinds.clear();
  }

  toggleKind(kind: Kind): void {
    if (!this.kinds.delete(kind)) this.kinds.add(kind);
  }

  /** Sorts by a head; the same head again turns the order round. */
  sortBy(by: Column): void {
    const descending =
      this.sort.by === by ? !this.sort.descending : !wordColumns.includes(by) && by !== 'up';
    this.sort = { by, descending };
    // Asked for by a person, so it moves even under the pointer.
    if (this.#held) this.#held = placesOf(this.#sorted);
  }

  /** Keeps the lines where they are while the pointer or the focus is in the list. */
  hold(on: boolean): void {
    if (on === (this.#held !== null)) return;
    this.#held = on ? placesOf(this.#sorted) : null;
  }

  setClosed(key: string, closed: boolean): void {
    if (closed) this.#closed.add(key);
    else this.#closed.delete(key);
  }

  /** Selects or lets go of one; the next `extendTo` goes from here. */
  toggle(key: string): void {
    this.#anchor = key;
    if (!this.selected.delete(key)) this.selected.add(key);
  }

  /** Selects or lets go of all of some. */
  toggleAll(rows: readonly ContainerRow[]): void {
    const keys = rows.map(rowKey);
    const all = keys.every((key) => this.selected.has(key));
    for (const key of keys) {
      if (all) this.selected.delete(key);
      else this.selected.add(key);
    }
  }

  /** Selects everything between where the last selection began and here. */
  extendTo(key: string, from: string): void {
    this.#anchor ??= from;
    const keys = this.lines.map((line) => line.key);
    const start = keys.indexOf(this.#anchor);
    const end = keys.indexOf(key);
    if (start < 0 || end < 0) return;
    for (const line of this.lines.slice(Math.min(start, end), Math.max(start, end) + 1)) {
      if (line.kind === 'container') this.selected.add(line.key);
    }
  }

  clearSelection(): void {
    this.selected.clear();
    this.#anchor = null;
  }

  #arrange(rows: readonly ContainerRow[]): Line[] {
    const { names } = this.#source;
    const grouping = this.grouping;
    if (grouping === 'none') return lineUp(sortRows(rows, this.sort, false, names));
    const byKey = new Map<string, ContainerRow[]>();
    for (const row of rows) {
      const { server_id, engine, project } = row.container;
      const key = grouping === 'server' ? server_id : `${server_id}/${engine}/${project ?? ''}`;
      const group = byKey.get(key);
      if (group) group.push(row);
      else byKey.set(key, [row]);
    }
    const groups = [...byKey].map(([key, members]) => this.#groupOf(key, members));
    const { by, descending } = this.sort;
    groups.sort((one, other) => {
      // What belongs to no project stands after the projects.
      const loose = Number(one.title === noProject) - Number(other.title === noProject);
      if (loose !== 0) return loose;
      return compare(
        worthOfGroup(one.rows, by, one.title, names),
        worthOfGroup(other.rows, by, other.title, names),
        by === 'image' || by === 'ports' || by === 'up' ? false : descending,
      );
    });
    return groups.flatMap((group) => [
      { kind: 'group' as const, key: `group:${group.key}`, group },
      ...(group.closed
        ? []
        : lineUp(sortRows(group.rows, this.sort, grouping === 'project', names))),
    ]);
  }

  #groupOf(key: string, rows: readonly ContainerRow[]): Group {
    const first = rows[0]?.container;
    const server = first?.server_id ?? '';
    return {
      key,
      title:
        this.grouping === 'server' ? this.#source.names(server) : (first?.project ?? noProject),
      server,
      rows,
      running: rows.filter(isRunning).length,
      sums: sumOf(rows),
      closed: this.#closed.has(key),
    };
  }

  /** The present lines where they stood; what is new stands at the end of its group. */
  #inHeldOrder(held: ReadonlyMap<string, number>): Line[] {
    const lines = this.#sorted;
    const sections: { place: number; head: Line | null; rows: Line[] }[] = [];
    for (const line of lines) {
      if (line.kind === 'group' || sections.length === 0) {
        const place = held.get(line.key) ?? held.size;
        sections.push({ place, head: line.kind === 'group' ? line : null, rows: [] });
        if (line.kind === 'group') continue;
      }
      sections.at(-1)?.rows.push(line);
    }
    const place = (line: Line) => held.get(line.key) ?? held.size;
    sections.sort((one, other) => one.place - other.place);
    return sections.flatMap(({ head, rows }) => [
      ...(head ? [head] : []),
      ...rows.sort((one, other) => place(one) - place(other)),
    ]);
  }
}

const noProject = 'No project';

function lineUp(rows: readonly ContainerRow[]): Line[] {
  return rows.map((row) => ({ kind: 'container', key: rowKey(row), row }));
}

function placesOf(lines: readonly Line[]): ReadonlyMap<string, number> {
  return new Map(lines.map(({ key }, at) => [key, at]));
}
