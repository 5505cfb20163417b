import type { Account, AccountLock, Client, Role, SessionEntry } from '../generated';
import { isoAt } from './machines';

/** Builders of accounts, sessions and locks for tests and for the browser. */

export const thePassword = 'correct horse battery';

const DAY = 86_400;

export function accountOf(
  now: number,
  username: string,
  role: Role,
  more: Partial<Omit<Account, 'user'>> & { email?: string; is_active?: boolean } = {},
): Account {
  const { email = '', is_active = true, ...rest } = more;
  return {
    user: { id: `user-${username}`, username, email, role, is_active },
    created_at: isoAt(now, 90 * DAY),
    last_login: isoAt(now, 3 * DAY),
    password_changed_at: isoAt(now, 90 * DAY),
    avatar: null,
    preferences: {},
    live_sessions: 0,
    locked_until: null,
    ...rest,
  };
}

export function clientOf(door: Client['door'], host = 'workbench', os = 'linux'): Client {
  return { door, host, os, version: '0.1.0' };
}

export function household(now: number, role: Role): Account[] {
  return [
    accountOf(now, 'ana', role, { email: 'ana@example.org', last_login: isoAt(now, 3 * DAY) }),
    accountOf(now, 'ben', 'user', { last_login: isoAt(now, 21 * 3600) }),
    accountOf(now, 'kitchen', 'readonly', { last_login: null }),
    accountOf(now, 'admin', role === 'admin' ? 'user' : 'admin', {
      is_active: false,
      last_login: isoAt(now, 41 * DAY),
      email: 'admin@example.org',
    }),
  ];
}

function session(
  now: number,
  id: string,
  username: string,
  began: number,
  active: number,
  more: Partial<SessionEntry> = {},
): SessionEntry {
  return {
    id,
    user_id: `user-${username}`,
    username,
    client: clientOf('window'),
    created_at: isoAt(now, began),
    last_activity: isoAt(now, active),
    expires_at: isoAt(now, began - 7 * DAY),
    status: 'active',
    terminated_at: null,
    terminated_by: null,
    is_own: false,
    ...more,
  };
}

export function sessionsOf(now: number): SessionEntry[] {
  return [
    session(now, 'session', 'ana', 3 * DAY, 4, { is_own: true }),
    session(now, 'session-cli', 'ana', 26 * 3600, 41 * 60, {
      client: clientOf('command_line', 'nas'),
      status: 'idle',
    }),
    session(now, 'session-mcp', 'ana', 5 * 3600, 12 * 60, { client: clientOf('mcp') }),
    session(now, 'session-old', 'ana', 9 * DAY, 8 * DAY, {
      client: clientOf('window', 'laptop', 'macos'),
      status: 'terminated',
      terminated_at: isoAt(now, 8 * DAY),
      terminated_by: 'ana',
    }),
    session(now, 'session-ben', 'ben', 21 * 3600, 2 * 3600, {
      client: clientOf('window', 'attic', 'windows'),
    }),
    session(now, 'session-lost', 'ben', 12 * DAY, 6 * DAY, { client: null, status: 'expired' }),
  ];
}

export function locksOf(now: number): AccountLock[] {
  const lock = (id: string, more: Partial<AccountLock>): AccountLock => ({
    id,
    identifier: id,
    subject: 'username',
    attempt_count: 5,
    first_attempt_at: isoAt(now, 600),
    last_attempt_at: isoAt(now, 240),
    locked_at: isoAt(now, 240),
    lock_expires_at: isoAt(now, -660),
    is_locked: true,
    unlocked_at: null,
    unlocked_by: null,
    notes: null,
    ...more,
  });
  return [
    lock('root', {}),
    lock('window on attic', {
      subject: 'origin',
      attempt_count: 2,
      locked_at: null,
      lock_expires_at: null,
      is_locked: false,
    }),
    lock('ben', {
      first_attempt_at: isoAt(now, 4 * DAY),
      last_attempt_at: isoAt(now, 4 * DAY),
      locked_at: isoAt(now, 4 * DAY),
      lock_expires_at: isoAt(now, 4 * DAY - 900),
      is_locked: false,
      unlocked_at: isoAt(now, 4 * DAY - 120),
      unlocked_by: 'ana',
      notes: 'He had caps lock on.',
    }),
  ];
}
