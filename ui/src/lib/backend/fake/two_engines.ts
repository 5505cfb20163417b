import type { ContainerRow, EngineStatus, ServerEngine, ServerRow } from '../generated';
import { containerRow } from './container_scene';
import { engineInfo } from './engine_scene';
import { isoAt } from './machines';
import type { TwoEngines } from './world';

export const dockerSocket = '/var/run/docker.sock';
export const podmanSocket = '/run/podman/podman.sock';

/** What Podman has beside Docker; a project of the same name is another one. */
function ofPodman(now: number, server: string): ContainerRow[] {
  const row = (name: string, change: Parameters<typeof containerRow>[3], cpu: number) =>
    containerRow(
      now,
      server,
      name,
      { engine: podmanSocket, series: `podman/${name}`, ...change },
      { cpu, memory: 140, rx: 900, tx: 400 },
    );
  const backup = { project: 'backup', service: 'rclone' };
  return [
    row('backup_rclone_1', { ...backup, image: 'docker.io/rclone/rclone:1.68' }, 2.5),
    row('freshrss', { image: 'docker.io/freshrss/freshrss:1.25' }, 0.6),
    row(
      'old_import',
      {
        image: 'docker.io/library/python:3.13',
        state: 'exited',
        exit_code: 0,
        finished_at: isoAt(now, 3 * 86_400),
      },
      0,
    ),
  ];
}

function lost(now: number, socket: string, kind: string): EngineStatus {
  return {
    state: 'trouble',
    trouble: {
      obstacle: 'lost',
      socket,
      message: `${kind} does not answer any more`,
      hint: 'What you see of it is from before; it goes on when it answers.',
      command: null,
      grants: null,
    },
    since: isoAt(now, 400),
  };
}

/** Puts Podman beside Docker on one server. */
export function withTwoEngines(
  now: number,
  servers: readonly ServerRow[],
  how: TwoEngines,
  scene: { rows: ContainerRow[]; engines: ServerEngine[] },
): void {
  const id = servers.find(({ server }) => server.name === 'nas')?.server.id;
  if (id === undefined) return;
  const ready = (kind: 'docker' | 'podman'): EngineStatus => ({
    state: 'ready',
    info: {
      ...engineInfo(kind),
      socket: kind === 'docker' ? dockerSocket : podmanSocket,
      access: how === `${kind}_read_only` ? 'read_only' : 'full',
    },
    since: isoAt(now, 3600),
  });
  const docker = how === 'docker_lost' ? lost(now, dockerSocket, 'Docker') : ready('docker');
  const podman = how === 'podman_lost' ? lost(now, podmanSocket, 'Podman') : ready('podman');
  // The first is the first that answers.
  const engine: ServerEngine =
    how === 'docker_lost'
      ? { server_id: id, status: podman, others: [{ socket: dockerSocket, status: docker }] }
      : { server_id: id, status: docker, others: [{ socket: podmanSocket, status: podman }] };
  scene.engines = scene.engines.map((one) => (one.server_id === id ? engine : one));
  scene.rows = [...scene.rows, ...ofPodman(now, id)];
}
