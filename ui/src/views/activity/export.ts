import { ApiError } from '../../lib/backend/backend';
import type { ActivityFilter } from '../../lib/backend/generated';
import { counted } from '../../lib/format';
import type { Tomo } from '../../lib/state/tomo.svelte';

/** Asks for a file and writes the entries to it: CSV if it is named so, else lines of JSON. */
export async function exportActivity(tomo: Tomo, filter: ActivityFilter): Promise<void> {
  try {
    const path = await tomo.backend.call('file.choose', { purpose: 'save_activity' });
    if (path === null) return;
    const format = path.toLowerCase().endsWith('.csv') ? 'csv' : 'jsonl';
    const { rows, path: written } = await tomo.backend.call('activity.export', {
      path,
      format,
      filter,
    });
    tomo.toasts.show({
      tone: 'done',
      title: `${counted(rows, 'entry', 'entries')} written`,
      text: written,
    });
  } catch (thrown) {
    tomo.toasts.fail('The activity log was not exported', ApiError.from(thrown));
  }
}
