import type { ContainerRow } from '../../lib/backend/generated';
import { isRunning } from '../../lib/state/containers.svelte';
import { nameOf } from './words';

export const columns = [
  'state',
  'name',
  'image',
  'server',
  'cpu',
  'memory',
  'received',
  'sent',
  'ports',
  'up',
] as const;
export type Column = (typeof columns)[number];

export interface Sort {
  by: Column;
  descending: boolean;
}

/** The columns that are read as words; figures begin with the largest. */
export const wordColumns: readonly Column[] = ['name', 'image', 'server', 'ports'];

/** What a container uses, or several together. */
export interface Sums {
  cpu: number | null;
  memory: number | null;
  received: number | null;
  sent: number | null;
}

function add(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length > 0 ? known.reduce((total, value) => total + value, 0) : null;
}

/**
 * Adds up what was measured; with nothing measured the sum is not known, and not 0. What a silent
 * engine said last is no part of a sum of now.
 */
export function sumOf(all: readonly ContainerRow[]): Sums {
  const live = all.filter(({ old_since }) => old_since === null);
  const rows = live.length > 0 ? live : all;
  return {
    cpu: add(rows.map(({ figures }) => figures?.cpu_percent)),
    memory: add(rows.map(({ figures }) => figures?.memory_bytes)),
    received: add(rows.map(({ figures }) => figures?.network_rx)),
    sent: add(rows.map(({ figures }) => figures?.network_tx)),
  };
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** In trouble, then what does not run, then what runs. */
function severity(row: ContainerRow): number {
  if (row.trouble !== null) return isRunning(row) ? 2 : 3;
  return isRunning(row) ? 0 : 1;
}

type Worth = number | string | null;

function worthOf(row: ContainerRow, by: Column, grouped: boolean, names: Names): Worth {
  const { container, figures } = row;
  switch (by) {
    case 'state':
      return severity(row);
    case 'name':
      return nameOf(container, grouped);
    case 'image':
      return container.image;
    case 'server':
      return names(container.server_id);
    case 'cpu':
      return figures?.cpu_percent ?? null;
    case 'memory':
      return figures?.memory_bytes ?? null;
    case 'received':
      return figures?.network_rx ?? null;
    case 'sent':
      return figures?.network_tx ?? null;
    case 'ports':
      return container.ports.find(({ host_port }) => host_port !== null)?.host_port ?? null;
    case 'up': {
      if (!isRunning(row) || container.started_at === null) return null;
      return -Date.parse(container.started_at);
    }
  }
}

export type Names = (server: string) => string;

/** Compares two worths; what is not known stands at the end either way. */
export function compare(left: Worth, right: Worth, descending: boolean): number {
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  const order =
    typeof left === 'number' && typeof right === 'number'
      ? left - right
      : collator.compare(String(left), String(right));
  return descending ? -order : order;
}

/** Sorts a copy; rows that tie keep the order they came in. */
export function sortRows(
  rows: readonly ContainerRow[],
  { by, descending }: Sort,
  grouped: boolean,
  names: Names,
): ContainerRow[] {
  return rows
    .map((row) => ({ row, worth: worthOf(row, by, grouped, names) }))
    .sort((one, other) => compare(one.worth, other.worth, descending))
    .map(({ row }) => row);
}

/** What a group stands for among others, in the same column. */
export function worthOfGroup(
  rows: readonly ContainerRow[],
  by: Column,
  title: string,
  names: Names,
): Worth {
  const sums = sumOf(rows);
  switch (by) {
    case 'cpu':
    case 'memory':
    case 'received':
    case 'sent':
      return sums[by];
    case 'state':
      return Math.max(...rows.map(severity));
    case 'server':
      return rows[0] ? names(rows[0].container.server_id) : null;
    default:
      return title;
  }
}
