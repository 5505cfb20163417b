import type { Marks, ServerRow } from '../../lib/backend/generated';

/**
 * The colour of a figure. Only a server that is past a mark has one: a single sample above it is
 * not yet a state, and would blink.
 */
export function toneOf(
  { health }: ServerRow,
  percent: number | null | undefined,
  marks: Marks | undefined,
): 'fine' | 'warning' | 'critical' {
  if (percent == null || !marks) return 'fine';
  if (health.state !== 'warning' && health.state !== 'critical') return 'fine';
  if (percent >= marks.critical && health.state === 'critical') return 'critical';
  return percent >= marks.warning ? 'warning' : 'fine';
}
