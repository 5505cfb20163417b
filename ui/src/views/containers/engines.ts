import type { Mark } from '../../components/StateMark.svelte';
import { ApiError } from '../../lib/backend/backend';
import type {
  EngineObstacle,
  EngineStatus,
  ServerEngine,
  ServerId,
} from '../../lib/backend/generated';
import type { Tomo } from '../../lib/state/tomo.svelte';

/** The shape of what is in the way of an engine. */
export const obstacleMarks: Record<EngineObstacle, Mark> = {
  absent: 'unknown',
  down: 'down',
  forbidden: 'critical',
  not_a_socket: 'critical',
  too_old: 'warning',
  lost: 'stale',
};

/** What is in the way, as a title over the sentences that explain it. */
export const obstacleTitles: Record<EngineObstacle, string> = {
  absent: 'No Docker or Podman',
  down: 'The engine does not run',
  forbidden: 'Not allowed to use the engine',
  not_a_socket: 'No socket where one should be',
  too_old: 'The engine is too old',
  lost: 'The engine does not answer',
};

/** Why the containers of a server are not counted. */
export function whyUncounted(status: EngineStatus | undefined): string {
  if (status?.state === 'looking') return 'Asking for containers';
  if (status?.state === 'trouble') return obstacleTitles[status.trouble.obstacle];
  return 'No Docker or Podman was found';
}

/** Where each engine of a server stands, the first one first. */
export function statusesOf({ status, others }: ServerEngine): EngineStatus[] {
  return [status, ...others.map((other) => other.status)];
}

/** Which engine something belongs to, where its server has several. */
export function engineWord(engine: ServerEngine | undefined, socket: string): string {
  if (!engine || engine.others.length === 0) return '';
  const infos = statusesOf(engine).flatMap((one) => (one.state === 'ready' ? [one.info] : []));
  const own = infos.find((info) => info.socket === socket);
  if (!own) return socket;
  const kind = own.kind === 'podman' ? 'Podman' : 'Docker';
  const same = infos.filter((info) => info.kind === own.kind);
  if (same.length === 1) return kind;
  if (same.every((info) => info === own || info.rootless !== own.rootless))
    return own.rootless ? `${kind}, rootless` : kind;
  return `${kind}, ${socket}`;
}

/** Asks a server for its engine now. */
export async function lookAgain(tomo: Tomo, id: ServerId): Promise<void> {
  try {
    tomo.containers.setEngine(await tomo.backend.call('container.look', { id }));
  } catch (thrown) {
    const name = tomo.fleet.row(id)?.server.name ?? 'The server';
    tomo.toasts.fail(`${name} was not asked`, ApiError.from(thrown));
  }
}
