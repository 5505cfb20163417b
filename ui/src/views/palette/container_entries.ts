import Box from '@lucide/svelte/icons/box';
import { rowKey } from '../../lib/state/containers.svelte';
import { hrefOf, storePages } from '../../lib/state/router.svelte';
import type { Tomo } from '../../lib/state/tomo.svelte';
import { markOf } from '../containers/words';
import type { Entry } from './entries';

/** Every container by name, and the pages beside theirs. */
export function ofContainers(tomo: Tomo): Entry[] {
  if (!tomo.containers.hasSomething) return [];
  const pages = storePages.map((page): Entry => ({
    id: hrefOf({ page }),
    group: 'Commands',
    title: `Go to ${page.charAt(0).toUpperCase()}${page.slice(1)}`,
    icon: Box,
    onlyWhenTyped: true,
    run: () => tomo.router.go({ page }),
  }));
  const rows = tomo.containers.rows.map((row): Entry => {
    const { container } = row;
    const { mark, label } = markOf(row);
    const where = tomo.fleet.row(container.server_id)?.server.name ?? '';
    return {
      id: `container:${rowKey(row)}`,
      group: 'Containers',
      title: container.name,
      detail: [where, container.image, label].filter(Boolean).join(' · '),
      mark,
      onlyWhenTyped: true,
      run: () => tomo.router.go({ page: 'containers', open: rowKey(row) }),
    };
  });
  return [...rows, ...pages];
}
