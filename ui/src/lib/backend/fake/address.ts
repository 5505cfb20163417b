import { ApiError } from '../backend';
import type { Commands, VaultStatus } from '../generated';
import { FakeBackend, type FakeOptions } from './fake';
import type { TwoEngines } from './world';
import { many, odd, thisComputer } from './machines';

/**
 * The scene that the address asks for, for a browser without Tauri:
 * `?fake=40`, `?fake=odd`, `&stage=set_up`, `&theme=dark`, `&latency=2000`, `&fail=fleet.get`,
 * `&paused`, `&role=readonly`, `&still`, `&stage=locked`, `&tampered`, `&changed`,
 * `&activities=100000`, `&rows=200`, `&backups=0`, `&no_passphrase`, `&plans=2`, `&containers=500`, `&engines=troubled`,
 * `&things=2000`, `&apps=2000`, `&installed`, `&own`, `&updates=failing`, `&updates=stuck`, `&app_backups=failing`, `&docker_setup=sudo`, `&odd_apps`, `&odd_containers`, `&silent=container.list`,
 * `&log_lines=0`, `&read_only=server-docker-1`, `&two_engines`, `&two_engines=podman_lost`.
 */
export function fakeFromAddress(search: string): FakeBackend {
  const query = new URLSearchParams(search);
  localStorage.setItem('tomo.theme', query.get('theme') ?? 'auto');
  const scene = query.get('fake') ?? '8';
  const now = Date.now();
  const count = Number(scene);
  const machines = scene === 'odd' ? odd(now) : count <= 1 ? [thisComputer] : many(now, count || 8);
  const vaults: Record<string, VaultStatus> = {
    vault_create: {
      state: 'needs_passphrase',
      reason: 'no Secret Service answers on this desktop',
    },
    vault_locked: { state: 'locked' },
    vault_unavailable: {
      state: 'unavailable',
      reason: 'The Secret Service did not open within 30 s.',
      hint: 'Unlock the login keyring, then try again.',
    },
  };
  const stage = query.get('stage') ?? 'app';
  const updates = query.get('updates');
  const options: FakeOptions = {
    machines,
    signedIn: stage === 'app' || stage === 'locked',
    locked: stage === 'locked',
    tampered: query.has('tampered'),
    isSetUp: stage !== 'set_up' && stage !== 'vault_create',
    sshHosts: scene === '0' ? ['nas', 'docker-1', 'vps-fra'] : [],
    paused: query.has('paused'),
    activities: Number(query.get('activities') ?? 14_206),
    backups: Number(query.get('backups') ?? 8),
    backupPassphrase: !query.has('no_passphrase'),
    backupTakes: 4000,
    containers: Number(query.get('containers') ?? 60),
    things: Number(query.get('things') ?? 0),
    apps: Number(query.get('apps') ?? 0),
    installed: query.has('installed') || query.has('own'),
    own: query.has('own'),
    updates: updates === 'failing' || updates === 'stuck' ? updates : 'well',
    appBackups: query.get('app_backups') === 'failing' ? 'failing' : 'well',
    ...(query.has('docker_setup') && {
      dockerSetup: query.get('docker_setup') as NonNullable<FakeOptions['dockerSetup']>,
    }),
    oddApps: query.has('odd_apps'),
    oddContainers: query.has('odd_containers'),
    silent: query.getAll('silent') as (keyof Commands)[],
    ...(query.has('log_lines') && { logLines: Number(query.get('log_lines')) }),
    troubledEngines: query.get('engines') === 'troubled',
    ...(query.has('read_only') && { readOnlyEngine: query.get('read_only') ?? '' }),
    ...(query.has('two_engines') && {
      twoEngines: (query.get('two_engines') || 'ready') as TwoEngines,
    }),
    plans: Number(query.get('plans') ?? 0),
    latency: Number(query.get('latency') ?? 0),
    openLink: (url) => window.open(url, '_blank', 'noopener'),
    settings: {
      ...(query.has('theme') && { 'ui.theme': query.get('theme') }),
      ...(query.has('rows') && { 'ui.items_per_page': Number(query.get('rows')) }),
      ...(query.has('changed') && {
        'monitoring.background_interval_seconds': 30,
        'monitoring.memory_warning_percent': 75,
        'monitoring.disk_warning_percent': 90,
        'ui.date_format': 'iso',
      }),
    },
    failing: Object.fromEntries(
      query
        .getAll('fail')
        .map((name) => [
          name as keyof Commands,
          new ApiError('failed', 'The database cannot be read.', 'The disk is full: 0 B free.'),
        ]),
    ),
  };
  const vault = vaults[stage];
  if (vault) options.vault = vault;
  const role = query.get('role');
  if (role === 'user' || role === 'readonly') options.role = role;
  const fake = new FakeBackend(options);
  if (!query.has('still')) setInterval(() => fake.tick(), 2000);
  return fake;
}
