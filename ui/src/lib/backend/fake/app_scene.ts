import type { AppCard, AppManifest, AppSource, CatalogApp } from '../generated';
import { details } from './app_details';
import { shelf } from './app_shelf';
import { isoAt } from './machines';
import type { FakeOptions } from './world';

const categories = [
  'automation',
  'media',
  'monitoring',
  'networking',
  'security',
  'storage',
  'utility',
] as const satisfies readonly AppCard['category'][];

/** The sources of the stand-in: Tomo's own, a repository, and one that failed. */
export function sourcesOf(now: number): AppSource[] {
  const source = (more: Partial<AppSource> & Pick<AppSource, 'id' | 'name' | 'kind'>) => ({
    location: null,
    is_enabled: true,
    synced_at: null,
    error: null,
    licence: null,
    attribution: null,
    apps: 0,
    left_out: [],
    is_syncing: false,
    ...more,
  });
  return [
    source({
      id: 'tomo',
      name: 'Tomo',
      kind: 'built_in',
      licence: 'MIT',
      apps: Object.keys(shelf).length,
    }),
    source({
      id: 'casa',
      name: 'Casa store',
      kind: 'repository',
      location: 'https://git.example.org/casa/store.git',
      synced_at: isoAt(now, 6 * 3600),
      licence: 'Apache-2.0',
      attribution: 'Copyright 2024 The authors of the Casa store',
      apps: 2,
      left_out: [
        {
          place: 'Apps/Minecraft/docker-compose.yml',
          problems: [
            { line: 14, message: "the tag 'latest' moves; name a version or a digest" },
            { line: 31, message: "'build' has nothing beside the file to build from" },
          ],
        },
        { place: 'Apps/Broken', problems: [{ line: null, message: 'there is no app.yaml in it' }] },
      ],
    }),
    source({
      id: 'templates',
      name: 'Templates of the office',
      kind: 'address',
      location: 'https://templates.lan/v3/templates.json',
      is_enabled: false,
      synced_at: isoAt(now, 41 * 86_400),
      error: 'templates.lan did not answer within 30 s.',
      apps: 0,
    }),
  ];
}

/** Every app of every source, those that are put forward first. */
export function cardsOf(options: FakeOptions): AppCard[] {
  const own = Object.entries(shelf).map(
    ([id, [name, version, category, icon, architectures, description]]): AppCard => ({
      id: `tomo/${id}`,
      name,
      description,
      version,
      category,
      icon: icon === null ? null : { kind: 'drawing', name: icon },
      architectures: architectures.split(' '),
      is_featured: details[`tomo/${id}`]?.is_featured ?? false,
      is_deprecated: false,
    }),
  );
  const card = (more: Partial<AppCard> & Pick<AppCard, 'id' | 'name'>): AppCard => ({
    description: 'Watches over the containers of one engine or of several.',
    version: '2.21.4',
    category: 'utility',
    icon: null,
    architectures: [],
    is_featured: false,
    is_deprecated: false,
    ...more,
  });
  const others = [
    card({ id: 'casa/portainer', name: 'Portainer', is_deprecated: true }),
    card({
      id: 'casa/jellyfin',
      name: 'Jellyfin',
      description: 'A media server.',
      category: 'media',
      icon: { kind: 'picture', media_type: 'image/svg+xml', data: squarePicture },
      architectures: ['amd64'],
    }),
  ];
  if (options.oddApps) {
    others.push(
      card({
        id: 'casa/long',
        name: 'A name that is as long as a name of an app may ever be, 60.',
        version: '2026.11.0-enterprise+build.20261122.amd64',
        description:
          'A description of two hundred characters, which nobody reads to its end, since what it says could have been said in a third of them, and since two lines of a tile have no room for all of it here.',
      }),
      card({
        id: 'casa/hebrew',
        name: 'ניהול בית',
        description: 'שולט במכשירים בבית, ומודיע כשמשהו קורה.',
        version: '1.4',
      }),
      card({ id: 'casa/markup', name: '<img src=x onerror=alert(1)>', version: '\u202E1.0' }),
    );
  }
  const missing = Math.max(0, (options.apps ?? 0) - own.length - others.length);
  const made = Array.from({ length: missing }, (_, at) =>
    card({
      id: `casa/made-${at}`,
      name: `Made ${String(at).padStart(4, '0')}`,
      version: `1.${at}`,
      category: categories[at % categories.length] ?? 'utility',
      architectures: at % 3 === 0 ? ['arm64'] : ['amd64', 'arm64'],
    }),
  );
  return [...own, ...others, ...made].sort(
    (one, other) =>
      Number(other.is_featured) - Number(one.is_featured) || one.name.localeCompare(other.name),
  );
}

/** A grey square, SVG. */
const squarePicture = btoa(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#8792a8"/></svg>',
);

/** All that the stand-in knows of an app. */
export function appOf(card: AppCard, source: AppSource): CatalogApp {
  const { flags = [], taken = [], ...known } = details[card.id] ?? {};
  const short = card.id.split('/')[1] ?? '';
  const image = `docker.io/library/${short}:${card.version}`;
  const manifest: AppManifest = {
    ...card,
    id: short,
    tags: [card.category],
    licence: null,
    repository: null,
    documentation: null,
    requirements: {
      memory_bytes: card.architectures.length > 0 ? 300 * 2 ** 20 : null,
      storage_bytes: card.architectures.length > 0 ? 2 ** 30 : null,
      cpu_cores: null,
      architectures: card.architectures,
    },
    settings: [],
    web: null,
    health: null,
    services: [{ name: short, image, flags: [], has_healthcheck: false }],
    compose: `services:\n  ${short}:\n    image: ${image}\n    restart: unless-stopped\n`,
    notes: null,
    ...known,
  };
  return {
    id: card.id,
    source: source.name,
    source_licence: source.licence,
    manifest,
    flags,
    notes: taken,
  };
}
