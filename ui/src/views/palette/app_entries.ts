import LayoutGrid from '@lucide/svelte/icons/layout-grid';
import Plus from '@lucide/svelte/icons/plus';
import type { Tomo } from '../../lib/state/tomo.svelte';
import type { Entry } from './entries';

/** Where apps come from. */
export function ofApps(tomo: Tomo): Entry[] {
  const entries: Entry[] = [
    {
      id: 'app_sources',
      group: 'Commands',
      title: 'Go to Sources of apps',
      icon: LayoutGrid,
      onlyWhenTyped: true,
      run: () => tomo.router.go({ page: 'apps', tab: 'sources' }),
    },
  ];
  if (tomo.status.may('app_source.add')) {
    entries.push({
      id: 'app_source.add',
      group: 'Commands',
      title: 'Add a source of apps…',
      icon: Plus,
      onlyWhenTyped: true,
      run: () => tomo.dialogs.open({ kind: 'add_app_source' }),
    });
  }
  return entries;
}
