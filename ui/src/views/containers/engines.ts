import type { Mark } from '../../components/StateMark.svelte';
import { ApiError } from '../../lib/backend/backend';
import type {
  EngineInfo,
  EngineObstacle,
  EngineStatus,
  ServerEngine,
  ServerId,
} from '../../lib/backend/generated';
import { listed } from '../../lib/format';
import { placesOf } from '../../lib/state/engines';
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

type Told = Pick<EngineInfo, 'kind' | 'rootless'>;

/** What an engine is; of one that does not answer, what its path says. */
function toldOf(status: EngineStatus, socket: string): Told | null {
  if (status.state === 'ready') return status.info;
  const kind = /(?:^|[/\\])(docker|podman)(?:\.sock|_engine)?$/.exec(socket)?.[1];
  if (!kind) return null;
  return { kind: kind as Told['kind'], rootless: /^\/run\/user\/[1-9]|^\/home\//.test(socket) };
}

/** Which engine something belongs to, where its server has several. */
export function engineWord(engine: ServerEngine | undefined, socket: string): string {
  if (!engine || engine.others.length === 0) return '';
  const places = placesOf(engine).flatMap((place) => {
    const told = place.socket === null ? null : toldOf(place.status, place.socket);
    return told ? [{ socket: place.socket, ...told }] : [];
  });
  const own = places.find((place) => place.socket === socket);
  if (!own) return socket;
  const kind = own.kind === 'podman' ? 'Podman' : 'Docker';
  const same = places.filter((place) => place.kind === own.kind);
  if (same.length === 1) return kind;
  if (same.every((place) => place === own || place.rootless !== own.rootless))
    return own.rootless ? `${kind}, rootless` : kind;
  return `${kind}, ${socket}`;
}

/** `nas`, or `Podman on nas` where that has several engines. */
export function engineOn(tomo: Tomo, server: ServerId, socket: string | null): string {
  const name = tomo.fleet.row(server)?.server.name ?? 'a server that is gone';
  const word = socket === null ? '' : engineWord(tomo.containers.engine(server), socket);
  return word ? `${word} on ${name}` : name;
}

/** The engines that things on a server belong to: `Docker and Podman`; nothing where it has one. */
export function engineWords(engine: ServerEngine | undefined, sockets: Iterable<string>): string {
  const words = [...new Set(sockets)].map((socket) => engineWord(engine, socket)).filter(Boolean);
  return listed(words.sort());
}

/** What is not counted of a server, and why, while others of its engines answer. */
export function uncountedBeside(engine: ServerEngine | undefined): string[] {
  if (!engine || engine.others.length === 0) return [];
  return placesOf(engine).flatMap(({ socket, status }) =>
    status.state === 'ready' || socket === null
      ? []
      : [`Without ${engineWord(engine, socket)}: ${lowered(whyUncounted(status))}`],
  );
}

function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
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
