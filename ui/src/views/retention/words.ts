import type { RetainedTable, RetentionRun } from '../../lib/backend/generated';
import { bytes, counted, duration, listed, secondsSince, whenExactly } from '../../lib/format';

/** The tables as a person calls them, at the beginning of a line. */
export const tableWords: Record<RetainedTable, string> = {
  server_metrics: 'History of servers',
  container_metrics: 'History of containers',
  activity_logs: 'Activity',
  sessions: 'Ended sessions',
  settings_audit: 'Audit trail',
};

/** Some rows of a table: `41,200 rows of the history of servers`. */
export function rowsOf(table: RetainedTable, rows: number): string {
  switch (table) {
    case 'server_metrics':
      return `${counted(rows, 'row')} of the history of servers`;
    case 'container_metrics':
      return `${counted(rows, 'row')} of the history of containers`;
    case 'activity_logs':
      return `${counted(rows, 'entry', 'entries')} of the activity log`;
    case 'sessions':
      return counted(rows, 'ended session');
    case 'settings_audit':
      return `${counted(rows, 'entry', 'entries')} of the audit trail`;
  }
}

/** What went from which tables, in one half sentence; empty when nothing did. */
export function wentText(tables: readonly { table: RetainedTable; rows: number }[]): string {
  return listed(
    tables.filter(({ rows }) => rows > 0).map(({ table, rows }) => rowsOf(table, rows)),
  );
}

/** A run that has ended, in one or two sentences. */
export function runText(run: RetentionRun, now: number): string {
  const by = run.asked_by === null ? 'by itself' : `asked for by ${run.asked_by}`;
  const took =
    run.finished_at === null
      ? ''
      : `, in ${duration(Math.max(1, secondsSince(run.started_at, run.finished_at)))}`;
  const begin = whenExactly(run.started_at, now);
  const head = `${begin.charAt(0).toUpperCase()}${begin.slice(1)}, ${by}${took}`;
  const went = wentText(run.tables);
  if (!went) return `${head}: nothing was older than its limit.`;
  const back =
    run.returned_bytes > 0 ? ` The database became ${bytes(run.returned_bytes)} smaller.` : '';
  return `${head}: ${went} went.${back}`;
}
