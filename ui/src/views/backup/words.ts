import type { Mark } from '../../components/StateMark.svelte';
import type { BackupContents, BackupEntry } from '../../lib/backend/generated';
import { bytes, clock, counted, day, isolated, sameDay } from '../../lib/format';

/** How far back the history of a backup reaches, `30 days`. */
export function historyText(contents: BackupContents): string {
  if (contents.metric_rows === null) return 'no history';
  if (contents.history_since === null) return 'history';
  const span = Date.parse(contents.made_at) - Date.parse(contents.history_since);
  return counted(Math.max(1, Math.round(span / 86_400_000)), 'day');
}

/** `8 servers, 2 users, 30 days`. */
export function holdsText(contents: BackupContents): string {
  return [
    counted(contents.servers, 'server'),
    counted(contents.users, 'user'),
    historyText(contents),
  ].join(', ');
}

/** `Today, 02:30`, `21 Nov, 02:30`. */
export function madeText(moment: string, now: number): string {
  return `${sameDay(moment, now) ? 'Today' : day(moment, now)}, ${clock(moment)}`;
}

/** A backup as one line of a choice. */
export function choiceText(entry: BackupEntry, now: number): string {
  const size = entry.bytes === null ? '' : `, ${bytes(entry.bytes)}`;
  return entry.contents === null
    ? `${entry.file_name}${size}`
    : `${madeText(entry.made_at, now)}${size}, ${counted(entry.contents.servers, 'server')}`;
}

/** The mark of a backup: that it was read back, that it was not, or that it failed. */
export function markOf(entry: BackupEntry): { mark: Mark; label: string } {
  if (entry.error !== null) return { mark: 'critical', label: 'failed' };
  if (entry.read_back_at !== null) return { mark: 'done', label: 'complete' };
  return { mark: 'unknown', label: 'not read back here' };
}

/** `today 02:31, complete`, `21 Nov, complete`. */
export function readBackText({ read_back_at }: BackupEntry, now: number): string {
  if (read_back_at === null) return '–';
  const at = sameDay(read_back_at, now) ? `today ${clock(read_back_at)}` : day(read_back_at, now);
  return `${at}, complete`;
}

/** Who made it, and why: `by ana, before an update`; empty for the nightly ones. */
export function byText(entry: BackupEntry): string {
  const by = entry.made_by === null ? '' : `by ${isolated(entry.made_by)}`;
  return [by, entry.note ?? ''].filter(Boolean).join(', ');
}
