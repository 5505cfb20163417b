import { ApiError } from '../backend';
import type { AppSource, Commands } from '../generated';
import { appOf, cardsOf, sourcesOf } from './app_scene';
import { isoAt } from './machines';
import type { Handlers, World } from './world';

/** The most apps of one answer. */
const MOST = 200;

type OfCatalog =
  'app.catalog' | 'app.show' | 'app.check' | Extract<keyof Commands, `app_source.${string}`>;

/** The catalog and its sources. */
export function apps(world: World): Pick<Handlers, OfCatalog> {
  let sources = sourcesOf(world.now());
  const cards = cardsOf(world.options);
  const sourceOf = (id: string): AppSource => {
    const source = sources.find((one) => one.id === id);
    if (!source) throw new ApiError('not_found', 'There is no such source of apps.', '');
    return source;
  };
  const change = (id: string, more: Partial<AppSource>): AppSource => {
    sources = sources.map((one) => (one.id === id ? { ...one, ...more } : one));
    world.push({ kind: 'changed', topic: 'apps' });
    return sourceOf(id);
  };
  const shown = () => {
    const enabled = new Set(sources.flatMap(({ id, is_enabled }) => (is_enabled ? [id] : [])));
    return cards.filter(({ id }) => enabled.has(id.split('/')[0] ?? ''));
  };

  return {
    'app.catalog': ({ text, category, source, architecture, offset, limit }) => {
      const words = (text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
      const all = shown();
      const found = all.filter((card) => {
        const hay = `${card.name} ${card.id} ${card.category} ${card.description}`.toLowerCase();
        return (
          words.every((word) => hay.includes(word)) &&
          (!category || card.category === category) &&
          (!source || card.id.startsWith(`${source}/`)) &&
          (!architecture ||
            card.architectures.length === 0 ||
            card.architectures.includes(architecture))
        );
      });
      const from = offset ?? 0;
      return {
        all: all.length,
        total: found.length,
        apps: found.slice(from, from + Math.min(limit, MOST)),
      };
    },
    'app.show': ({ id }) => {
      const card = shown().find((one) => one.id === id);
      if (!card) throw new ApiError('not_found', 'There is no such app.', '');
      return appOf(card, sourceOf(id.split('/')[0] ?? ''));
    },
    'app_source.list': () => sources,
    'app_source.add': ({ name, location }) => {
      if (sources.some((one) => one.location === location)) {
        throw new ApiError('invalid', 'It is there already.', '');
      }
      if (!/^https?:/.test(location)) {
        throw new ApiError('invalid', `${location} is no address.`, '');
      }
      const id = `source-${sources.length}`;
      const source: AppSource = {
        id,
        name: name ?? id,
        kind: location.endsWith('.git') ? 'repository' : 'address',
        location,
        is_enabled: true,
        synced_at: isoAt(world.now()),
        error: null,
        licence: null,
        attribution: null,
        apps: 12,
        left_out: [],
        is_syncing: false,
      };
      sources = [...sources, source];
      world.push({ kind: 'changed', topic: 'apps' });
      return source;
    },
    'app_source.sync': ({ id }) => {
      change(id, { error: null, synced_at: isoAt(world.now()), is_syncing: false });
      return { added: ['mealie'], changed: [], removed: [], left_out: 0 };
    },
    'app_source.enable': ({ id, is_enabled }) => change(id, { is_enabled }),
    'app_source.remove': ({ id }) => {
      sourceOf(id);
      sources = sources.filter((one) => one.id !== id);
      world.push({ kind: 'changed', topic: 'apps' });
      return null;
    },
    'app.check': () => ({ apps: [], left_out: [] }),
  };
}
