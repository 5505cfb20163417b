import type { Component } from 'svelte';
import HardDrive from '@lucide/svelte/icons/hard-drive';
import Layers from '@lucide/svelte/icons/layers';
import NetworkIcon from '@lucide/svelte/icons/network';
import type { Backend } from '../../lib/backend/backend';
import type {
  Image,
  Network,
  PruneKind,
  RemovalResult,
  ServerId,
  UsedBy,
  Volume,
} from '../../lib/backend/generated';
import { cutMiddle } from '../../lib/format';
import type { StorePage } from '../../lib/state/router.svelte';

/** An image, a volume or a network as a row. */
export interface Thing {
  key: string;
  id: string;
  server: ServerId;
  /** Path of the socket of the engine that has it. */
  engine: string;
  name: string;
  /** The end of the name that stays in sight where the name is cut: the tag of an image. */
  tag: string;
  /** Other names, or what stands quietly beside the name. */
  aside: string;
  /** The second column: an id, a driver, address ranges. */
  detail: string;
  detailTitle: string;
  bytes: number | null;
  createdAt: string | null;
  usedBy: readonly UsedBy[];
  /** Why it cannot be removed at all. */
  fixed: string | null;
}

function short(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

function ofImage(image: Image): Thing {
  const [first, ...others] = image.tags;
  return {
    key: `${image.server_id}/${image.engine}/${image.id}`,
    id: image.id,
    server: image.server_id,
    engine: image.engine,
    name: first ?? short(image.id),
    // A digest in the place of a name has no tag.
    tag: /^(?!sha256:).*?(:[^:/]+)$/.exec(first ?? '')?.[1] ?? '',
    aside: first ? others.join(', ') : 'without a name',
    detail: short(image.id),
    detailTitle: [image.id, ...image.digests].join('\n'),
    bytes: image.size_bytes,
    createdAt: image.created_at,
    usedBy: image.used_by,
    fixed: null,
  };
}

function ofVolume(volume: Volume): Thing {
  return {
    key: `${volume.server_id}/${volume.engine}/${volume.name}`,
    id: volume.name,
    server: volume.server_id,
    engine: volume.engine,
    name: volume.is_anonymous ? cutMiddle(volume.name, 17) : volume.name,
    tag: '',
    aside: volume.is_anonymous ? 'anonymous' : '',
    detail: volume.driver,
    detailTitle: volume.mountpoint,
    bytes: volume.size_bytes,
    createdAt: volume.created_at,
    usedBy: volume.used_by,
    fixed: null,
  };
}

function ofNetwork(network: Network): Thing {
  return {
    key: `${network.server_id}/${network.engine}/${network.id}`,
    id: network.id,
    server: network.server_id,
    engine: network.engine,
    name: network.name,
    tag: '',
    aside: network.is_internal ? 'internal' : '',
    detail: [network.driver, ...network.subnets].join(' · '),
    detailTitle: network.subnets.join('\n'),
    bytes: null,
    createdAt: network.created_at,
    usedBy: network.used_by,
    fixed: network.is_builtin ? 'It came with the engine' : null,
  };
}

/** What can be cleared out, and how that is said. */
export interface Prunable {
  title: string;
  one: string;
  hasSize: boolean;
  /** What goes with it, in the dialog that removes. */
  warning: string;
  prunes: readonly { kind: PruneKind; label: string; what: string }[];
}

/** What differs between the three pages. */
export interface Kind extends Prunable {
  icon: Component;
  detail: string;
  list: (backend: Backend, server: ServerId | null) => Promise<Thing[]>;
  remove: (
    backend: Backend,
    server: ServerId,
    engine: string,
    ids: string[],
  ) => Promise<RemovalResult[]>;
}

export const kinds: Record<StorePage, Kind> = {
  images: {
    title: 'Images',
    one: 'image',
    icon: Layers,
    detail: 'Id',
    hasSize: true,
    warning: 'They can be pulled again, as long as their registry has them.',
    list: async (backend, server_id) =>
      (await backend.call('image.list', { server_id })).map(ofImage),
    remove: (backend, server_id, engine, ids) =>
      backend.call('image.remove', { server_id, engine, ids }),
    prunes: [
      {
        kind: 'dangling_images',
        label: 'Without a name',
        what: 'Images that lost their name to a newer one',
      },
      {
        kind: 'unused_images',
        label: 'All that are unused',
        what: 'Images that no container was made of',
      },
    ],
  },
  volumes: {
    title: 'Volumes',
    one: 'volume',
    icon: HardDrive,
    detail: 'Driver',
    hasSize: true,
    warning: 'What is in them is gone for good.',
    list: async (backend, server_id) =>
      (await backend.call('volume.list', { server_id })).map(ofVolume),
    remove: (backend, server_id, engine, ids) =>
      backend.call('volume.remove', { server_id, engine, ids }),
    prunes: [
      {
        kind: 'anonymous_volumes',
        label: 'Anonymous',
        what: 'Volumes that nobody named and no container mounts',
      },
      {
        kind: 'unused_volumes',
        label: 'All that are unused',
        what: 'Volumes that no container mounts, also named ones',
      },
    ],
  },
  networks: {
    title: 'Networks',
    one: 'network',
    icon: NetworkIcon,
    detail: 'Driver and addresses',
    hasSize: false,
    warning: 'Compose makes its own again when it starts a project.',
    list: async (backend, server_id) =>
      (await backend.call('network.list', { server_id })).map(ofNetwork),
    remove: (backend, server_id, engine, ids) =>
      backend.call('network.remove', { server_id, engine, ids }),
    prunes: [
      {
        kind: 'unused_networks',
        label: 'All that are unused',
        what: 'Networks that no container is in',
      },
    ],
  },
};

/** By their engines: what has the same name on another one is something else. */
export function byEngine<T extends { engine: string }>(things: readonly T[]): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const thing of things)
    groups.set(thing.engine, [...(groups.get(thing.engine) ?? []), thing]);
  return [...groups];
}
