import type { InstalledApp } from '../generated';
import type { World } from './world';

const MB = 1024 ** 2;

/** Where a browser finds what listens at a port. */
export function pageAt(port: number): { port: number; url: string } {
  return { port, url: `http://192.168.1.20:${port}/` };
}

/** The id of a server by its name. */
export function serverOf(world: World, name: string): string {
  return world.rows.find(({ server }) => server.name === name)?.server.id ?? '';
}

/** An app, the server that it is on, and how it is. */
type Sample = Partial<InstalledApp> & { app: string; on: string };

const counts = (running: number, total: number, unhealthy = 0) => ({ total, running, unhealthy });

/** Apps in the states that an app may be in, of which nothing but the list says more. */
export function samples(): Sample[] {
  const unmeasured = { cpu_percent: null, memory_bytes: null };
  return [
    {
      app: 'tomo/immich',
      on: 'docker-1',
      cpu_percent: 58,
      memory_bytes: 3236 * MB,
      page: pageAt(2283),
      containers: counts(5, 5),
    },
    {
      app: 'tomo/jellyfin',
      on: 'media',
      project: 'media',
      state: 'unhealthy',
      is_troubled: true,
      cpu_percent: 171,
      memory_bytes: 1147 * MB,
      page: pageAt(8096),
      containers: counts(8, 8, 1),
    },
    {
      app: 'tomo/paperless-ngx',
      on: 'nas',
      project: 'paperless',
      state: '1 of 4 ended',
      is_troubled: true,
      cpu_percent: 1.4,
      memory_bytes: 422 * MB,
      page: pageAt(8000),
      containers: counts(3, 4),
    },
    {
      app: 'tomo/home-assistant',
      on: 'attic-pi',
      project: 'attic',
      state: null,
      containers: null,
      ...unmeasured,
      page: pageAt(8123),
    },
    {
      app: 'tomo/forgejo',
      on: 'docker-1',
      status: 'stopped',
      state: 'stopped',
      ...unmeasured,
      page: pageAt(3001),
      containers: counts(0, 1),
    },
  ];
}
