/** The projects of the pictures: what runs where, and what it uses. */

/** Containers of one project on one server: service, image, CPU, memory in MB, ↓, ↑, port. */
export type Service = [string, string, number, number, number, number, number?];
export interface Project {
  name: string | null;
  server: string;
  /** Seconds since they were started. */
  up: number;
  services: Service[];
}

const day = 86_400;

export const projects: Project[] = [
  {
    name: 'immich',
    server: 'docker-1',
    up: 41 * day,
    services: [
      ['server', 'ghcr.io/immich-app/immich-server:2.4.0', 12.4, 612, 1_900_000, 84_000, 2283],
      ['machine-learning', 'ghcr.io/immich-app/immich-ml:2.4.0', 38.1, 1884, 4100, 2200],
      ['microservices', 'ghcr.io/immich-app/immich-server:2.4.0', 6, 402, 22_000, 1_200_000],
      ['database', 'postgres:16.4', 1.2, 288, 310_000, 702_000],
      ['cache', 'valkey/valkey:8.0', 0.3, 14, 52_000, 61_000],
    ],
  },
  {
    name: 'paperless',
    server: 'nas',
    up: 16 * 3600,
    services: [
      ['web', 'ghcr.io/paperless-ngx/paperless-ngx:2.13', 0.8, 311, 1100, 900, 8000],
      ['worker', 'ghcr.io/paperless-ngx/paperless-ngx:2.13', 0, 0, 0, 0],
      ['broker', 'valkey/valkey:8.0', 0.2, 9, 600, 600],
      ['database', 'postgres:16.4', 0.4, 102, 1900, 2400],
    ],
  },
  {
    name: 'media',
    server: 'media',
    up: 12 * day,
    services: [
      ['jellyfin', 'jellyfin/jellyfin:10.10', 171, 1147, 24_100_000, 24_600_000, 8096],
      ['sonarr', 'lscr.io/linuxserver/sonarr:4.0', 0.9, 204, 3000, 2000, 8989],
      ['radarr', 'lscr.io/linuxserver/radarr:5.14', 0.7, 198, 2000, 2000, 7878],
      ['prowlarr', 'lscr.io/linuxserver/prowlarr:1.25', 0.4, 151, 1000, 900, 9696],
      ['bazarr', 'lscr.io/linuxserver/bazarr:1.4', 0.5, 187, 400, 300, 6767],
      ['lidarr', 'lscr.io/linuxserver/lidarr:2.8', 0.6, 176, 500, 300, 8686],
      ['transmission', 'lscr.io/linuxserver/transmission:4.0', 1.6, 92, 1_200_000, 640_000, 9091],
      ['seerr', 'ghcr.io/seerr-team/seerr:2.1', 0.9, 241, 2000, 1000, 5055],
    ],
  },
  {
    name: 'nextcloud',
    server: 'docker-1',
    up: 9 * day,
    services: [
      ['app', 'nextcloud:30.0-fpm', 2.1, 411, 61_000, 88_000],
      ['web', 'nginx:1.27', 0.1, 12, 90_000, 64_000, 8080],
      ['database', 'mariadb:11.4', 0.9, 312, 40_000, 71_000],
      ['cache', 'redis:7.4', 0.2, 11, 9000, 7000],
      ['cron', 'nextcloud:30.0-fpm', 0, 38, 0, 0],
    ],
  },
  {
    name: 'monitoring',
    server: 'docker-1',
    up: 41 * day,
    services: [
      ['grafana', 'grafana/grafana:11.4', 0.7, 142, 3000, 9000, 3000],
      ['prometheus', 'prom/prometheus:v3.0', 1.9, 486, 71_000, 4000, 9090],
      ['loki', 'grafana/loki:3.3', 1.1, 231, 22_000, 3000],
      ['alertmanager', 'prom/alertmanager:v0.27', 0.1, 31, 400, 300],
    ],
  },
  {
    name: 'home',
    server: 'docker-1',
    up: 3 * day,
    services: [
      ['homeassistant', 'ghcr.io/home-assistant/home-assistant:2025.11', 3.2, 642, 14_000, 11_000],
      ['mosquitto', 'eclipse-mosquitto:2.0', 0.1, 6, 4000, 4000, 1883],
      ['zigbee2mqtt', 'koenkk/zigbee2mqtt:1.41', 0.6, 98, 2000, 2000],
      ['nodered', 'nodered/node-red:4.0', 0.4, 112, 800, 700, 1880],
    ],
  },
  {
    name: null,
    server: 'docker-1',
    up: 20 * day,
    services: [
      ['vaultwarden', 'vaultwarden/server:1.32', 0.1, 54, 200, 300, 8222],
      ['caddy', 'caddy:2.8', 0.4, 31, 900_000, 910_000, 443],
      ['registry', 'registry:2', 0, 18, 0, 0, 5000],
    ],
  },
  {
    name: 'dns',
    server: 'pi-dns',
    up: 203 * day,
    services: [
      ['adguard', 'adguard/adguardhome:v0.107', 1.2, 112, 4000, 3800, 3000],
      ['unbound', 'klutchell/unbound:1.22', 0.3, 24, 2000, 1900],
    ],
  },
  {
    name: 'dev',
    server: 'local',
    up: 5 * 3600,
    services: [
      ['web', 'localhost/dev-web:latest', 0.4, 88, 900, 1200, 5173],
      ['database', 'postgres:17.2', 0.2, 61, 300, 400, 5432],
      ['mail', 'axllent/mailpit:v1.21', 0, 16, 0, 0, 8025],
    ],
  },
  {
    name: 'backup',
    server: 'nas',
    up: 16 * 3600,
    services: [
      ['restic', 'restic/rest-server:0.13', 0.1, 22, 120_000, 900, 8001],
      ['minio', 'minio/minio:RELEASE.2025-10-15T17-29-55Z', 0.6, 194, 88_000, 71_000, 9000],
      ['kopia', 'kopia/kopia:0.18', 0, 0, 0, 0],
    ],
  },
  {
    name: 'edge',
    server: 'vps-fra',
    up: 87 * day,
    services: [
      ['traefik', 'traefik:v3.2', 0.8, 71, 210_000, 230_000, 443],
      ['headscale', 'headscale/headscale:0.23', 0.2, 44, 4000, 3000, 8085],
      ['uptime', 'louislam/uptime-kuma:1.23', 0.9, 131, 2000, 1000, 3001],
      ['ntfy', 'binwiederhier/ntfy:v2.11', 0.1, 28, 700, 600, 2586],
    ],
  },
  {
    name: 'attic',
    server: 'attic-pi',
    up: 30 * day,
    services: [
      ['octoprint', 'octoprint/octoprint:1.10', 1.1, 144, 3000, 2000, 5001],
      ['camera', 'bluenviron/mediamtx:1.9', 8.4, 61, 90_000, 310_000, 8554],
      ['rtl433', 'hertzg/rtl_433:24.10', 2.2, 12, 0, 0],
    ],
  },
];
