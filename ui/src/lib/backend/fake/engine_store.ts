import type {
  Image,
  Network,
  PruneItem,
  PruneKind,
  RemovalResult,
  UsedBy,
  Volume,
} from '../generated';
import { isoAt } from './machines';
import type { Part, World } from './world';

const MB = 1024 ** 2;
const engine = '/var/run/docker.sock';

/** Images, volumes and networks that the containers of the stand-in make likely. */
export function engineStore(world: World): Part<'image' | 'volume' | 'network' | 'prune'> {
  const gone = new Set<string>();
  const now = world.now();
  const servers = () =>
    world.containers.engines.flatMap(({ server_id, status }) =>
      status.state === 'ready' ? [server_id] : [],
    );
  const usersOf = (server: string, fits: (row: World['containers']['rows'][number]) => boolean) =>
    world.containers.rows
      .filter((row) => row.container.server_id === server && fits(row))
      .map(({ container }): UsedBy => ({
        container: { server_id: server, container_id: container.id },
        name: container.name,
        is_running: container.state === 'running',
      }));

  /** What is missing to as many as are wanted, made by their place. */
  const more = <T>(have: number, of: (at: number) => T): T[] => {
    const share = Math.ceil((world.options.things ?? 0) / Math.max(1, servers().length));
    return Array.from({ length: Math.max(0, share - have) }, (_, at) => of(at));
  };

  const images = (server: string): Image[] => {
    const own = world.containers.rows.filter(({ container }) => container.server_id === server);
    const used = [...new Set(own.map(({ container }) => container.image))].map(
      (image, at): Image => ({
        server_id: server,
        engine,
        id: own.find(({ container }) => container.image === image)?.container.image_id ?? image,
        tags: [image],
        digests: [],
        created_at: isoAt(now, (at + 1) * 9 * 86_400),
        size_bytes: (80 + ((at * 97) % 900)) * MB,
        shared_bytes: (at * 13) % 2 === 0 ? 40 * MB : null,
        used_by: usersOf(server, ({ container }) => container.image === image),
      }),
    );
    const idle = (name: string, tags: string[], size: number): Image => ({
      server_id: server,
      engine,
      id: `sha256:${[...server].length}${name}`.padEnd(71, '0'),
      tags,
      digests: [],
      created_at: isoAt(now, 120 * 86_400),
      size_bytes: size * MB,
      shared_bytes: null,
      used_by: [],
    });
    const all = [...used, idle('a1', ['postgres:15.8'], 412), idle('b2', [], 187)];
    const others = more(all.length, (at) =>
      idle(`c${at.toString(16)}f`, [`registry.lan:5000/builds/worker:${at}`], 20 + (at % 400)),
    );
    return [...all, ...others].filter(({ id }) => !gone.has(`${server}/${id}`));
  };
  const volumes = (server: string): Volume[] => {
    const own = world.containers.rows.filter(
      ({ container }) => container.server_id === server && container.service === 'database',
    );
    const named = own.map(({ container }, at): Volume => ({
      server_id: server,
      engine,
      name: `${container.project}_database`,
      driver: 'local',
      mountpoint: `/var/lib/docker/volumes/${container.project}_database/_data`,
      project: container.project,
      is_anonymous: false,
      created_at: isoAt(now, 200 * 86_400),
      size_bytes: (at + 1) * 812 * MB,
      used_by: usersOf(server, (row) => row.container.id === container.id),
    }));
    const lost = (name: string, is_anonymous: boolean, size: number | null): Volume => ({
      server_id: server,
      engine,
      name,
      driver: 'local',
      mountpoint: `/var/lib/docker/volumes/${name}/_data`,
      project: null,
      is_anonymous,
      created_at: isoAt(now, 90 * 86_400),
      size_bytes: size,
      used_by: [],
    });
    const all = [
      ...named,
      lost('4f1c9e'.repeat(10).padEnd(64, '0'), true, 24 * MB),
      lost('old_wiki_data', false, null),
    ];
    const others = more(all.length, (at) => lost(`build_cache_${at}`, false, (at % 90) * MB));
    return [...all, ...others].filter(({ name }) => !gone.has(`${server}/${name}`));
  };
  const networks = (server: string): Network[] => {
    const names = new Set(
      world.containers.rows
        .filter(({ container }) => container.server_id === server)
        .map(({ container }) => container.project),
    );
    const made = (name: string, is_builtin: boolean, project: string | null, at: number) => ({
      server_id: server,
      engine,
      id: `${name}`.padEnd(64, '0'),
      name,
      driver: name === 'host' ? 'host' : 'bridge',
      subnets: name === 'host' ? [] : [`172.${17 + at}.0.0/16`],
      is_internal: false,
      is_builtin,
      project,
      created_at: isoAt(now, 200 * 86_400),
      used_by: project ? usersOf(server, ({ container }) => container.project === project) : [],
    });
    const all = [
      made('bridge', true, null, 0),
      made('host', true, null, 0),
      ...[...names].flatMap((name, at) =>
        name ? [made(`${name}_default`, false, name, at + 1)] : [],
      ),
      made('old_wiki_default', false, null, 9),
    ];
    const others = more(all.length, (at) => made(`review_${at}`, false, null, at % 200));
    return [...all, ...others].filter(({ id }) => !gone.has(`${server}/${id}`));
  };
  const onServers = <T>(server: string | null, of: (id: string) => T[]): T[] =>
    (server ? [server] : servers()).flatMap(of);

  const items = (server: string, kind: PruneKind): PruneItem[] => {
    switch (kind) {
      case 'containers':
        return world.containers.rows
          .filter(({ container }) => container.server_id === server && container.state === 'exited')
          .map(({ container }) => ({
            engine,
            id: container.id,
            name: container.name,
            bytes: null,
          }));
      case 'dangling_images':
      case 'unused_images':
        return images(server)
          .filter(
            ({ used_by, tags }) =>
              used_by.length === 0 && (kind === 'unused_images' || tags.length === 0),
          )
          .map(({ id, tags, size_bytes }) => ({
            engine,
            id,
            name: tags[0] ?? id.slice(7, 19),
            bytes: size_bytes,
          }));
      case 'anonymous_volumes':
      case 'unused_volumes':
        return volumes(server)
          .filter(
            ({ used_by, is_anonymous }) =>
              used_by.length === 0 && (kind === 'unused_volumes' || is_anonymous),
          )
          .map(({ name, size_bytes }) => ({ engine, id: name, name, bytes: size_bytes }));
      case 'unused_networks':
        return networks(server)
          .filter(({ used_by, is_builtin }) => used_by.length === 0 && !is_builtin)
          .map(({ id, name }) => ({ engine, id, name, bytes: null }));
    }
  };
  const remove = (
    server: string,
    ids: readonly string[],
    known: readonly { id: string; name: string; used_by: readonly UsedBy[] }[],
  ): RemovalResult[] =>
    ids.map((id) => {
      const one = known.find((thing) => thing.id === id);
      if (!one) return { id, name: id, error: 'It is not there any more' };
      const [user] = one.used_by;
      if (user) return { id, name: one.name, error: `${user.name} uses it` };
      gone.add(`${server}/${id}`);
      return { id, name: one.name, error: null };
    });

  const imageNames = (server: string) =>
    images(server).map((image) => ({ ...image, name: image.tags[0] ?? image.id.slice(7, 19) }));
  const volumeIds = (server: string) =>
    volumes(server).map((volume) => ({ ...volume, id: volume.name }));

  return {
    'image.list': ({ server_id }) => onServers(server_id, images),
    'image.remove': ({ server_id, ids }) => remove(server_id, ids, imageNames(server_id)),
    'volume.list': ({ server_id }) => onServers(server_id, volumes),
    'volume.remove': ({ server_id, ids }) => remove(server_id, ids, volumeIds(server_id)),
    'network.list': ({ server_id }) => onServers(server_id, networks),
    'network.remove': ({ server_id, ids }) => remove(server_id, ids, networks(server_id)),
    'prune.preview': ({ server_id, kind }) => {
      const all = items(server_id, kind);
      const measured = all.flatMap(({ bytes }) => (bytes === null ? [] : [bytes]));
      return {
        server_id,
        kind,
        items: all,
        bytes: measured.length > 0 ? measured.reduce((sum, bytes) => sum + bytes, 0) : null,
      };
    },
    'prune.run': ({ server_id, kind, ids }) => {
      if (kind === 'containers') {
        const refs = ids.map((container_id) => ({ server_id, container_id }));
        const results = refs.map((ref) => ({
          id: ref.container_id,
          name: world.containers.at(ref)?.container.name ?? ref.container_id.slice(0, 12),
          error: null,
        }));
        world.containers.drop(...refs);
        return results;
      }
      const known = kind.endsWith('images')
        ? imageNames(server_id)
        : kind.endsWith('volumes')
          ? volumeIds(server_id)
          : networks(server_id);
      return remove(server_id, ids, known);
    },
  };
}
