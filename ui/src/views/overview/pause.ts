import { ApiError } from '../../lib/backend/backend';
import { clock } from '../../lib/format';
import type { Tomo } from '../../lib/state/tomo.svelte';

/** How long collection can be paused; `null` is until somebody resumes it. */
export function pauseChoices(now = new Date()): { label: string; until: Date | null }[] {
  const tomorrow = new Date(now);
  tomorrow.setDate(now.getDate() + 1);
  tomorrow.setHours(8, 0, 0, 0);
  return [
    { label: 'For 1 hour', until: new Date(now.getTime() + 3_600_000) },
    { label: `Until tomorrow, ${clock(tomorrow)}`, until: tomorrow },
    { label: 'Until I resume', until: null },
  ];
}

export async function pauseUntil(tomo: Tomo, until: Date | null): Promise<void> {
  try {
    const answer = await tomo.backend.call('collection.pause', {
      until: until?.toISOString() ?? null,
    });
    tomo.fleet.setCollection(answer);
  } catch (thrown) {
    tomo.toasts.fail('Collection was not paused', ApiError.from(thrown));
  }
}

export async function resume(tomo: Tomo): Promise<void> {
  try {
    tomo.fleet.setCollection(await tomo.backend.call('collection.resume', {}));
  } catch (thrown) {
    tomo.toasts.fail('Collection was not resumed', ApiError.from(thrown));
  }
}
