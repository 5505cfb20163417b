import Box from '@lucide/svelte/icons/box';
import CirclePlay from '@lucide/svelte/icons/play';
import Copy from '@lucide/svelte/icons/copy';
import FileText from '@lucide/svelte/icons/rows-3';
import Gauge from '@lucide/svelte/icons/gauge';
import Pause from '@lucide/svelte/icons/pause';
import Pencil from '@lucide/svelte/icons/pencil';
import RotateCw from '@lucide/svelte/icons/rotate-cw';
import Square from '@lucide/svelte/icons/square';
import SquareTerminal from '@lucide/svelte/icons/square-terminal';
import Trash2 from '@lucide/svelte/icons/trash-2';
import Zap from '@lucide/svelte/icons/zap';
import type { MenuItem } from '../../components/Menu.svelte';
import type { ContainerRow, ServerId } from '../../lib/backend/generated';
import { isRunning, isUp, refOf } from '../../lib/state/containers.svelte';
import { terminals } from '../../lib/state/terminals.svelte';
import type { Tomo } from '../../lib/state/tomo.svelte';
import type { Acting } from './acting.svelte';

/** The panes of the page that a row opens. */
export interface Panes {
  inspect: (row: ContainerRow) => void;
  logs: (rows: readonly ContainerRow[]) => void;
  terminal: (row: ContainerRow) => void;
}

/** Whether the one who is signed in may change it, and its engine lets itself be told. */
export function mayChange(tomo: Tomo, { container }: ContainerRow): boolean {
  const { server_id, engine } = container;
  return tomo.status.may('container.act') && tomo.containers.isChangeable(server_id, engine);
}

/** The servers on which containers stand that could be cleared out. */
export function clearable(tomo: Tomo): ServerId[] {
  if (!tomo.status.may('prune.run')) return [];
  const idle = tomo.containers.rows.filter(
    ({ container }) =>
      ['exited', 'created', 'dead'].includes(container.state) &&
      tomo.containers.isChangeable(container.server_id, container.engine),
  );
  return [...new Set(idle.map(({ container }) => container.server_id))];
}

/** Opens a shell in a container, beside the others of the window. */
export function openTerminal(tomo: Tomo, { container }: ContainerRow): void {
  const where = tomo.fleet.row(container.server_id)?.server.name ?? '';
  terminals.open(
    { kind: 'container', container: refOf(container), command: [], user: null },
    `${container.service ?? container.name} on ${where}`,
  );
}

async function copy(tomo: Tomo, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    tomo.toasts.show({ tone: 'critical', title: 'The clipboard is not available', text });
  }
}

/** What can be done with a container by the one who is signed in. */
export function containerActions(
  tomo: Tomo,
  acting: Acting,
  panes: Panes,
  row: ContainerRow,
): MenuItem[] {
  const { container } = row;
  const runs = isUp(row);
  const paused = container.state === 'paused';
  const items: MenuItem[] = [
    { label: 'Open', icon: Box, keys: 'Enter', onselect: () => panes.inspect(row) },
    { label: 'Logs', icon: FileText, keys: 'L', onselect: () => panes.logs([row]) },
  ];
  const may = mayChange(tomo, row);
  if (may) {
    items.push({
      label: 'Terminal',
      icon: SquareTerminal,
      keys: 'T',
      disabled: !isRunning(row),
      onselect: () => panes.terminal(row),
    });
  }
  items.push({ label: 'Copy id', icon: Copy, onselect: () => void copy(tomo, container.id) });
  if (!may) return items;
  const begin = (action: Parameters<Acting['begin']>[0]) => () => acting.begin(action, [row]);
  items.push('rule');
  if (paused) items.push({ label: 'Unpause', icon: CirclePlay, onselect: begin('unpause') });
  else if (!runs) items.push({ label: 'Start', icon: CirclePlay, onselect: begin('start') });
  if (runs || paused) {
    items.push(
      { label: 'Restart…', icon: RotateCw, keys: 'R', onselect: begin('restart') },
      { label: 'Stop…', icon: Square, onselect: begin('stop') },
    );
  }
  if (isRunning(row)) items.push({ label: 'Pause', icon: Pause, onselect: begin('pause') });
  if (runs || paused) items.push({ label: 'Kill…', icon: Zap, onselect: begin('kill') });
  items.push(
    'rule',
    {
      label: 'Limits and restarts…',
      icon: Gauge,
      onselect: () => acting.ask({ kind: 'limits', row }),
    },
    { label: 'Rename…', icon: Pencil, onselect: () => acting.ask({ kind: 'rename', row }) },
    {
      label: 'Remove…',
      icon: Trash2,
      keys: 'Delete',
      danger: true,
      onselect: () => acting.ask({ kind: 'remove', rows: [row] }),
    },
  );
  return items;
}
