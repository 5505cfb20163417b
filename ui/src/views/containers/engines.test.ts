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
