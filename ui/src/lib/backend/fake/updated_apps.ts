import { type Details, line, port, secret, setting } from './app_settings';

/** Apps of which there are two versions. */
export const updatedApps: Readonly<Record<string, Details>> = {
  'tomo/immich': {
    services: [
      {
        name: 'server',
        image: 'ghcr.io/immich-app/immich-server:v3.2.4',
        flags: [],
        has_healthcheck: true,
      },
      {
        name: 'machine-learning',
        image: 'ghcr.io/immich-app/immich-machine-learning:v3.2.4',
        flags: [],
        has_healthcheck: true,
      },
    ],
    settings: [
      port('WEB_PORT', 'Web port', '2283'),
      setting(
        'WORKERS',
        'Workers',
        { type: 'number', min: 1, max: 16 },
        { default: '1', is_advanced: true },
      ),
      setting('DB_PASSWORD', 'Database password', secret(32), { is_advanced: true }),
    ],
    compose: `services:
  server:
    image: ghcr.io/immich-app/immich-server:v3.2.4@sha256:2c0d58e9a1f7b36c4d02e8b95f7a130c6d84e2b91f05a7c3d6e8f4029b7191ab
    restart: unless-stopped
    ports: ["\${WEB_PORT}:2283"]
    environment:
      DB_PASSWORD: \${DB_PASSWORD}
      TZ: \${TZ}
    depends_on: [database, redis]
    volumes: ["upload:/data"]
  redis:
    image: docker.io/valkey/valkey:9.1
    restart: unless-stopped
    healthcheck:
      test: [CMD, valkey-cli, ping]
  machine-learning:
    image: ghcr.io/immich-app/immich-machine-learning:v3.2.4@sha256:f47c0b8d2e6a91375c84d0fe1b2a6973e5d8c04f71b9a62e3d50c8f7a41608be
    restart: unless-stopped
    environment:
      MACHINE_LEARNING_WORKERS: \${WORKERS}
    volumes: ["model_cache:/cache"]
  database:
    image: docker.io/library/postgres:17.11
    restart: unless-stopped
    environment:
      POSTGRES_PASSWORD: \${DB_PASSWORD}
    volumes: ["db:/var/lib/postgresql/data"]
volumes:
  db:
  model_cache:
  upload:
`,
  },
  'tomo/vaultwarden': {
    settings: [
      port('WEB_PORT', 'Web port', '8222'),
      setting('ADMIN_TOKEN', 'Token of the admin page', secret(32)),
      setting(
        'DOMAIN',
        'Address',
        { ...line, pattern: 'https://[^ ]+' },
        {
          description: 'Which the apps are given, such as https://vault.example.org.',
          default: 'https://vault.example.org',
        },
      ),
      setting('MAIL_FROM', 'Sender of mails', line, {
        description: 'Invitations come from this address.',
      }),
      setting('PUSH_KEY', 'Push key', secret(40), { is_required: false }),
    ],
    services: [
      {
        name: 'web',
        image: 'docker.io/vaultwarden/server:1.37.4',
        flags: [],
        has_healthcheck: true,
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
    image: docker.io/vaultwarden/server:1.37.4
    restart: unless-stopped
    ports: ["\${WEB_PORT}:80"]
    environment:
      DOMAIN: \${DOMAIN}
      ADMIN_TOKEN: \${ADMIN_TOKEN}
      SMTP_FROM: \${MAIL_FROM}
      PUSH_INSTALLATION_KEY: \${PUSH_KEY}
    volumes: ["data:/data"]
  db:
    image: docker.io/library/postgres:17.11-alpine
    restart: unless-stopped
    volumes: ["db:/var/lib/postgresql/data"]
volumes:
  data:
  db:
`,
  },
};
