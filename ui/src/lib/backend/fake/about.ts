import type { About, Licence } from '../generated';
import { isoAt } from './machines';
import type { Part, World } from './world';

const names = 'tokio russh sqlx serde svelte uplot bits-ui tauri zstd age chrono rmcp'.split(' ');

function licences(): Licence[] {
  return Array.from({ length: 412 }, (_, at) => {
    const round = Math.floor(at / names.length);
    const name = names[at % names.length] ?? '';
    return {
      name: round === 0 ? name : `${name}-part-${round}`,
      version: `1.${round}.${at % 7}`,
      licence: at % 3 === 0 ? 'MIT OR Apache-2.0' : at % 3 === 1 ? 'MIT' : 'ISC',
      repository: at % 5 === 4 ? '' : `https://example.org/${name}`,
      text: at % 9 === 8 ? '' : 'Permission is hereby granted, free of charge, …\n'.repeat(40),
    };
  }).sort((one, other) => one.name.localeCompare(other.name));
}

function aboutOf(now: number): About {
  const component = (component: string, version: string) => ({
    component,
    version,
    updated_at: isoAt(now, 3 * 86_400),
    created_at: isoAt(now, 40 * 86_400),
  });
  return {
    components: [
      component('backend', '0.1.0'),
      component('frontend', '0.1.0'),
      component('api', '1.1.0'),
    ],
    data_dir: '/home/ana/.local/share/tomo',
    log_dir: '/home/ana/.local/state/tomo/log',
    database_bytes: 421_527_552,
    sqlite_version: '3.51.1',
    schema_version: 20_261_122_100_300,
    installation_id: '0193a6c2-7f1e-7c31-9d0e-3f6f1f0a2b11',
    os: 'Fedora Linux 43',
    licence: 'MIT',
  };
}

/** What the program says of itself. */
export function about(world: World): Part<'about' | 'diagnostics'> {
  return {
    'about.get': () => aboutOf(world.now()),
    'about.licences': licences,
    'diagnostics.save': ({ path }) => ({ path, rows: 61, bytes: 14_220 }),
  };
}
