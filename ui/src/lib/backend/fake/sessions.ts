import { ApiError } from '../backend';
import type { AccountLock } from '../generated';
import { isoAt } from './machines';
import type { Part, World } from './world';

/** Signing in and out, sessions, and the locks after failed sign-ins. */
export function sessions(world: World): Part<'session' | 'lock'> {
  let misses = 0;

  const setting = (key: string) =>
    Number(world.settings.find((one) => one.key === key)?.value ?? 0);
  const lockOf = (name: string): AccountLock | undefined =>
    world.locks.find((lock) => lock.subject === 'username' && lock.identifier === name);

  /** Counts a failed sign-in of a name; locks it when there are too many. */
  const missed = (name: string): never => {
    const most = setting('security.max_login_attempts');
    const pause = setting('security.account_lockout_seconds');
    const now = world.now();
    const before = lockOf(name);
    const count = before && !before.unlocked_at ? before.attempt_count + 1 : 1;
    const locked = count >= most;
    const lock: AccountLock = {
      id: before?.id ?? `lock-${name}`,
      identifier: name,
      subject: 'username',
      attempt_count: count,
      first_attempt_at: before?.first_attempt_at ?? isoAt(now),
      last_attempt_at: isoAt(now),
      locked_at: locked ? isoAt(now) : null,
      lock_expires_at: locked ? isoAt(now, -pause) : null,
      is_locked: locked,
      unlocked_at: null,
      unlocked_by: null,
      notes: null,
    };
    world.locks = [lock, ...world.locks.filter((one) => one.id !== lock.id)];
    throw new ApiError('invalid', 'The user name or the password is not right.', '');
  };
  const refuseLocked = (name: string) => {
    const lock = lockOf(name);
    if (!lock?.is_locked) return;
    throw new ApiError(
      'invalid',
      'Too many sign-ins have failed.',
      'Try again in 11 min, or ask an admin to unlock it.',
    );
  };
  const end = (id: string) => {
    world.sessions = world.sessions.map((one) =>
      one.id === id
        ? {
            ...one,
            status: 'terminated' as const,
            terminated_at: isoAt(world.now()),
            terminated_by: world.me().user.username,
          }
        : one,
    );
  };

  return {
    'session.sign_in': ({ username, password }) => {
      refuseLocked(username);
      const account = world.accounts.find((one) => one.user.username === username);
      if (!account?.user.is_active || world.passwords.get(username) !== password) missed(username);
      world.signIn(username);
      return world.status;
    },
    'session.sign_out': () => {
      world.status = { ...world.status, session: null };
      return world.status;
    },
    'session.lock': () => {
      const { session } = world.status;
      if (session) world.status = { ...world.status, session: { ...session, is_locked: true } };
      return world.status;
    },
    'session.unlock': ({ password }) => {
      const { session } = world.status;
      if (!session) throw new ApiError('not_signed_in', 'Nobody is signed in.', '');
      if (world.passwords.get(session.user.username) !== password) {
        misses += 1;
        const left = setting('security.max_login_attempts') - misses;
        if (left <= 0) {
          throw new ApiError('invalid', 'Too many tries.', 'Tomo waits for 15 min.');
        }
        throw new ApiError(
          'invalid',
          'Not the password.',
          `${left} ${left === 1 ? 'try' : 'tries'} left, then a pause of 15 min.`,
        );
      }
      misses = 0;
      world.status = { ...world.status, session: { ...session, is_locked: false } };
      return world.status;
    },
    'session.touch': () => null,
    'session.list': ({ all }) => {
      if (!all) return world.sessions.filter((one) => one.user_id === world.me().user.id);
      if (world.me().user.role !== 'admin') {
        throw new ApiError('forbidden', 'Only admins see the sessions of others.', '');
      }
      return world.sessions;
    },
    'session.end': ({ id }) => {
      const session = world.sessions.find((one) => one.id === id);
      if (!session) throw new ApiError('not_found', 'There is no such session.', '');
      end(id);
      world.push({ kind: 'changed', topic: 'sessions' });
      return null;
    },
    'session.end_others': () => {
      const others = world.sessions.filter(
        (one) =>
          one.user_id === world.me().user.id &&
          !one.is_own &&
          (one.status === 'active' || one.status === 'idle'),
      );
      for (const { id } of others) end(id);
      world.push({ kind: 'changed', topic: 'sessions' });
      return others.length;
    },
    'lock.list': () => world.locks,
    'lock.unlock': ({ id, note }) => {
      const lock = world.locks.find((one) => one.id === id);
      if (!lock) throw new ApiError('not_found', 'There is no such lock.', '');
      const open: AccountLock = {
        ...lock,
        is_locked: false,
        unlocked_at: isoAt(world.now()),
        unlocked_by: world.me().user.username,
        notes: note ?? null,
      };
      world.locks = world.locks.map((one) => (one.id === id ? open : one));
      world.push({ kind: 'changed', topic: 'sessions' });
      return open;
    },
  };
}
