import { expect, test } from 'vitest';
import type { EngineInfo, ServerEngine } from '../../lib/backend/generated';
import { engineWord } from './engines';

const since = '2026-11-22T12:00:00Z';

function info(change: Partial<EngineInfo>): EngineInfo {
  return {
    kind: 'docker',
    version: '28.0.0',
    api_version: '1.48',
    socket: '/var/run/docker.sock',
    via: 'streamlocal',
    access: 'full',
    rootless: false,
    cgroup_version: 2,
    root_dir: null,
    os: null,
    architecture: null,
    cpus: null,
    memory_bytes: null,
    ...change,
  };
}

function several(...[first, ...others]: [EngineInfo, ...EngineInfo[]]): ServerEngine {
  return {
    server_id: 'nas',
    status: { state: 'ready', info: first, since },
    others: others.map((other) => ({
      socket: other.socket,
      status: { state: 'ready', info: other, since },
    })),
  };
}

// Nearly every server has one engine, and nobody needs to read which.
test('an engine is named only where there are several, and as short as tells them apart', () => {
  const docker = info({});
  const podman = info({ kind: 'podman', socket: '/run/podman/podman.sock' });
  const own = info({ socket: '/run/user/1000/docker.sock', rootless: true });
  expect(engineWord(several(docker), docker.socket)).toBe('');
  expect(engineWord(several(docker, podman), docker.socket)).toBe('Docker');
  expect(engineWord(several(docker, podman), podman.socket)).toBe('Podman');
  expect(engineWord(several(docker, own), own.socket)).toBe('Docker, rootless');
  expect(engineWord(several(docker, own), docker.socket)).toBe('Docker');
  expect(engineWord(several(docker, podman), '/gone.sock')).toBe('/gone.sock');
});

// The rows of an engine that is gone stay, and a path in each of them would be noise.
test('an engine that does not answer is still called by what it is', () => {
  const podman = info({ kind: 'podman', socket: '/run/podman/podman.sock' });
  const lost = (socket: string): ServerEngine['others'][number] => ({
    socket,
    status: {
      state: 'trouble',
      trouble: {
        obstacle: 'lost',
        socket,
        message: 'It does not answer',
        hint: '',
        command: null,
        grants: null,
      },
      since,
    },
  });
  const engine: ServerEngine = {
    ...several(podman),
    others: [lost('/var/run/docker.sock'), lost('/run/user/1000/docker.sock'), lost('/srv/d')],
  };
  expect(engineWord(engine, '/var/run/docker.sock')).toBe('Docker');
  expect(engineWord(engine, '/run/user/1000/docker.sock')).toBe('Docker, rootless');
  expect(engineWord(engine, '/srv/d')).toBe('/srv/d');
  expect(engineWord(engine, podman.socket)).toBe('Podman');
});
