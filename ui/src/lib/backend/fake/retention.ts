import type { RetentionPreview, RetentionRun, RetentionStatus } from '../generated';
import { isoAt } from './machines';
import type { Part, World } from './world';

const DAY = 86_400;
const MB = 1024 ** 2;

export interface FakeRetention {
  preview: RetentionPreview;
  status: RetentionStatus;
}

export function retentionOf(now: number): FakeRetention {
  const share = (
    table: RetentionPreview['tables'][number]['table'],
    days: number,
    rows: number,
    expired: number,
    bytes: number,
  ) => ({ table, days, rows, expired, bytes, oldest: rows ? isoAt(now, (days + 2) * DAY) : null });
  return {
    preview: {
      tables: [
        share('server_metrics', 30, 312_480, 20_600, 6.2 * MB),
        share('container_metrics', 30, 0, 0, 0),
        share('activity_logs', 90, 14_206, 351, 0.4 * MB),
        share('sessions', 7, 12, 2, 8192),
        share('settings_audit', 365, 1284, 0, 0),
      ],
      file_bytes: 402 * MB,
      returned_bytes: 6.6 * MB,
    },
    status: {
      last: {
        started_at: isoAt(now, 8 * 3600),
        finished_at: isoAt(now, 8 * 3600 - 4),
        asked_by: null,
        tables: [
          { table: 'server_metrics', rows: 41_200 },
          { table: 'activity_logs', rows: 702 },
        ],
        returned_bytes: 14.8 * MB,
        error: null,
      },
      next_at: isoAt(now, -16 * 3600),
      is_running: false,
    },
  };
}

/** Retention: what it would drop, and what it did. */
export function retention(world: World): Part<'retention'> {
  return {
    'retention.preview': () => world.retention.preview,
    'retention.status': () => world.retention.status,
    'retention.run': () => {
      const now = world.now();
      const { preview, status } = world.retention;
      const run: RetentionRun = {
        started_at: isoAt(now, 3),
        finished_at: isoAt(now),
        asked_by: world.me().user.username,
        tables: preview.tables
          .filter(({ expired }) => expired > 0)
          .map(({ table, expired }) => ({ table, rows: expired })),
        returned_bytes: preview.returned_bytes,
        error: null,
      };
      world.retention = {
        preview: {
          ...preview,
          returned_bytes: 0,
          tables: preview.tables.map((one) => ({
            ...one,
            rows: one.rows - one.expired,
            expired: 0,
            bytes: 0,
          })),
        },
        status: { ...status, last: run },
      };
      world.push({ kind: 'changed', topic: 'retention' });
      return run;
    },
  };
}
