import { ApiError } from '../../lib/backend/backend';
import { bytes } from '../../lib/format';
import type { Tomo } from '../../lib/state/tomo.svelte';

/** Asks for a file and writes what a bug report needs to it. */
export async function saveDiagnostics(tomo: Tomo): Promise<void> {
  try {
    const path = await tomo.backend.call('file.choose', { purpose: 'save_diagnostics' });
    if (path === null) return;
    const written = await tomo.backend.call('diagnostics.save', { path });
    tomo.toasts.show({
      tone: 'done',
      title: `Diagnostics written, ${bytes(written.bytes)}`,
      text: written.path,
    });
  } catch (thrown) {
    tomo.toasts.fail('Diagnostics were not written', ApiError.from(thrown));
  }
}
