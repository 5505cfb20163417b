import type { Mark } from '../../components/StateMark.svelte';
import type { SetupPrivilege, StepState } from '../../lib/backend/generated';

const privileges: Record<SetupPrivilege, string> = {
  root: 'is root',
  sudo: 'becomes root without a password',
  sudo_password: 'becomes root with its password',
  none: 'cannot become root',
};

/** How an account comes to do what only root may. */
export function privilegeText(privilege: SetupPrivilege): string {
  return privileges[privilege];
}

/** The shape of how far a step is. */
export const stepMarks: Record<StepState, Mark> = {
  waiting: 'waiting',
  running: 'working',
  done: 'done',
  failed: 'critical',
};
