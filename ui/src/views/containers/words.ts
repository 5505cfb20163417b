import type { Mark } from '../../components/StateMark.svelte';
import type {
  Container,
  ContainerRow,
  ContainerState,
  PublishedPort,
  ServerRow,
} from '../../lib/backend/generated';
import { ABSENT, age, percentFine, secondsSince } from '../../lib/format';
import { isRunning } from '../../lib/state/containers.svelte';

/** The chips over the list. A container in trouble may run as well, and is then in both. */
export const kinds = ['running', 'stopped', 'troubled'] as const;
export type Kind = (typeof kinds)[number];

export function isOfKind(row: ContainerRow, kind: Kind): boolean {
  if (kind === 'troubled') return row.trouble !== null;
  if (kind === 'running') return isRunning(row);
  return !isRunning(row) && row.trouble === null;
}

const stateWords: Record<ContainerState, string> = {
  created: 'created, never started',
  running: 'running',
  paused: 'paused',
  restarting: 'restarting',
  removing: 'being removed',
  exited: 'stopped',
  dead: 'dead',
  unknown: 'state not known',
};

/** The state's shape, and its word for who does not see it. */
export function markOf(row: ContainerRow): { mark: Mark; label: string } {
  const { state } = row.container;
  const label = row.trouble ?? stateWords[state];
  if (row.trouble !== null) return { mark: isRunning(row) ? 'warning' : 'critical', label };
  if (state === 'running') return { mark: 'fine', label };
  if (state === 'paused') return { mark: 'paused', label };
  if (state === 'restarting' || state === 'removing') return { mark: 'working', label };
  if (state === 'created') return { mark: 'waiting', label };
  if (state === 'exited') return { mark: 'off', label };
  return { mark: 'unknown', label };
}

/** What a compose project calls it; by itself its name. */
export function nameOf({ project, service, name }: Container, grouped: boolean): string {
  return grouped && project !== null && service ? service : name;
}

/** `registry.lan:5000/team/web:2.13@sha256:…` as what it is called, and its tag or digest. */
export function imageParts(image: string): { name: string; tag: string } {
  const [plain = '', digest] = image.split('@');
  const last = plain.slice(plain.lastIndexOf('/') + 1);
  const colon = last.indexOf(':');
  if (/^sha256:/.test(image)) return { name: image.slice(0, 19), tag: '' };
  const name = colon < 0 ? last : last.slice(0, colon);
  const tag = colon < 0 ? '' : last.slice(colon);
  return { name, tag: tag || (digest ? `@${digest.slice(0, 14)}` : '') };
}

/** A row that has no figures to show: what it does instead, and since when. */
export interface Standing {
  tone: 'critical' | 'plain';
  text: string;
  aside: string;
}

/** Words in place of the figures, of a container that does not run. */
export function standingOf(row: ContainerRow, now: number): Standing | null {
  const { container, trouble } = row;
  if (isRunning(row) || container.state === 'paused') return null;
  const parts: string[] = [];
  if (container.finished_at && container.state !== 'created') {
    parts.push(`${age(secondsSince(container.finished_at, now))} ago`);
  }
  if (container.restart_count) {
    const { restart_count: count } = container;
    const times = count === 1 ? 'once' : `${count.toLocaleString('en')} times`;
    parts.push(`restarted ${times}`);
  }
  if (trouble !== null) {
    if (container.error && container.error !== trouble) parts.push(container.error);
    return { tone: 'critical', text: trouble, aside: parts.join(', ') };
  }
  const word = stateWords[container.state];
  return {
    tone: 'plain',
    text: word.charAt(0).toUpperCase() + word.slice(1),
    aside: parts.join(', '),
  };
}

/** Seconds since it was started; of one that does not run, nothing. */
export function upSeconds(row: ContainerRow, now: number): number | null {
  const { started_at } = row.container;
  if (started_at === null || !isRunning(row)) return null;
  return secondsSince(started_at, now);
}

/** A published port, and where it leads when this computer may reach it. */
export interface PortLink {
  port: number;
  href: string | null;
  title: string;
}

/** Ports whose programs answer plain requests only with an error. */
const secure = new Set([443, 8443, 9443]);

const loopback = /^(127\.|::1$|localhost$)/;

/** Published ports, each once; IPv4 and IPv6 of the same port are one. */
export function portLinks(ports: readonly PublishedPort[], server: ServerRow | undefined) {
  const links = new Map<number, PortLink>();
  for (const { host_port, host_ip, protocol, container_port } of ports) {
    if (host_port === null) continue;
    const local = loopback.test(host_ip ?? '');
    const host = hostOf(host_ip, server);
    const scheme = secure.has(container_port) || secure.has(host_port) ? 'https' : 'http';
    const reachable = host !== null && (!local || isHere(server));
    const href = protocol === 'tcp' && reachable ? `${scheme}://${host}:${host_port}` : null;
    const known = links.get(host_port);
    if (known?.href) continue;
    const where = local ? ', only from the host itself' : '';
    links.set(host_port, {
      port: host_port,
      href,
      title: `${href ?? `Port ${host_port}`}, ${container_port}/${protocol} in the container${where}`,
    });
  }
  return [...links.values()];
}

function isHere(server: ServerRow | undefined): boolean {
  return server?.server.auth_type === 'local';
}

const anyAddress = new Set(['', '0.0.0.0', '::']);

function hostOf(hostIp: string | null, server: ServerRow | undefined): string | null {
  const bound = hostIp !== null && !anyAddress.has(hostIp) && !loopback.test(hostIp);
  const host = bound ? hostIp : isHere(server) ? 'localhost' : server?.server.host;
  if (!host) return null;
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** How much of a bar is full: of what it may use at most, else of one core. */
export function cpuBar({ figures }: ContainerRow): number | null {
  if (!figures || figures.cpu_percent === null) return null;
  return Math.min(100, figures.cpu_percent / (figures.cpu_limit_cores ?? 1));
}

/** The share of the host, for the tooltip of a figure in cores. */
export function cpuTitle({ figures }: ContainerRow): string {
  if (!figures || figures.cpu_percent === null) return 'Not measured yet';
  const host =
    figures.cpu_host_percent === null
      ? ''
      : `; ${percentFine(figures.cpu_host_percent)} of the host`;
  const limit =
    figures.cpu_limit_cores === null ? '' : `; at most ${figures.cpu_limit_cores} cores`;
  return `100\u00a0% is one core${host}${limit}`;
}

/** `12.4 %`, and without a decimal above 100. */
export function cpuText(value: number | null): string {
  if (value === null) return ABSENT;
  return value >= 99.95 ? `${Math.round(value)}\u00a0%` : percentFine(value);
}
