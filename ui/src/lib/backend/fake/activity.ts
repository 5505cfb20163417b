import type { Activity, ActivityFilter, ActivityGroup, ActivityLevel } from '../generated';
import { isoAt } from './machines';
import type { Part, World } from './world';

type Line = [
  type: string,
  group: ActivityGroup | null,
  level: ActivityLevel,
  message: string,
  by: 'ana' | 'ben' | null,
  server: string | null,
  details?: Record<string, unknown>,
];

const lines: Line[] = [
  [
    'connection.lost',
    'connections',
    'critical',
    'The connection to attic-pi was lost: no answer for 30 s.',
    null,
    'attic-pi',
    { step: 'connect', reason: 'no answer for 30 s', retry_in_seconds: 40 },
  ],
  [
    'setting.set',
    'settings',
    'info',
    '“Interval in the background” was set from 10 s to 30 s.',
    'ana',
    null,
    {
      key: 'monitoring.background_interval_seconds',
      old_value: 10,
      new_value: 30,
      change_reason: 'The router is slow',
    },
  ],
  [
    'host_key.replace',
    'servers',
    'warning',
    'The host key of media was replaced.',
    'ana',
    'media',
    {
      algorithm: 'ssh-ed25519',
      old: 'SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDdzZfTk0dJdOyHk1c',
      new: 'SHA256:Fk0dJdOyHk1cuNiVztksCsDhcc0u9e8BgrJXVGDdzZf',
    },
  ],
  ['server.disconnect', 'connections', 'info', 'media was disconnected.', 'ana', 'media'],
  [
    'mcp.call',
    'assistants',
    'info',
    'The assistant Claude called server.details.',
    'ana',
    'nas',
    { client: 'Claude', arguments: { id: 'server-nas', fields: ['mounts', 'interfaces'] } },
  ],
  ['session.sign_in', 'access', 'info', 'ana signed in at the window.', 'ana', null],
  [
    'session.sign_in_failed',
    'access',
    'warning',
    'A sign-in as ana failed, 1 of 5 tries.',
    null,
    null,
    { origin: 'window on workbench' },
  ],
  [
    'retention.run',
    'data',
    'info',
    'Retention removed 41,902 rows and gave back 14.8 MB.',
    null,
    null,
    { server_metrics: 41_200, activity_logs: 702, returned_bytes: 15_518_924 },
  ],
  [
    'backup.create',
    'data',
    'info',
    'A backup was made, 148 MB, and read back.',
    null,
    null,
    {
      path: '/mnt/nas-share/tomo/tomo-2026-11-22-0230.tomo',
      bytes: 155_189_248,
      with_history: true,
    },
  ],
  [
    'connection.made',
    'connections',
    'good',
    'nas is connected again after 2 h 12 min.',
    null,
    'nas',
  ],
  ['server.add', 'servers', 'info', 'The server pi-dns was added.', 'ben', 'pi-dns'],
  ['plan.ask', 'assistants', 'warning', 'Claude asked to disconnect vps-fra.', 'ana', 'vps-fra'],
  [
    'gadget.polish',
    null,
    'info',
    'A newer Tomo did something that this one does not know.',
    null,
    null,
  ],
];

/** Entries as they come to be: some today, more the days before; the newest first. */
export function activitiesOf(now: number, count: number): Activity[] {
  return Array.from({ length: count }, (_, at) => {
    const [type, group, level, message, by, server, details] = lines[at % lines.length] as Line;
    // Eleven in the first hours, then one each quarter of an hour and a bit.
    const ago = at < 11 ? at * 1900 + 40 : 11 * 1900 + (at - 11) * 1117;
    return {
      id: `entry-${String(count - at).padStart(9, '0')}`,
      activity_type: type,
      group,
      level,
      user_id: by === null ? null : `user-${by}`,
      username: by,
      server_id: server === null ? null : `server-${server}`,
      server_name: server,
      app_id: null,
      message,
      details: details ?? null,
      timestamp: isoAt(now, ago),
    };
  });
}

function lets(filter: ActivityFilter, entry: Activity): boolean {
  const words = (filter.text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${entry.message} ${JSON.stringify(entry.details ?? {})}`.toLowerCase();
  return (
    (filter.group == null || entry.group === filter.group) &&
    (filter.user_id == null || entry.user_id === filter.user_id) &&
    (!filter.by_tomo || entry.user_id === null) &&
    (filter.server_id == null || entry.server_id === filter.server_id) &&
    (filter.since == null || entry.timestamp >= filter.since) &&
    (filter.until == null || entry.timestamp < filter.until) &&
    words.every((word) => text.includes(word))
  );
}

/** The activity log. */
export function activity(world: World): Part<'activity'> {
  const found = (filter: ActivityFilter | undefined) =>
    world.activities.filter((entry) => lets(filter ?? {}, entry));
  return {
    'activity.list': ({ filter, after, limit }) => {
      const all = found(filter);
      const from = after == null ? 0 : all.findIndex(({ id }) => id === after) + 1;
      const usual = world.settings.find(({ key }) => key === 'ui.items_per_page')?.value;
      const entries = all.slice(from, from + (limit ?? Number(usual ?? 25)));
      const last = entries.at(-1);
      return {
        entries,
        next: from + entries.length < all.length && last ? last.id : null,
        total: after == null ? all.length : null,
      };
    },
    'activity.export': ({ path, filter }) => {
      const rows = found(filter).length;
      return { path, rows, bytes: rows * 240 };
    },
  };
}

/** Writes entries as the other side would, and tells the window. */
export function happen(world: World, message: string, more: Partial<Activity> = {}): void {
  const [first] = activitiesOf(world.now(), 1) as [Activity];
  const entry: Activity = {
    ...first,
    id: `entry-new-${world.activities.length}`,
    activity_type: 'server.connect',
    level: 'info',
    username: 'ana',
    user_id: 'user-ana',
    server_id: null,
    server_name: null,
    details: null,
    timestamp: isoAt(world.now()),
    message,
    ...more,
  };
  world.activities = [entry, ...world.activities];
  world.push({ kind: 'changed', topic: 'activity' });
}
