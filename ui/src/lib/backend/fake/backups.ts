import { ApiError } from '../backend';
import type { BackupContents, BackupEntry, BackupList, ImportPreview } from '../generated';
import { isoAt } from './machines';
import type { Part, World } from './world';

const DAY = 86_400;
const MB = 1024 ** 2;
const folder = '/mnt/nas-share/tomo';

/** What the backups of this stand-in are encrypted under. */
export const backupPassphrase = 'a lighthouse keeps no ledger';

function contentsOf(now: number, ago: number): BackupContents {
  return {
    made_at: isoAt(now, ago),
    tomo_version: '0.1.0',
    schema_version: 20_261_122_100_300,
    installation_id: '0193a6c2-7f1e-7c31-9d0e-3f6f1f0a2b11',
    host: 'workbench',
    servers: ago > 4 * DAY ? 7 : 8,
    credentials: 8,
    users: 2,
    changed_settings: 5,
    activities: 14_206,
    audit_entries: 1284,
    metric_rows: 312_480,
    history_since: isoAt(now, ago + 30 * DAY),
    database_bytes: 402 * MB,
  };
}

function entryOf(now: number, ago: number, more: Partial<BackupEntry> = {}): BackupEntry {
  const at = isoAt(now, ago);
  const file_name = `tomo-${at.slice(0, 16).replace(/[T:]/g, '-')}.tomo`;
  return {
    path: `${folder}/${file_name}`,
    file_name,
    made_at: at,
    bytes: Math.round((148 - ago / DAY / 2) * MB),
    contents: contentsOf(now, ago),
    read_back_at: isoAt(now, ago - 60),
    error: null,
    is_automatic: true,
    made_by: null,
    note: null,
    ...more,
  };
}

export function backupsOf(now: number, count: number, hasPassphrase: boolean): BackupList {
  const failed: Partial<BackupEntry> = {
    bytes: null,
    contents: null,
    read_back_at: null,
    error: 'The folder /mnt/nas-share/tomo is full: 12 MB are free, 150 MB are needed.',
  };
  const byAna: Partial<BackupEntry> = {
    is_automatic: false,
    made_by: 'ana',
    note: 'before an update',
  };
  const entries = Array.from({ length: count }, (_, at) => {
    if (at === 3) return entryOf(now, at * DAY - 30_000, byAna);
    if (at === 4) return entryOf(now, (at - 1) * DAY + 36_000, failed);
    if (at === 7) {
      return entryOf(now, at * DAY, {
        contents: null,
        read_back_at: null,
        file_name: 'from-the-old-laptop.tomo',
        path: `${folder}/from-the-old-laptop.tomo`,
      });
    }
    return entryOf(now, at * DAY + 3600);
  });
  return {
    entries,
    folder,
    has_passphrase: hasPassphrase,
    next_at: hasPassphrase ? isoAt(now, -DAY / 2) : null,
    blocked: hasPassphrase ? null : 'Tomo has no passphrase to encrypt it with.',
  };
}

const server = (name: string, host: string, username = 'admin', port = 22) => ({
  name,
  host,
  port,
  username,
  auth_type: 'key' as const,
});

export function previewOf(): ImportPreview {
  return {
    digest: '9f2c',
    entries: [
      { server: server('garage', '192.168.1.60'), action: 'add' },
      { server: server('roof-cam', '192.168.1.61', 'pi'), action: 'add' },
      {
        server: server('nas', '192.168.1.30', 'root', 2222),
        action: 'change',
        current: server('nas', '192.168.1.20'),
      },
      { server: server('media', '192.168.1.22'), action: 'same' },
      {
        server: server('docker-1', '192.168.1.99'),
        action: 'conflict',
        reason: 'Two servers of the file are named docker-1.',
      },
    ],
  };
}

/** What is in the backup at `path`, if the passphrase opens it. */
export function openBackup(
  world: World,
  path: string,
  passphrase: string | null | undefined,
): BackupContents {
  if (passphrase == null && !world.backups.has_passphrase) {
    throw new ApiError('invalid', 'This backup needs its passphrase.', 'Type it in.');
  }
  if (passphrase != null && passphrase !== backupPassphrase) {
    throw new ApiError('invalid', 'The passphrase does not open this backup.', '');
  }
  const entry = world.backups.entries.find((one) => one.path === path);
  return entry?.contents ?? contentsOf(world.now(), 40 * DAY);
}

/** Backups, and the list of servers as a file. */
export function backups(world: World): Part<'backup' | 'server_list'> {
  return {
    'backup.list': () => world.backups,
    'backup.create': async ({ path, with_history, note, passphrase }) => {
      if (passphrase == null && !world.backups.has_passphrase) {
        throw new ApiError('invalid', 'A backup needs a passphrase.', 'Type one in.');
      }
      await new Promise((done) => setTimeout(done, world.options.backupTakes ?? 0));
      const now = world.now();
      const made = entryOf(now, 0, { is_automatic: false, made_by: 'ana', note: note ?? null });
      const contents = contentsOf(now, 0);
      const entry: BackupEntry = {
        ...made,
        path: path ?? made.path,
        file_name: path?.split('/').at(-1) ?? made.file_name,
        read_back_at: isoAt(now),
        contents: with_history ? contents : { ...contents, metric_rows: null, history_since: null },
      };
      world.backups = { ...world.backups, entries: [entry, ...world.backups.entries] };
      world.push({ kind: 'changed', topic: 'backups' });
      return entry;
    },
    'backup.inspect': ({ path, passphrase }) => openBackup(world, path, passphrase),
    'backup.restore': ({ path, passphrase }) => {
      openBackup(world, path, passphrase);
      world.status = { ...world.status, session: null };
      return world.status;
    },
    'backup.set_passphrase': ({ passphrase }) => {
      const has = passphrase != null;
      const { next_at, blocked } = backupsOf(world.now(), 0, has);
      world.backups = { ...world.backups, has_passphrase: has, next_at, blocked };
      world.push({ kind: 'changed', topic: 'backups' });
      return world.backups;
    },
    'server_list.export': ({ path }) => ({ path, rows: world.rows.length - 1, bytes: 1420 }),
    'server_list.preview': () => previewOf(),
    'server_list.import': ({ digest, leave_out }) => {
      const { entries, digest: now } = previewOf();
      if (digest !== now) throw new ApiError('stale', 'The file has changed.', 'Look at it again.');
      const taken = entries.filter((_, at) => !leave_out?.includes(at));
      const added = taken.filter(({ action }) => action === 'add').length;
      const changed = taken.filter(({ action }) => action === 'change').length;
      world.push({ kind: 'fleet_changed' });
      return { added, changed, left: entries.length - added - changed };
    },
  };
}
