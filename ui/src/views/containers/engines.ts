import type { Mark } from '../../components/StateMark.svelte';
import { ApiError } from '../../lib/backend/backend';
import type { EngineObstacle, EngineStatus, ServerId } from '../../lib/backend/generated';
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

/** Asks a server for its engine now. */
export async function lookAgain(tomo: Tomo, id: ServerId): Promise<void> {
  try {
    tomo.containers.setEngine(await tomo.backend.call('container.look', { id }));
  } catch (thrown) {
    const name = tomo.fleet.row(id)?.server.name ?? 'The server';
    tomo.toasts.fail(`${name} was not asked`, ApiError.from(thrown));
  }
}
