import type { AppFlag } from '../generated';
import { type Details, line, port, secret, setting } from './app_settings';
import { updatedApps } from './updated_apps';

const socket: AppFlag = { kind: 'engine_socket' };
const hostNetwork: AppFlag = { kind: 'host_network' };
const radio: AppFlag = { kind: 'device', path: '${RADIO}' };

/** Apps whose page shows more than every app has, by their ids. */
export const details: Readonly<Partial<Record<string, Details>>> = {
  'tomo/miniflux': {
    licence: 'Apache-2.0',
    repository: 'https://github.com/miniflux/v2',
    documentation: 'https://miniflux.app/docs/',
    settings: [
      port('WEB_PORT', 'Web port', '8080'),
      setting('ADMIN_NAME', 'First user', line, { default: 'admin' }),
      setting('ADMIN_PASSWORD', 'Password', secret(24), {
        description: 'Of the first user. It can be changed in the app later.',
      }),
      setting(
        'ADDRESS',
        'Address',
        { ...line, pattern: 'https?://[^ ]+' },
        {
          description:
            'Which links and apps are given, such as https://news.example.org, without a slash at the end.',
          default: 'http://localhost',
          is_advanced: true,
        },
      ),
      setting('DB_PASSWORD', 'Database password', secret(32), { is_advanced: true }),
    ],
    web: { port: 'WEB_PORT', path: '/', is_https: false },
    health: { service: 'web', port: 8080, path: '/healthcheck', wait_seconds: 180 },
    services: [
      {
        name: 'web',
        image: 'docker.io/miniflux/miniflux:2.3.3',
        flags: [],
        has_healthcheck: false,
      },
      {
        name: 'db',
        image: 'docker.io/library/postgres:17.11-alpine',
        flags: [],
        has_healthcheck: true,
      },
    ],
    compose: `services:
  web:
    image: docker.io/miniflux/miniflux:2.3.3
    restart: unless-stopped
    ports: ["\${WEB_PORT}:8080"]
    environment:
      DATABASE_URL: postgres://miniflux:\${DB_PASSWORD}@db/miniflux?sslmode=disable
      RUN_MIGRATIONS: "1"
      CREATE_ADMIN: "1"
      ADMIN_USERNAME: \${ADMIN_NAME}
      ADMIN_PASSWORD: \${ADMIN_PASSWORD}
      BASE_URL: \${ADDRESS}
      TZ: \${TZ}
    depends_on:
      db: { condition: service_healthy }
  db:
    image: docker.io/library/postgres:17.11-alpine
    restart: unless-stopped
    environment:
      POSTGRES_DB: miniflux
      POSTGRES_USER: miniflux
      POSTGRES_PASSWORD: \${DB_PASSWORD}
    volumes: ["db:/var/lib/postgresql/data"]
    healthcheck:
      test: [CMD, pg_isready, -h, 127.0.0.1, -U, miniflux]
      interval: 5s
      retries: 12
      start_period: 60s
volumes:
  db:
`,
    notes: `Sign in as \${ADMIN_NAME} and add the first feed, or import an OPML file of another reader. The password is on
the page 'Configuration'; it is used for the first start only, later ones are changed in Miniflux.

Apps that speak the APIs of Fever or Google Reader are switched on under Settings, Integrations.`,
  },
  ...updatedApps,
  'tomo/home-assistant': {
    is_featured: true,
    licence: 'Apache-2.0',
    repository: 'https://github.com/home-assistant/core',
    documentation: 'https://www.home-assistant.io/docs/',
    flags: [hostNetwork, radio],
    settings: [
      port('WEB_PORT', 'Web port', '8123', {
        description:
          'Home Assistant takes it from its own configuration. Change it here only after changing it there.',
        is_advanced: true,
      }),
      setting(
        'RADIO',
        'Radio stick',
        { ...line, pattern: '/dev/[A-Za-z0-9/_.:+-]+' },
        {
          description:
            'Zigbee, Z-Wave or Thread stick, such as /dev/serial/by-id/…; it becomes /dev/radio. /dev/null is none.',
          default: '/dev/null',
          is_advanced: true,
        },
      ),
    ],
    web: { port: 'WEB_PORT', path: '/', is_https: false },
    services: [
      {
        name: 'web',
        image: 'ghcr.io/home-assistant/home-assistant:2026.9.4',
        flags: [hostNetwork, radio],
        has_healthcheck: true,
      },
    ],
    compose: `services:
  web:
    image: ghcr.io/home-assistant/home-assistant:2026.9.4
    restart: unless-stopped
    # Devices are found by broadcasts on the home network, which do not reach a network of containers.
    network_mode: host
    # A stick for Zigbee, Z-Wave or Thread; /dev/null where there is none.
    devices: ["\${RADIO}:/dev/radio"]
    environment:
      TZ: \${TZ}
    volumes: ["config:/config"]
    healthcheck:
      test:
        - CMD
        - python3
        - -c
        - import urllib.request; urllib.request.urlopen('http://127.0.0.1:\${WEB_PORT}/manifest.json', timeout=5)
      interval: 10s
      timeout: 10s
      retries: 12
      start_period: 120s
volumes:
  config:
`,
    notes: `Open the page at once: whoever comes first makes the owner's account.

The app uses the network of the server itself, so that it finds devices. A radio stick that you named in the
settings is /dev/radio when you add its integration. Give its name under /dev/serial/by-id, which stays the
same after a restart.

From outside, reach it through a VPN, or a reverse proxy with HTTPS. A proxy must be named in
configuration.yaml (http: use_x_forwarded_for, trusted_proxies). Add-ons are no part of this kind of
installation: what they do runs as apps of their own.`,
  },
  'casa/portainer': {
    is_deprecated: true,
    repository: 'javascript:alert(1)',
    settings: [
      port('PORT_9000', 'Port 9000', '9000'),
      setting(
        'MODE',
        'Mode',
        {
          type: 'choice',
          choices: [
            { value: 'agent', label: 'Agent' },
            { value: 'server', label: 'Server' },
          ],
        },
        { default: 'server' },
      ),
      setting('DATA', 'Data', { type: 'path' }, { is_required: false }),
      setting('WORKERS', 'Workers', { type: 'number', min: 1, max: 16 }, { default: '2' }),
      setting('ZONE', 'Time zone', { type: 'time_zone' }),
    ],
    flags: [
      { kind: 'privileged' },
      socket,
      { kind: 'host_pid' },
      { kind: 'capability', name: 'NET_ADMIN' },
      { kind: 'system_path', path: '/etc' },
      { kind: 'moving_image', image: 'portainer/portainer-ce:latest' },
    ],
    services: [
      {
        name: 'portainer',
        image: 'portainer/portainer-ce:latest',
        flags: [{ kind: 'privileged' }, socket],
        has_healthcheck: false,
      },
    ],
    taken: [
      { line: 14, message: 'container_name was left out: names come from the project' },
      { line: null, message: 'The password in PASSWORD became a secret that is made for you' },
    ],
  },
};
