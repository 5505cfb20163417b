import type { AppManifest, AppStep, InstalledAppDetails, LastUpdate } from '../generated';
import { manifestOf, step } from './installed_scene';
import { lineDiff } from './line_diff';
import { isoAt } from './machines';
import type { World } from './world';

/** Settings that the version in the catalog has brought along, by their apps. */
const brought: Readonly<Partial<Record<string, readonly string[]>>> = {
  'tomo/immich': ['WORKERS'],
  'tomo/vaultwarden': ['MAIL_FROM', 'PUSH_KEY'],
};

/** An app as it was in an earlier version: with other images, and without what came since. */
function earlier(app: string, manifest: AppManifest, version: string): AppManifest {
  const isBrought = (name: string) => brought[app]?.includes(name) ?? false;
  const settings = manifest.settings.filter(({ name }) => !isBrought(name));
  const lines = manifest.compose.split('\n').filter((line) => {
    const name = /\$\{(\w+)\}/.exec(line)?.[1];
    return name === undefined || !isBrought(name);
  });
  const compose = lines
    .join('\n')
    .replaceAll(manifest.version, version)
    .replaceAll(/@sha256:([0-9a-f]{64})/g, (_, hex: string) => {
      return `@sha256:${[...hex].reverse().join('')}`;
    });
  const services = manifest.services.map((service) => ({
    ...service,
    image: service.image.replaceAll(manifest.version, version),
  }));
  return { ...manifest, version, settings, services, compose };
}

/** The file of variables, without secrets. */
export function variablesOf(values: InstalledAppDetails['values']): string {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return ['TZ=Europe/Berlin', 'PUID=1000', 'PGID=1000', ...lines, ''].join('\n');
}

/** The values of settings that an app has. */
export function valuesOf(
  manifest: AppManifest,
  typed: InstalledAppDetails['values'],
): InstalledAppDetails['values'] {
  return Object.fromEntries(
    manifest.settings.flatMap(({ name, kind, default: value }) =>
      kind.type === 'secret' ? [] : [[name, typed[name] || (value ?? '')]],
    ),
  );
}

/** Names of the settings that are secrets. */
export function secretsOf({ settings }: AppManifest): string[] {
  return settings.flatMap(({ name, kind }) => (kind.type === 'secret' ? [name] : []));
}

/** What has changed between two manifests with their values. */
export function changeOf(
  before: Pick<InstalledAppDetails, 'manifest' | 'values'>,
  after: Pick<InstalledAppDetails, 'manifest' | 'values'>,
): LastUpdate {
  return {
    from: before.manifest.version,
    compose: lineDiff(before.manifest.compose, after.manifest.compose),
    variables: lineDiff(variablesOf(before.values), variablesOf(after.values)),
  };
}

/** Data that is copied before an update, and data that is not. */
export function dataOf({ volumes, binds }: InstalledAppDetails): {
  copied: string[];
  not_copied: string[];
} {
  const others = volumes.filter(({ is_own }) => !is_own).map(({ name }) => name);
  const paths = binds.filter(({ is_read_only }) => !is_read_only).map(({ path }) => path);
  return {
    copied: volumes.filter(({ is_own }) => is_own).map(({ name }) => name),
    not_copied: [...others, ...paths],
  };
}

const label: Readonly<Record<string, string>> = {
  pull: 'Pull 2 images',
  stop: 'Stop the app',
  copy: 'Keep a copy of 1 volume',
  write: 'Write the new configuration',
  create: 'Make 2 containers',
  start: 'Start 2 containers',
  health: 'Wait until it is well',
  policy: 'Set when it is started again',
  look: 'Look at what is there now',
  back_remove: 'Stop and remove what runs',
  back_data: 'Put the data back',
  back_write: 'Put the configuration back',
  back_create: 'Make the containers of before',
  back_start: 'Start them',
  back_policy: 'Set when it is started again',
  back_look: 'Look at what is there now',
};
const forward = ['pull', 'stop', 'copy', 'write', 'create', 'start', 'health', 'policy', 'look'];
const back = ['remove', 'data', 'write', 'create', 'start', 'health', 'policy', 'look'];
const seconds: Readonly<Record<string, number>> = {
  pull: 58.2,
  stop: 4.1,
  copy: 14.6,
  start: 8.9,
  health: 24,
};

const stepOf = (name: string, state: AppStep['state']): AppStep =>
  step(name, label[name] ?? name, {
    state,
    seconds: state === 'done' || state === 'failed' ? (seconds[name] ?? 0.2) : null,
  });

/** The steps of an update: none begun, or all done. */
export function stepsOfUpdate(state: 'waiting' | 'done' = 'waiting'): AppStep[] {
  return forward.map((name) => stepOf(name, state));
}

/** The steps that put an app back. */
export function stepsBack(): AppStep[] {
  const names = back.map((name) => (name === 'health' ? name : `back_${name}`));
  return names.map((name) => stepOf(name, 'waiting'));
}

/** A step as it is once it is over. */
export function over(one: AppStep, state: 'done' | 'failed'): AppStep {
  return { ...one, state, detail: null, seconds: seconds[one.name] ?? 0.2 };
}

/** An app before its update: at a version that the catalog has a newer one of. */
export function beforeUpdate(
  world: World,
  details: InstalledAppDetails,
  version: string,
): Partial<InstalledAppDetails> {
  const { app } = details;
  const manifest = earlier(app.app, details.manifest, version);
  const newer = manifestOf(world, app.app)?.version ?? null;
  return {
    app: { ...app, version, newer },
    manifest,
    values: valuesOf(manifest, details.values),
    secrets: secretsOf(manifest),
    compose: manifest.compose,
    binds: [{ path: '/srv/icons', service: 'web', target: '/icons', is_read_only: false }],
    versions: [{ version, since: isoAt(world.now(), 41 * 86_400) }],
  };
}

/** An app after an update from a version whose data is kept. */
export function afterUpdate(
  world: World,
  details: InstalledAppDetails,
  version: string,
): Partial<InstalledAppDetails> {
  const now = world.now();
  const { app, manifest } = details;
  const before = earlier(app.app, manifest, version);
  const at = isoAt(now, 7200);
  const library = { path: '/srv/immich/library', service: 'server', target: '/library' };
  const binds = [{ ...library, is_read_only: false }];
  return {
    app: {
      ...app,
      way_back: {
        version,
        at,
        until: isoAt(now, 7200 - 7 * 86_400),
        volumes: [`${app.project}_db`],
        not_copied: [library.path],
      },
    },
    binds,
    versions: [
      { version: manifest.version, since: at },
      { version, since: isoAt(now, 20 * 86_400) },
      { version: '3.0.2', since: isoAt(now, 41 * 86_400) },
    ],
    last_update: changeOf({ manifest: before, values: valuesOf(before, {}) }, details),
    last_steps: stepsOfUpdate('done'),
  };
}
