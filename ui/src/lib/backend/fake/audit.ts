import { ApiError } from '../backend';
import type { AuditEntry, AuditFilter } from '../generated';
import { isoAt } from './machines';
import type { Part, World } from './world';

/** 64 digits that look like a checksum and are the same each time. */
function digits(seed: number): string {
  let text = '';
  for (let at = 0; text.length < 64; at++) {
    const value = Math.abs(Math.sin(seed * 78.233 + at * 12.9898)) * 43_758.5453;
    text += Math.floor((value - Math.floor(value)) * 0xffff)
      .toString(16)
      .padStart(4, '0');
  }
  return text.slice(0, 64);
}

/** Writes an entry as the triggers of the other side do. */
export function record(
  world: World,
  entry: Pick<
    AuditEntry,
    'setting_key' | 'change_type' | 'old_value' | 'new_value' | 'change_reason' | 'override_of'
  >,
): void {
  const id = (world.audit[0]?.id ?? 0) + 1;
  const user = world.status.session?.user;
  world.audit = [
    {
      ...entry,
      id,
      created_at: isoAt(world.now()),
      user_id: user?.id ?? null,
      username: user?.username ?? null,
      door: 'window',
      checksum: digits(id),
    },
    ...world.audit,
  ];
}

type Line = [
  ago: number,
  who: string | null,
  type: AuditEntry['change_type'],
  key: string,
  old: unknown,
  value: unknown,
  why?: string,
];
const HOUR = 3600;
const DAY = 24 * HOUR;

const lately: Line[] = [
  [1140, 'ana', 'update', 'monitoring.background_interval_seconds', 10, 30, 'Pi is on solar power'],
  [1155, 'ana', 'update', 'monitoring.disk_warning_percent', 85, 90],
  [5.5 * HOUR, null, 'create', 'ui.date_format', null, 'locale', 'upgrade to 0.1.0'],
  [DAY, 'admin', 'update', 'retention.activity_logs_days', 90, 180],
  [DAY + 400, 'admin', 'update', 'security.max_sessions_per_user', 5, 3],
  [2 * DAY, 'ben', 'delete', 'ui.theme', 'dark', null],
  [2 * DAY + 900, 'ben', 'create', 'ui.theme', null, 'dark'],
  [3 * DAY, 'admin', 'update', 'system.backup_keep', 14, 7, 'nas is filling up'],
  [3 * DAY + 60, 'admin', 'update', 'security.lock_when_idle', false, true],
  [5 * DAY, 'admin', 'update', 'retention.cleanup_hour', 4, 3],
  [5 * DAY + 900, 'ana', 'update', 'ui.items_per_page', 25, 50],
  [7 * DAY, null, 'create', 'ui.start_at_login', null, false, 'upgrade to 0.0.9'],
];

/** A trail of `count` entries that ends now. */
export function trailOf(now: number, count: number): AuditEntry[] {
  return Array.from({ length: count }, (_, at): AuditEntry => {
    const [ago, who, change_type, key, old, value, why] = lately[at] ?? [
      (8 + at / 3) * DAY,
      at % 3 === 0 ? 'ben' : 'ana',
      'update',
      'monitoring.cpu_warning_percent',
      80 + (at % 7),
      81 + (at % 7),
    ];
    const id = count - at;
    return {
      id,
      created_at: isoAt(now, ago),
      user_id: who && `user-${who}`,
      username: who,
      override_of: key.startsWith('ui.') ? (who ?? null) : null,
      setting_key: key,
      change_type,
      old_value: old,
      new_value: value,
      change_reason: why ?? null,
      door: who ? 'window' : null,
      checksum: digits(id),
    };
  });
}

/** The audit trail of settings. */
export function audit(world: World): Part<'audit'> {
  const through = (filter: AuditFilter = {}) =>
    world.audit.filter((entry) => {
      const text = filter.text?.toLowerCase();
      if (
        text &&
        ![entry.setting_key, entry.username ?? 'Tomo'].some((part) =>
          part.toLowerCase().includes(text),
        )
      ) {
        return false;
      }
      if (filter.change_type && entry.change_type !== filter.change_type) return false;
      if (filter.since && entry.created_at < filter.since) return false;
      return !(filter.until && entry.created_at >= filter.until);
    });

  return {
    'audit.list': ({ filter, before, limit }) => {
      const most =
        limit ?? Number(world.settings.find(({ key }) => key === 'ui.items_per_page')?.value);
      const rest = through(filter).filter(({ id }) => before == null || id < before);
      return {
        entries: rest.slice(0, most),
        more: Math.max(0, rest.length - most),
        anchored_at: null,
        anchored_id: null,
      };
    },
    'audit.verify': () => {
      const rows = world.audit.length;
      const first_broken = world.options.tampered ? Math.max(1, rows - 5) : null;
      const before = world.audit.find(({ id }) => id === (first_broken ?? 0) - 1);
      return {
        rows,
        proven: first_broken === null ? rows : first_broken - 1,
        first_broken,
        proven_until: first_broken === null ? null : (before?.created_at ?? null),
        since: world.audit.at(-1)?.created_at ?? null,
        checked_at: isoAt(world.now()),
        end_compared: true,
        milliseconds: 41,
      };
    },
    'audit.export': ({ path, filter }) => {
      if (!path.startsWith('/')) throw new ApiError('invalid', 'This is no full path.', '');
      const rows = through(filter).length;
      return { path, rows, bytes: rows * 312 };
    },
  };
}
