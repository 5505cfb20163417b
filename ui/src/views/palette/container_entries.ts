import Box from '@lucide/svelte/icons/box';
import SquareTerminal from '@lucide/svelte/icons/square-terminal';
import Trash2 from '@lucide/svelte/icons/trash-2';
import { isRunning, rowKey } from '../../lib/state/containers.svelte';
import { hrefOf, storePages } from '../../lib/state/router.svelte';
import type { Tomo } from '../../lib/state/tomo.svelte';
import { clearable, mayChange, openTerminal } from '../containers/actions';
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
  const shells = tomo.containers.rows
    .filter((row) => isRunning(row) && mayChange(tomo, row))
    .map((row): Entry => ({
      id: `terminal:${rowKey(row)}`,
      group: 'Commands',
      title: `Open terminal: ${row.container.name}`,
      detail: tomo.fleet.row(row.container.server_id)?.server.name ?? '',
      icon: SquareTerminal,
      onlyWhenTyped: true,
      run: () => openTerminal(tomo, row),
    }));
  const clearing = clearable(tomo).map((server): Entry => ({
    id: `clear_out:${server}`,
    group: 'Commands',
    title: `Clear out stopped containers of ${tomo.fleet.row(server)?.server.name ?? 'a server'}…`,
    icon: Trash2,
    onlyWhenTyped: true,
    run: () => tomo.dialogs.open({ kind: 'clear_out', server }),
  }));
  return [...rows, ...shells, ...pages, ...clearing];
}
