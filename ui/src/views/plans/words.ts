import type { Mark } from '../../components/StateMark.svelte';
import type { Plan } from '../../lib/backend/generated';
import { isolated, whenExactly } from '../../lib/format';

/** The plan's state, as a mark and in words: `approved by ana today 14:33, and done`. */
export function stateOf(plan: Plan, now: number): { mark: Mark; words: string } {
  const by = isolated(plan.decided_by ?? 'somebody who left');
  const at = plan.decided_at === null ? '' : ` ${whenExactly(plan.decided_at, now)}`;
  switch (plan.state) {
    case 'waiting':
      return { mark: 'warning', words: 'waits' };
    case 'approved':
      return { mark: 'waiting', words: `approved by ${by}${at}, not done yet` };
    case 'done':
      return { mark: 'done', words: `approved by ${by}${at}, and done` };
    case 'failed':
      return { mark: 'critical', words: `approved by ${by}${at}, and failed` };
    case 'refused':
      return { mark: 'off', words: `refused by ${by}${at}` };
    case 'expired':
      return {
        mark: 'stale',
        words:
          plan.decided_at === null
            ? `nobody decided in time, until ${whenExactly(plan.expires_at, now)}`
            : `approved by ${by}${at}, but not done in time`,
      };
  }
}

/** Those that wait, and have time left; the one that runs out first stands first. */
export function waitingOf(plans: readonly Plan[], now: number): Plan[] {
  return plans
    .filter(({ state, expires_at }) => state === 'waiting' && Date.parse(expires_at) > now)
    .sort((one, other) => Date.parse(one.expires_at) - Date.parse(other.expires_at));
}

/** Arguments with one level of nesting undone, `server` and `port` as `server_port`. */
export function flatOf(given: Record<string, unknown>): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    const nested = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!nested) flat[key] = value;
    else for (const [inner, one] of Object.entries(value)) flat[`${key}_${inner}`] = one;
  }
  return flat;
}
