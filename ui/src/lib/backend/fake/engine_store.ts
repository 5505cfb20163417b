import type {
  Image,
  Network,
  PruneItem,
  PruneKind,
  RemovalResult,
  UsedBy,
  Volume,
} from '../generated';
import { statusesOf } from '../../state/engines';
import { isoAt } from './machines';
import type { Part, World } from './world';

const MB = 1024 ** 2;

/** An engine of a server. */
interface Place {
  server: string;
  engine: string;
}

/** Images, volumes and networks that the containers of the stand-in make likely. */
export function engineStore(world: World): Part<'image' | 'volume' | 'network' | 'prune'> {
  const gone = new Set<string>();
  const now = world.now();
  const places = (): Place[] =>
    world.containers.engines.flatMap((one) =>
      statusesOf(one).flatMap((status) =>
        status.state === 'ready' ? [{ server: one.server_id, engine: status.info.socket }] : [],
      ),
    );
  const rowsOf = ({ server, engine }: Place) =>
    world.containers.rows.filter(
      ({ container }) => container.server_id === server && container.engine === engine,
    );
  const usersOf = (place: Place, fits: (row: World['containers']['rows'][number]) => boolean) =>
    rowsOf(place)
      .filter(fits)
      .map(({ container }): UsedBy => ({
        container: { server_id: place.server, container_id: container.id },
        name: container.name,
        is_running: container.state === 'running',
      }));

  /** What is missing to as many as are wanted, made by their place. */
  const more = <T>(have: number, of: (at: number) => T): T[] => {
    const share = Math.ceil((world.options.things ?? 0) / Math.max(1, places().length));
    return Array.from({ length: Math.max(0, share - have) }, (_, at) => of(at));
  };

  const images = (place: Place): Image[] => {
    const { server, engine } = place;
    const own = rowsOf(place);
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
        used_by: usersOf(place, ({ container }) => container.image === image),
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
    return [...all, ...others].filter(({ id }) => !gone.has(`${server}/${engine}/${id}`));
  };
  const volumes = (place: Place): Volume[] => {
    const { server, engine } = place;
    const own = rowsOf(place).filter(({ container }) => container.service === 'database');
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
      used_by: usersOf(place, (row) => row.container.id === container.id),
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
    return [...all, ...others].filter(({ name }) => !gone.has(`${server}/${engine}/${name}`));
  };
  const networks = (place: Place): Network[] => {
    const { server, engine } = place;
    const names = new Set(rowsOf(place).map(({ container }) => container.project));
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
      used_by: project ? usersOf(place, ({ container }) => container.project === project) : [],
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
    return [...all, ...others].filter(({ id }) => !gone.has(`${server}/${engine}/${id}`));
  };
  const placesOn = (server: string | null) =>
    places().filter((place) => server === null || place.server === server);
  const everywhere = <T>(server: string | null, of: (place: Place) => T[]): T[] =>
    placesOn(server).flatMap(of);

  const items = (place: Place, kind: PruneKind): PruneItem[] => {
    const { engine } = place;
    switch (kind) {
      case 'containers':
        return rowsOf(place)
          .filter(({ container }) => container.state === 'exited')
          .map(({ container }) => ({
            engine,
            id: container.id,
            name: container.name,
            bytes: null,
          }));
      case 'dangling_images':
      case 'unused_images':
        return images(place)
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
        return volumes(place)
          .filter(
            ({ used_by, is_anonymous }) =>
              used_by.length === 0 && (kind === 'unused_volumes' || is_anonymous),
          )
          .map(({ name, size_bytes }) => ({ engine, id: name, name, bytes: size_bytes }));
      case 'unused_networks':
        return networks(place)
          .filter(({ used_by, is_builtin }) => used_by.length === 0 && !is_builtin)
          .map(({ id, name }) => ({ engine, id, name, bytes: null }));
    }
  };
  type Known = (place: Place) => { id: string; name: string; used_by: readonly UsedBy[] }[];
  /** Removes what the named engine has; without a name, what only one of them has. */
  const remove = (
    server: string,
    engine: string | null,
    ids: readonly string[],
    known: Known,
  ): RemovalResult[] => {
    const asked = placesOn(server).filter((place) => engine === null || place.engine === engine);
    return ids.map((id) => {
      const having = asked.flatMap((place) =>
        known(place).flatMap((thing) => (thing.id === id ? [{ place, thing }] : [])),
      );
      const [one] = having;
      if (!one) return { id, name: id, error: 'It is not there any more', is_known: true };
      const { name, used_by } = one.thing;
      if (having.length > 1) {
        return { id, name, error: 'Several engines have one of this id', is_known: true };
      }
      const [user] = used_by;
      if (user) return { id, name, error: `${user.name} uses it`, is_known: true };
      gone.add(`${server}/${one.place.engine}/${id}`);
      return { id, name, error: null, is_known: true };
    });
  };

  const imageNames: Known = (place) =>
    images(place).map((image) => ({ ...image, name: image.tags[0] ?? image.id.slice(7, 19) }));
  const volumeIds: Known = (place) =>
    volumes(place).map((volume) => ({ ...volume, id: volume.name }));

  return {
    'image.list': ({ server_id }) => everywhere(server_id, images),
    'image.remove': ({ server_id, engine, ids }) => remove(server_id, engine, ids, imageNames),
    'volume.list': ({ server_id }) => everywhere(server_id, volumes),
    'volume.remove': ({ server_id, engine, ids }) => remove(server_id, engine, ids, volumeIds),
    'network.list': ({ server_id }) => everywhere(server_id, networks),
    'network.remove': ({ server_id, engine, ids }) => remove(server_id, engine, ids, networks),
    'prune.preview': ({ server_id, kind }) => {
      const all = everywhere(server_id, (place) => items(place, kind));
      const measured = all.flatMap(({ bytes }) => (bytes === null ? [] : [bytes]));
      return {
        server_id,
        kind,
        items: all,
        bytes: measured.length > 0 ? measured.reduce((sum, bytes) => sum + bytes, 0) : null,
      };
    },
    'prune.run': ({ server_id, kind, engine, ids }) => {
      if (kind === 'containers') {
        const refs = ids.map((container_id) => ({ server_id, container_id }));
        const results = refs.map((ref) => ({
          id: ref.container_id,
          name: world.containers.at(ref)?.container.name ?? ref.container_id.slice(0, 12),
          error: null,
          is_known: true,
        }));
        world.containers.drop(...refs);
        return results;
      }
      const known = kind.endsWith('images')
        ? imageNames
        : kind.endsWith('volumes')
          ? volumeIds
          : networks;
      return remove(server_id, engine, ids, known);
    },
  };
}
