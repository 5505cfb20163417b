import type { AdoptPlan, AppImage, InstalledAppDetails } from '../generated';
import { serverOf } from './installed_samples';
import { isoAt } from './machines';
import { readOwn } from './own_compose';
import type { Handlers, World } from './world';

type OfOwn =
  | 'app.read_compose'
  | 'app.adopt_plan'
  | 'app.adopt'
  | 'app.release'
  | 'app.files'
  | 'app.look_for_newer';

/** A radio, as somebody wrote it. */
export const radio = `services:
  radio:
    image: docker.io/library/icecast:2.4.4
    restart: unless-stopped
    ports:
      - "8900:8000"
    environment:
      SOURCE_PASSWORD: \${SOURCE_PASSWORD}
      TITLE: \${TITLE}
    volumes:
      - recordings:/var/lib/icecast
volumes:
  recordings:
`;
/** What `.env` of an app is, with secrets as they are shown. */
export function envOf(origin: InstalledAppDetails['app']['origin']): string {
  return origin === 'own' ? radioEnv : 'TZ=Europe/Berlin\nGRAFANA_PASSWORD=••••\n';
}

/** The same of what somebody wrote. */
export function masked(env: string): string {
  return env.replaceAll(/^(\w*(?:PASSWORD|SECRET|TOKEN|KEY)\w*)=.*$/gm, '$1=••••');
}

const radioEnv = 'TITLE=Kitchen radio\nSOURCE_PASSWORD=••••\n';

/** What watches the servers, as it was there before Tomo. */
const monitoring = `name: monitoring
services:
  prometheus:
    image: prom/prometheus:v3.13.3
    restart: unless-stopped
    volumes:
      - ./prometheus.yml:/etc/prometheus/prometheus.yml:ro
      - metrics:/prometheus
  grafana:
    image: grafana/grafana:13.2.3
    restart: unless-stopped
    ports:
      - "3300:3000"
    environment:
      GF_SECURITY_ADMIN_PASSWORD: \${GRAFANA_PASSWORD}
    volumes:
      - /srv/grafana:/var/lib/grafana
volumes:
  metrics:
`;

const digestOf = (seed: string) =>
  `sha256:${[...seed.padEnd(32, '7')].map((c) => (c.codePointAt(0) ?? 0).toString(16).padStart(2, '0').slice(-2)).join('')}`.slice(
    0,
    71,
  );

/** Images as registries told of them: one is newer, and one registry did not answer. */
export function imagesOf({ manifest, app }: InstalledAppDetails): AppImage[] {
  return manifest.services.map(({ image }, at) => {
    const digest = digestOf(`${at}${image}`);
    const isNewer = app.has_newer_image && at === 0;
    if (app.has_newer_image && at === 1) {
      const error = `${image.split('/')[0]} asks for a login.`;
      return { image, digest, newest: null, is_newer: null, error };
    }
    return {
      image,
      digest,
      newest: isNewer ? digestOf(`newest${image}`) : digest,
      is_newer: isNewer,
      error: null,
    };
  });
}

export function monitoringPlan(server_id: string): AdoptPlan {
  const own = readOwn(monitoring);
  return {
    server_id,
    project: 'monitoring',
    folder: '/srv/monitoring',
    files: ['/srv/monitoring/compose.yaml'],
    engine: '/var/run/docker.sock',
    services: own.manifest?.services ?? [],
    containers: ['monitoring-prometheus-1', 'monitoring-grafana-1'],
    volumes: ['monitoring_metrics'],
    binds: ['/srv/monitoring/prometheus.yml', '/srv/grafana'],
    networks: ['monitoring_default'],
    compose: monitoring,
    variables: ['GRAFANA_PASSWORD', 'TZ'],
    secrets: ['GRAFANA_PASSWORD'],
    flags: [{ kind: 'system_path', path: '/etc' }],
    notes: ['The containers were made with other values than the files have now: TZ.'],
    problems: [],
    is_ready: true,
  };
}

/** Apps that come from no catalog, and what registries have of any. */
export function ownApps(world: World): Pick<Handlers, OfOwn> {
  const all = world.installed;
  return {
    'app.read_compose': ({ text, env, name, id }) => {
      const of = id ? all.at(id).app.project : null;
      return readOwn(text, env ?? '', of ?? name ?? null, of !== null);
    },
    'app.adopt_plan': ({ server_id, project }) => {
      const { adoptable } = world.options;
      if (adoptable === undefined && project !== 'monitoring') {
        return {
          ...monitoringPlan(server_id),
          project,
          folder: null,
          files: [],
          compose: null,
          variables: [],
          secrets: [],
          services: [],
          flags: [],
          notes: [],
          problems: ['Its containers do not say where its compose file is.'],
          is_ready: false,
        };
      }
      return { ...monitoringPlan(server_id), project, ...adoptable };
    },
    'app.adopt': ({ server_id, project }) => all.addOwn(project, monitoring, 'adopted', server_id),
    'app.release': ({ id }) => {
      all.drop(id);
      return null;
    },
    'app.files': ({ id }) => {
      const { app, compose } = all.at(id);
      const whyNot =
        app.origin === 'catalog' ? 'What the catalog brought is changed by its settings.' : null;
      return { compose, env: envOf(app.origin), can_edit: whyNot === null, why_not: whyNot };
    },
    'app.look_for_newer': ({ id }) => {
      const found = all.at(id);
      const images = imagesOf({ ...found, app: { ...found.app, has_newer_image: true } });
      all.change(id, { has_newer_image: true }, { images, images_looked_at: isoAt(world.now()) });
      return all.at(id);
    },
  };
}

/** An own app and an adopted one, both of which run. */
export function putOwn(world: World): void {
  const all = world.installed;
  const on = serverOf(world, 'docker-1');
  all.addOwn('radio', radio, 'own', on);
  const adopted = all.addOwn('monitoring', monitoring, 'adopted', on);
  all.change(adopted.app.id, { has_newer_image: true });
  const newer = all.at(adopted.app.id);
  all.change(
    adopted.app.id,
    {},
    { images: imagesOf(newer), images_looked_at: isoAt(world.now(), 3600) },
  );
}
