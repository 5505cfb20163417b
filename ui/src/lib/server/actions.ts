import Copy from '@lucide/svelte/icons/copy';
import Pencil from '@lucide/svelte/icons/pencil';
import Plug from '@lucide/svelte/icons/plug';
import RotateCw from '@lucide/svelte/icons/rotate-cw';
import ServerIcon from '@lucide/svelte/icons/server';
import SquareTerminal from '@lucide/svelte/icons/square-terminal';
import KeyRound from '@lucide/svelte/icons/key-round';
import Trash2 from '@lucide/svelte/icons/trash-2';
import Unplug from '@lucide/svelte/icons/unplug';
import type { MenuItem } from '../../components/Menu.svelte';
import { ApiError } from '../backend/backend';
import type { ServerRow } from '../backend/generated';
import { serverRoute } from '../state/router.svelte';
import { terminals } from '../state/terminals.svelte';
import type { Tomo } from '../state/tomo.svelte';
import { addressOf } from './sentence';

/** Connects now, whatever the plan was; the row itself shows what becomes of it. */
export async function connect(tomo: Tomo, { server }: ServerRow): Promise<void> {
  try {
    await tomo.backend.call('server.connect', { id: server.id });
  } catch (thrown) {
    tomo.toasts.fail(`${server.name} was not connected`, ApiError.from(thrown));
  }
}

/** Leaves the server alone until somebody connects it again. */
export async function disconnect(tomo: Tomo, { server }: ServerRow): Promise<void> {
  try {
    await tomo.backend.call('server.disconnect', { id: server.id });
  } catch (thrown) {
    tomo.toasts.fail(`${server.name} was not disconnected`, ApiError.from(thrown));
  }
}

/** Whether the one who is signed in may have a shell there, whatever the connection does now. */
export function mayHaveShell(tomo: Tomo, { server }: ServerRow): boolean {
  return server.auth_type !== 'local' && tomo.status.may('terminal.open');
}

/** Opens a shell on a server that is connected; whether one can be opened. */
export function openShell(tomo: Tomo, row: ServerRow): boolean {
  if (!mayHaveShell(tomo, row) || row.connection.state !== 'connected') return false;
  terminals.open({ kind: 'server', server_id: row.server.id }, row.server.name);
  return true;
}

async function copy(tomo: Tomo, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    tomo.toasts.show({ tone: 'critical', title: 'The clipboard is not available', text });
  }
}

/** What can be done with a server by the one who is signed in. */
export function serverActions(tomo: Tomo, row: ServerRow): MenuItem[] {
  const { server, connection } = row;
  const local = server.auth_type === 'local';
  const waitsForKey =
    connection.state === 'host_key_unknown' || connection.state === 'host_key_changed';
  const items: MenuItem[] = [
    {
      label: 'Open',
      icon: ServerIcon,
      keys: 'Enter',
      onselect: () => tomo.router.go(serverRoute(server.id)),
    },
  ];
  if (local) return items;
  if (mayHaveShell(tomo, row)) {
    items.push({
      label: 'Open terminal',
      icon: SquareTerminal,
      keys: 'T',
      disabled: connection.state !== 'connected',
      onselect: () => void openShell(tomo, row),
    });
  }
  items.push({
    label: 'Copy address',
    icon: Copy,
    onselect: () => void copy(tomo, `${server.username}@${addressOf(server)}`),
  });
  if (waitsForKey && tomo.status.may('administer')) {
    items.push({
      label: connection.state === 'host_key_unknown' ? 'Check the host key…' : 'Compare the keys…',
      icon: KeyRound,
      onselect: () => tomo.dialogs.open({ kind: 'host_key', id: server.id }),
    });
  }
  if (tomo.status.may('operate')) {
    items.push('rule');
    if (connection.state === 'disconnected') {
      items.push({ label: 'Connect', icon: Plug, onselect: () => void connect(tomo, row) });
    } else {
      items.push(
        {
          label: connection.state === 'connected' ? 'Reconnect' : 'Retry now',
          icon: RotateCw,
          disabled: waitsForKey,
          onselect: () => void connect(tomo, row),
        },
        { label: 'Disconnect', icon: Unplug, onselect: () => void disconnect(tomo, row) },
      );
    }
  }
  if (tomo.status.may('administer')) {
    items.push(
      'rule',
      {
        label: 'Edit…',
        icon: Pencil,
        onselect: () => tomo.dialogs.open({ kind: 'edit_server', id: server.id }),
      },
      {
        label: 'Remove…',
        icon: Trash2,
        danger: true,
        onselect: () => tomo.dialogs.open({ kind: 'remove_server', id: server.id }),
      },
    );
  }
  return items;
}
