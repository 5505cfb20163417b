import type { Mark } from '../../components/StateMark.svelte';
import type { Account, Role } from '../../lib/backend/generated';
import { whenAt } from '../../lib/format';

/** Roles in words. */
export const roles: readonly { value: Role; label: string; may: string }[] = [
  {
    value: 'admin',
    label: 'Admin',
    may: 'Everything: users, servers and their keys, settings for everybody.',
  },
  {
    value: 'user',
    label: 'User',
    may: 'Looks, connects and disconnects servers, pauses collection.',
  },
  { value: 'readonly', label: 'Read only', may: 'Looks, and changes nothing but the own account.' },
];

/** Within a sentence: `read only`. */
export function roleWord(role: Role): string {
  return role === 'readonly' ? 'read only' : role;
}

/** Whether somebody can sign in with an account, in words and with the mark for it. */
export function stateOf(account: Account, now: number): { mark: Mark; text: string } {
  if (!account.user.is_active) return { mark: 'off', text: 'deactivated' };
  if (account.locked_until && Date.parse(account.locked_until) > now) {
    return { mark: 'warning', text: `locked until ${whenAt(account.locked_until, now)}` };
  }
  return { mark: 'fine', text: 'active' };
}
