import type { ContainerRow, RestartPolicy } from '../../lib/backend/generated';
import { bytes, threeDigits } from '../../lib/format';

/** What a container is called in a list of its project: the service, or its own name. */
export function nameOf(row: ContainerRow | undefined): string {
  return row?.container.service ?? row?.container.name ?? '';
}

const policies: Record<RestartPolicy, string> = {
  no: 'never',
  on_failure: 'after a failure',
  always: 'always',
  unless_stopped: 'unless it was stopped',
};

/** When the engine starts it again. */
export function policyText(policy: RestartPolicy | null): string {
  return policy === null ? 'not known' : policies[policy];
}

/** A limit of processors. */
export function coresText(cores: number | null): string {
  if (!cores) return 'no limit';
  return cores === 1 ? '1 core' : `${threeDigits(cores).replace(/\.?0+$/, '')} cores`;
}

/** A limit of memory. */
export function memoryLimitText(limit: number | null): string {
  return limit ? bytes(limit) : 'no limit';
}
