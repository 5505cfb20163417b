import type { ServerId } from '../../lib/backend/generated';
import { isThere, statusesOf } from '../../lib/state/engines';
import type { Tomo } from '../../lib/state/tomo.svelte';

/** Servers that are connected and on which no engine was found; this computer is nobody's server. */
export function withoutEngine(tomo: Tomo): { id: ServerId; name: string }[] {
  return tomo.fleet.rows.flatMap(({ server, connection }) => {
    const engine = tomo.containers.engine(server.id);
    if (server.auth_type === 'local' || connection.state !== 'connected' || !engine) return [];
    const statuses = statusesOf(engine);
    const isNone = statuses.every(({ state }) => state === 'trouble') && !statuses.some(isThere);
    return isNone ? [{ id: server.id, name: server.name }] : [];
  });
}
