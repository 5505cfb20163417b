import type { Marks, Mount } from '../../lib/backend/generated';

/** How full a mount is, as `df` counts it: what an ordinary user has, of what one could have. */
export function fullness(mount: Mount): number | null {
  const whole = mount.used_bytes + mount.available_bytes;
  return whole > 0 ? (mount.used_bytes / whole) * 100 : null;
}

/** Which mark is passed. */
export function toneOf(
  percent: number | null,
  marks: Marks | null,
): 'fine' | 'warning' | 'critical' {
  if (percent === null || !marks) return 'fine';
  if (percent >= marks.critical) return 'critical';
  return percent >= marks.warning ? 'warning' : 'fine';
}

/** The first few in the host's order, and every one whose mark is passed. */
export function chosenMounts(mounts: Mount[], marks: Marks | null, first: number): Mount[] {
  if (mounts.length <= first) return mounts;
  const inTrouble = mounts.filter((mount) => toneOf(fullness(mount), marks) !== 'fine');
  const others = mounts.filter((mount) => !inTrouble.includes(mount));
  const chosen = new Set([...inTrouble, ...others.slice(0, Math.max(0, first - inTrouble.length))]);
  return mounts.filter((mount) => chosen.has(mount));
}
