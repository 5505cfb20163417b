import type {
  EngineInfo,
  EngineStatus,
  EngineTrouble,
  ServerEngine,
  ServerRow,
} from '../generated';
import { isoAt } from './machines';

const MB = 1024 ** 2;

export function engineInfo(kind: EngineInfo['kind'] = 'docker'): EngineInfo {
  return {
    kind,
    version: kind === 'docker' ? '27.3.1' : '5.2.5',
    api_version: '1.47',
    socket: '/var/run/docker.sock',
    via: 'streamlocal',
    access: 'full',
    rootless: false,
    cgroup_version: 2,
    root_dir: '/var/lib/docker',
    os: 'Debian GNU/Linux 12 (bookworm)',
    architecture: 'x86_64',
    cpus: 8,
    memory_bytes: 16 * 1024 * MB,
  };
}

const absent: EngineTrouble = {
  obstacle: 'absent',
  socket: null,
  message: 'There is no Docker or Podman here',
  hint: 'Containers appear once a socket of one is found.',
  command: null,
  grants: null,
};

/** One of each thing that can be in the way. */
export const troubles: readonly EngineTrouble[] = [
  {
    obstacle: 'forbidden',
    socket: '/var/run/docker.sock',
    message: 'User admin may not open /var/run/docker.sock',
    hint: 'This would allow it; sign in anew afterwards.',
    command: 'sudo usermod -aG docker admin',
    grants: 'It makes admin as powerful as root',
  },
  {
    obstacle: 'down',
    socket: '/var/run/docker.sock',
    message: 'Docker is installed and does not run',
    hint: 'Start it there.',
    command: 'sudo systemctl start docker',
    grants: null,
  },
  {
    obstacle: 'not_a_socket',
    socket: '/var/run/docker.sock',
    message: '/var/run/docker.sock is a directory',
    hint: 'A container that mounted it before Docker started makes one. Remove it and restart Docker.',
    command: null,
    grants: null,
  },
  {
    obstacle: 'too_old',
    socket: '/var/run/docker.sock',
    message: 'Docker 1.13 speaks API 1.26, and Tomo needs 1.40',
    hint: 'Update Docker on this host.',
    command: null,
    grants: null,
  },
];

/** Where each server's engine stands: as pictured, or in every way that it can be missing. */
export function enginesOf(
  now: number,
  servers: readonly ServerRow[],
  troubled: boolean,
): ServerEngine[] {
  const trouble = (one: EngineTrouble): EngineStatus => ({
    state: 'trouble',
    trouble: one,
    since: isoAt(now, 400),
  });
  let next = 0;
  return servers.map(({ server, connection }) => {
    const ready: EngineStatus = {
      state: 'ready',
      info: engineInfo(server.auth_type === 'local' ? 'podman' : 'docker'),
      since: isoAt(now, 3600),
    };
    let status: EngineStatus = ready;
    if (connection.state === 'connecting') status = { state: 'looking' };
    else if (server.name === 'gateway') status = trouble(absent);
    else if (connection.state !== 'connected') {
      status = trouble({
        obstacle: 'lost',
        socket: '/var/run/docker.sock',
        message: 'The connection is gone',
        hint: 'What you see is from before; it goes on when the server is back.',
        command: null,
        grants: null,
      });
    } else if (troubled && server.auth_type !== 'local' && next < troubles.length) {
      const one = troubles[next++];
      if (one) status = trouble(one);
    }
    return { server_id: server.id, status, others: [] };
  });
}
