import type { Mark } from '../../../components/StateMark.svelte';
import type {
  AppPlan,
  AppSetting,
  CheckOutcome,
  MountSource,
  PlanCheck,
  ProjectPort,
} from '../../../lib/backend/generated';
import { counted } from '../../../lib/format';

export const outcomeMarks: Record<CheckOutcome, Mark> = {
  good: 'done',
  warning: 'warning',
  problem: 'critical',
  unknown: 'unknown',
};

const order: readonly CheckOutcome[] = ['problem', 'warning', 'good', 'unknown'];

/** Problems first, then what is to be known, what is good, and what could not be looked at. */
export function byWeight(checks: readonly PlanCheck[]): PlanCheck[] {
  return [...checks].sort(
    (one, other) => order.indexOf(one.outcome) - order.indexOf(other.outcome),
  );
}

/** What has to be solved before it can be installed. */
export function problemCount({ problems, checks }: AppPlan): number {
  return problems.length + checks.filter(({ outcome }) => outcome === 'problem').length;
}

/** `6 checks, 1 could not be made`. */
export function checksText(checks: readonly PlanCheck[]): string {
  const unknown = checks.filter(({ outcome }) => outcome === 'unknown').length;
  const all = counted(checks.length, 'check');
  return unknown === 0 ? all : `${all}, ${unknown} could not be made`;
}

/** Why the value of a setting cannot be taken. */
export function errorOf(
  plan: (Pick<AppPlan, 'problems'> & Partial<Pick<AppPlan, 'checks'>>) | null,
  setting: string,
): string | null {
  if (!plan) return null;
  const problem = plan.problems.find((one) => one.setting === setting);
  if (problem) return problem.message;
  const check = plan.checks?.find((one) => one.setting === setting && one.outcome === 'problem');
  return check?.title ?? null;
}

/** What is wrong with the name: a check with a fix that changes it. */
export function nameError(plan: AppPlan | null): string | null {
  const check = plan?.checks.find(
    ({ outcome, fix }) => outcome === 'problem' && fix !== null && fix.setting === null,
  );
  return check?.title ?? null;
}

/** `8080 → 8080/tcp`, with the address where it is not all of them. */
export function portText({ host_ip, host_port, container_port, protocol }: ProjectPort): {
  host: string;
  container: string;
  where: string;
} {
  return {
    host: host_port === null ? 'a free one' : String(host_port),
    container: `${container_port}/${protocol}`,
    where: host_ip === null ? 'on all addresses' : `on ${host_ip}`,
  };
}

/** Where the data of a mount is that is no volume with a name. */
export function placeOf(source: MountSource): string | null {
  if (source.kind === 'path') return source.path;
  return source.kind === 'anonymous' ? 'a volume without a name' : null;
}

/** Whether a field takes the whole width of the form. */
export function isWide({ kind }: AppSetting): boolean {
  return kind.type === 'path' || (kind.type === 'text' && kind.pattern !== null);
}
