import { ApiError } from '../backend';
import type { AppPlan, Commands, PlanCheck } from '../generated';
import { manifestOf } from './installed_scene';
import { readOwn } from './own_compose';
import type { World } from './world';

/** What installing an app would do, with what the servers of the stand-in have. */
export function appPlan(
  world: World,
  { app, server_id, project, values, own }: Commands['app.plan'][0],
): AppPlan {
  const manifest = own
    ? readOwn(own.compose, own.env ?? '', app.split('/')[1]).manifest
    : manifestOf(world, app);
  if (!manifest) throw new ApiError('not_found', 'There is no such app.', '');
  const names = ['docker-1', 'media', 'nas'];
  const fits = names.flatMap((name) => {
    const row = world.rows.find(({ server }) => server.name === name);
    return row ? [{ server_id: row.server.id, name }] : [];
  });
  const [best] = fits;
  const server = fits.find((fit) => fit.server_id === server_id) ?? best;
  if (!server) {
    throw new ApiError('invalid', 'No server has an engine that apps could be installed in.', '');
  }
  const name = project ?? manifest.id;
  const all: Record<string, string> = {};
  for (const { name: setting, kind, default: value } of manifest.settings) {
    if (kind.type !== 'secret') all[setting] = values?.[setting] ?? value ?? '';
  }
  const problems = manifest.settings.flatMap(({ name: setting, kind }) => {
    const value = all[setting] ?? '';
    return kind.type === 'port' && !/^\d{1,5}$/.test(value)
      ? [{ setting, message: `'${value}' is no port: it is a number from 1 to 65535` }]
      : [];
  });
  const ports = manifest.settings.filter(({ kind }) => kind.type === 'port');
  const checks: PlanCheck[] = ports.flatMap(({ name: setting }): PlanCheck[] => {
    const port = Number(all[setting]);
    const owner = world.installed.taken.get(port);
    if (!owner) return [];
    return [
      {
        kind: 'ports',
        outcome: 'problem',
        title: `Port ${port} is taken by ${owner}`,
        detail: 'process 812, not in a container',
        setting,
        fix: { setting, value: String(port + 1), label: `Use ${port + 1}` },
      },
    ];
  });
  const check = (
    kind: PlanCheck['kind'],
    outcome: PlanCheck['outcome'],
    title: string,
    detail: string,
  ): PlanCheck => ({ kind, outcome, title, detail, setting: null, fix: null });
  const free = checks.length === 0;
  const one = world.installed.all.find(
    (it) => it.app.app === app && it.app.server_id === server.server_id,
  );
  const isThere = one !== undefined && one.app.installed_at !== null;
  const rest: PlanCheck[] = [
    ...(isThere
      ? [check('names', 'problem', 'The app is on this server already', 'once for each server')]
      : []),
    check('compose', 'good', 'Compose', '2.29.7'),
    check('architecture', 'good', 'Architecture', 'amd64'),
    check('memory', 'good', 'Memory', '300 MB wanted, 9.1 GB free'),
    check('disk', 'good', 'Disk', '1.00 GB wanted, 336 GB free on /var/lib/docker'),
    ...(free ? [check('ports', 'good', 'Port', `${all['WEB_PORT'] ?? ''} free`)] : []),
    ...(isThere
      ? []
      : [
          check(
            'names',
            'unknown',
            'Names',
            'the engine does not say which volumes and networks it has',
          ),
        ]),
  ];
  return {
    app,
    version: manifest.version,
    server_id: server.server_id,
    project: name,
    servers: fits.map((fit, at) => ({
      ...fit,
      is_possible: fit.name !== 'nas',
      reason:
        at === 0
          ? '9.1 GB memory and 336 GB disk are free'
          : at === 1
            ? '2.4 GB memory and 101 GB disk are free'
            : 'its disk is full',
    })),
    values: all,
    problems,
    checks: [...checks, ...rest],
    makes:
      problems.length > 0
        ? null
        : {
            name,
            services: manifest.services.map((service) => ({
              service: service.name,
              container: `${name}-${service.name}-1`,
              image: service.image,
              restart: 'unless-stopped',
            })),
            ports: ports.map(({ name: setting }) => ({
              service: manifest.services[0]?.name ?? '',
              host_ip: null,
              host_port: Number(all[setting]),
              container_port: 8080,
              protocol: 'tcp',
              setting,
            })),
            mounts: [],
            networks: [{ name: `${name}_default`, is_external: false }],
          },
    images: manifest.services.map(({ image }, at) => ({ image, is_there: at === 1 })),
    volumes: [
      { name: `${name}_db`, service: 'db', target: '/var/lib/postgresql/data', is_there: false },
    ],
    compose: manifest.compose,
    folder: `~/tomo/${name}`,
    flags: manifest.services.flatMap(({ flags }) => flags),
    is_ready: problems.length === 0 && free && !isThere,
  };
}
