import type {
  AppFailure,
  AppStep,
  DiffLine,
  InstalledApp,
  InstalledAppDetails,
} from '../../../../lib/backend/generated';
import { counted, isolated, whenAt } from '../../../../lib/format';
import { wholeSeconds } from '../words';

/** Whether there is something newer that it could become now. */
export function hasUpdate(
  app: Pick<InstalledApp, 'newer' | 'has_newer_image' | 'is_stuck'>,
): boolean {
  return !app.is_stuck && (app.newer !== null || app.has_newer_image);
}

/** Whether steps put back what was there before. */
export function isPutBack(steps: readonly AppStep[]): boolean {
  return steps.some(({ name }) => name.startsWith('back_'));
}

/** Whether steps are those of an update, or of the way back from one. */
export function isOfUpdate(steps: readonly AppStep[]): boolean {
  return steps.some(({ name }) => name === 'copy') || isPutBack(steps);
}

/** Steps that do not keep an app from answering. */
const beside = new Set(['pull', 'policy', 'look', 'back_policy', 'back_look']);

/** `1 min 50 s, 52 s of it down`. */
export function lengthText(steps: readonly AppStep[]): string {
  const sum = (some: readonly AppStep[]) =>
    some.reduce((all, { seconds }) => all + (seconds ?? 0), 0);
  const down = sum(steps.filter(({ name }) => !beside.has(name)));
  const all = wholeSeconds(sum(steps));
  return down < 1 ? all : `${all}, ${wholeSeconds(down)} of it down`;
}

/** `2.3.1 → 2.4.0`; `2.4.0` where only its settings change. */
export function fromTo(from: string, to: string): string {
  return from === to ? isolated(to) : `${isolated(from)} → ${isolated(to)}`;
}

/** Lines of a file that change. */
export function changesIn(lines: readonly DiffLine[]): number {
  return lines.filter(({ change }) => change !== 'same').length;
}

/** `compose.yaml, 5 lines · .env, 1 line`. */
export function changesText(compose: readonly DiffLine[], variables: readonly DiffLine[]): string {
  return [
    { name: 'compose.yaml', count: changesIn(compose) },
    { name: '.env', count: changesIn(variables) },
  ]
    .flatMap(({ name, count }) => (count > 0 ? [`${name}, ${counted(count, 'line')}`] : []))
    .join(' · ');
}

/** Whether what failed was an update, the way back or a backup put over it, and not only a restart. */
export function isUpdateFailure(failure: AppFailure | null): failure is AppFailure {
  return ['update', 'roll_back', 'restore'].includes(failure?.kind ?? '');
}

/** What became of an app whose update failed. */
export function outcomeText({ app, last_steps }: InstalledAppDetails, where: string): string {
  return isPutBack(last_steps)
    ? `It was put back to ${isolated(app.version)} on ${where}: images, configuration, and the data that was copied.`
    : `Nothing had been changed on ${where} by then: it is at ${isolated(app.version)} as before.`;
}

/** What is kept of a version: `now`, `kept until 29 Nov`, `no longer kept`. */
export function versionText({ way_back }: InstalledApp, version: string, at: number): string {
  if (at === 0) return 'now';
  // Only the one before the last update can be gone back to.
  return at === 1 && way_back?.version === version
    ? `kept until ${whenAt(way_back.until)}`
    : 'no longer kept';
}
