import { ApiError } from '../../lib/backend/backend';
import type { ServerInput } from '../../lib/backend/generated';
import { counted } from '../../lib/format';
import type { Tomo } from '../../lib/state/tomo.svelte';

/** Asks for a file and writes the list of servers to it. */
export async function exportServers(tomo: Tomo): Promise<void> {
  try {
    const path = await tomo.backend.call('file.choose', { purpose: 'save_server_list' });
    if (path === null) return;
    const { rows, path: written } = await tomo.backend.call('server_list.export', { path });
    tomo.toasts.show({ tone: 'done', title: `${counted(rows, 'server')} written`, text: written });
  } catch (thrown) {
    tomo.toasts.fail('The list of servers was not exported', ApiError.from(thrown));
  }
}

/** Asks for a file, looks at what importing it would do, and shows that. */
export async function importServers(tomo: Tomo): Promise<void> {
  try {
    const path = await tomo.backend.call('file.choose', { purpose: 'open_server_list' });
    if (path === null) return;
    const preview = await tomo.backend.call('server_list.preview', { path });
    tomo.dialogs.open({ kind: 'import_servers', path, preview });
  } catch (thrown) {
    tomo.toasts.fail('The file cannot be imported', ApiError.from(thrown));
  }
}

const signIn: Record<ServerInput['auth_type'], string> = {
  password: 'password',
  key: 'key',
  agent: 'SSH agent',
  local: 'this computer',
};

/** `admin@192.168.1.30:2222`; the port only where it is not 22. */
export function addressText({ username, host, port }: ServerInput): string {
  const place = host.includes(':') ? `[${host}]` : host;
  return `${username}@${place}${port === 22 ? '' : `:${port}`}`;
}

export interface Difference {
  what: string;
  from: string;
  to: string;
}

/** What importing would change of a server. */
export function differencesOf(current: ServerInput, server: ServerInput): Difference[] {
  const pairs: Difference[] = [
    { what: 'Name', from: current.name, to: server.name },
    { what: 'Address', from: addressText(current), to: addressText(server) },
    { what: 'Sign-in', from: signIn[current.auth_type], to: signIn[server.auth_type] },
  ];
  return pairs.filter(({ from, to }) => from !== to);
}
