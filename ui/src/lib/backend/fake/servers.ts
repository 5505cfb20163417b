import { ApiError } from '../backend';
import type { ServerRow, TestReport } from '../generated';
import { history, point, sample, sparklines } from './figures';
import { hostKey, isoAt, knownHost, rowOf } from './machines';
import type { Part, World } from './world';

/** Servers, their figures, their host keys, and collection. */
export function servers(
  world: World,
): Part<'fleet' | 'server' | 'key' | 'host_key' | 'collection' | 'window'> {
  const trusted = new Set<string>();
  const rowAt = (id: string): ServerRow => {
    const row = world.rows.find((one) => one.server.id === id);
    if (!row) throw new ApiError('not_found', 'This server is not there any more', '');
    return row;
  };
  const testServer = (host: string, port: number): TestReport => {
    const known =
      trusted.has(`${host}:${port}`) ||
      world.rows.some((row) => row.server.host === host && row.figures);
    const refused = host.endsWith('.invalid');
    return {
      steps: [
        { step: 'resolve', outcome: refused ? 'failed' : 'passed', detail: '203.0.113.24' },
        { step: 'connect', outcome: refused ? 'not_reached' : 'passed', detail: '31 ms' },
        {
          step: 'host_key',
          outcome: refused ? 'not_reached' : known ? 'passed' : 'failed',
          detail: null,
        },
        { step: 'authenticate', outcome: known ? 'passed' : 'not_reached', detail: null },
        { step: 'command', outcome: known ? 'passed' : 'not_reached', detail: null },
      ],
      failure: refused
        ? {
            step: 'resolve',
            message: `the name ${host} is not known`,
            hint: 'Look for a typing mistake, or give the IP address.',
          }
        : null,
      host_key: refused
        ? null
        : known
          ? { verdict: 'matches' }
          : { verdict: 'unknown', presented: hostKey(`${host}:${port}`) },
      system_info: known ? (world.rows[0]?.server.system_info ?? null) : null,
    };
  };

  return {
    'fleet.get': () => ({
      servers: world.rows,
      sparklines: sparklines(world.rows, world.now()),
      thresholds: {
        cpu: { warning: 85, critical: 95 },
        memory: { warning: 80, critical: 90 },
        disk: { warning: 85, critical: 95 },
      },
      collection: world.collection,
    }),
    'server.details': ({ id }) => {
      const row = rowAt(id);
      const local = row.server.auth_type === 'local';
      return {
        row,
        sample: sample(row),
        known_host: local ? null : knownHost(world.now(), row.server.host, row.server.port),
        trusted_by_name: local ? null : 'ana',
        key_algorithm: row.server.auth_type === 'key' ? 'ssh-ed25519' : null,
        has_credential: !local,
        cost: row.figures
          ? {
              remote_cpu_ms: 2.2,
              remote_cpu_percent: 0.1,
              round_trip_ms: 3.1,
              received_bytes: 5120,
              samples: 41_220,
              sign_ins: 3,
            }
          : null,
      };
    },
    'server.live': ({ id }) => {
      const row = rowAt(id);
      const now = world.now();
      const count = row.figures ? 900 : 0;
      return {
        points: Array.from({ length: count }, (_, at) => point(row, now - (count - at) * 2000)),
      };
    },
    'server.history': ({ id, range }) => history(rowAt(id), range, world.now()),
    'server.parse_address': ({ text }) => {
      const port = /-p\s*(\d+)|:(\d+)$/.exec(text);
      const place = text.replace(/^ssh\s+|-p\s*\d+\s*|:\d+$/g, '').trim();
      const [username, host] = place.includes('@') ? place.split('@') : [null, place];
      if (!host) {
        throw new ApiError('invalid', 'This is no address', 'Write it as user@host.');
      }
      return {
        host,
        port: port ? Number(port[1] ?? port[2]) : null,
        username: username ?? null,
        key_path: null,
      };
    },
    'server.ssh_config_hosts': () => world.options.sshHosts ?? [],
    'server.add': ({ server, connect }) => {
      if (world.rows.some((row) => row.server.name === server.name)) {
        throw new ApiError(
          'duplicate',
          `There is a server named ${server.name} already`,
          'Choose another name.',
        );
      }
      const row = rowOf(world.now(), {
        name: server.name,
        host: server.host,
        port: server.port,
        username: server.username,
        auth: server.auth_type,
        system: 'debian',
      });
      const added: ServerRow =
        connect === false
          ? {
              ...row,
              server: { ...row.server, enabled: false },
              connection: { state: 'disconnected' },
              health: { state: 'off', reason: null },
              figures: null,
            }
          : row;
      world.rows = [...world.rows, added];
      world.push({ kind: 'fleet_changed' });
      return added;
    },
    'server.edit': ({ id, server }) => {
      const row = rowAt(id);
      const edited = { ...row, server: { ...row.server, ...server } };
      world.rows = world.rows.map((one) => (one === row ? edited : one));
      world.push({ kind: 'fleet_changed' });
      return edited;
    },
    'server.remove': ({ id }) => {
      const row = rowAt(id);
      world.rows = world.rows.filter((one) => one !== row);
      world.push({ kind: 'fleet_changed' });
      return null;
    },
    'server.test': ({ server }) => testServer(server.host, server.port),
    'server.connect': ({ id }) => {
      rowAt(id);
      world.change(id, {
        connection: { state: 'connecting' },
        health: { state: 'connecting', reason: null },
      });
      return null;
    },
    'server.disconnect': ({ id }) => {
      const { server } = rowAt(id);
      world.change(id, {
        server: { ...server, enabled: false },
        connection: { state: 'disconnected' },
        health: { state: 'off', reason: null },
      });
      return null;
    },
    'key.inspect': () => ({
      algorithm: 'ssh-ed25519',
      encrypted: false,
      opens: true,
      fingerprint: hostKey('key').fingerprint,
    }),
    'key.choose': () => '~/.ssh/id_ed25519',
    'host_key.trust': ({ host, port }) => {
      trusted.add(`${host}:${port}`);
      const row = world.rows.find((one) => one.server.host === host);
      if (row) {
        world.change(row.server.id, {
          connection: { state: 'connecting' },
          health: { state: 'connecting', reason: null },
        });
      }
      return knownHost(world.now(), host, port);
    },
    'host_key.replace': ({ id }) => {
      const { server } = rowAt(id);
      world.change(id, {
        connection: { state: 'connecting' },
        health: { state: 'connecting', reason: null },
      });
      return knownHost(world.now(), server.host, server.port);
    },
    'collection.pause': ({ until }) => {
      world.collection = { ...world.collection, paused: true, paused_until: until ?? null };
      world.rows = world.rows.map((row) => ({
        ...row,
        connection: { state: 'paused' },
        health: { state: 'off', reason: null },
      }));
      world.push({ kind: 'fleet_changed' });
      return world.collection;
    },
    'collection.resume': () => {
      world.collection = { ...world.collection, paused: false, paused_until: null };
      world.rows = world.rows.map((row) => ({
        ...row,
        connection: { state: 'connected', since: isoAt(world.now()) },
        health: { state: 'fine', reason: null },
      }));
      world.push({ kind: 'fleet_changed' });
      return world.collection;
    },
    'window.watch': ({ id }) => {
      world.watched = id ?? null;
      return null;
    },
  };
}
