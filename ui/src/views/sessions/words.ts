import type { Mark } from '../../components/StateMark.svelte';
import type { AccountLock, Client, SessionEntry } from '../../lib/backend/generated';
import { duration, isolated, whenAt } from '../../lib/format';

const doors: Record<Client['door'], string> = {
  window: 'Window',
  command_line: 'Command line',
  mcp: 'Assistant',
};
const systems: Record<string, string> = { linux: 'Linux', macos: 'macOS', windows: 'Windows' };

/** Through which door a session was begun. */
export function doorOf(client: Client | null): string {
  return client ? doors[client.door] : 'Unknown';
}

/** `on workbench, Linux`. */
export function placeOf(client: Client | null): string {
  if (!client) return 'begun by an older Tomo';
  return `on ${isolated(client.host)}, ${systems[client.os] ?? client.os}`;
}

/** Whether it can still be used. */
export function isLive({ status }: SessionEntry): boolean {
  return status === 'active' || status === 'idle';
}

/** How a session stands; in smaller letters, who ended it and when. */
export function statusOf(
  session: SessionEntry,
  now: number,
): { mark: Mark; text: string; more?: string } {
  switch (session.status) {
    case 'active':
      return { mark: 'fine', text: 'active' };
    case 'idle':
      return { mark: 'paused', text: 'idle' };
    case 'expired':
      return { mark: 'off', text: 'expired' };
    case 'terminated': {
      const by = session.terminated_by && `by ${isolated(session.terminated_by)}`;
      const at = session.terminated_at && whenAt(session.terminated_at, now);
      const more = [by, at].filter(Boolean).join(', ');
      return { mark: 'off', text: 'ended', ...(more && { more }) };
    }
  }
}

/** How a lock stands, in words. */
export function lockText(lock: AccountLock, now: number): { mark: Mark; text: string } {
  if (lock.is_locked) {
    const left = lock.lock_expires_at ? (Date.parse(lock.lock_expires_at) - now) / 1000 : null;
    if (left === null) return { mark: 'warning', text: 'locked' };
    if (left > 0) return { mark: 'warning', text: `locked for ${duration(left)} more` };
    return { mark: 'off', text: 'the lock has run out' };
  }
  if (lock.unlocked_at) {
    return { mark: 'off', text: `unlocked by ${isolated(lock.unlocked_by ?? 'an admin')}` };
  }
  return lock.locked_at
    ? { mark: 'off', text: 'the lock has run out' }
    : { mark: 'off', text: 'not locked' };
}
