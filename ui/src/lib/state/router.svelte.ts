/** Where the window is. The address's hash is the one place that holds it. */

export const ranges = ['live', '1h', '24h', '7d', '30d'] as const;
/** What a server's charts show: the last hour as it comes, or a stored range. */
export type ChartRange = (typeof ranges)[number];

export const serverTabs = ['metrics', 'containers', 'details'] as const;
export type ServerTab = (typeof serverTabs)[number];

export const settingsSections = [
  'appearance',
  'monitoring',
  'security',
  'retention',
  'backup',
  'users',
  'sessions',
  'audit',
  'assistants',
  'about',
] as const;
export type SettingsSection = (typeof settingsSections)[number];

export const storePages = ['images', 'volumes', 'networks'] as const;
export type StorePage = (typeof storePages)[number];

export const appTabs = ['installed', 'catalog', 'sources'] as const;
export type AppTab = (typeof appTabs)[number];

/**
 * Of an app on a server; `edit`, `files`, `update` and `move` show what would be done before it is.
 */
export const installedTabs = [
  'overview',
  'configuration',
  'edit',
  'files',
  'logs',
  'updates',
  'update',
  'backup',
  'move',
  'steps',
] as const;
export type InstalledTab = (typeof installedTabs)[number];

export type Route =
  | { page: 'overview' }
  | { page: 'servers' }
  | { page: 'server'; id: string; tab: ServerTab; range: ChartRange }
  /** With `open` that container’s panel: `<server>/<container>`. */
  | { page: 'containers'; open?: string }
  /** What engines keep beside containers; with a server only what is on it. */
  | { page: StorePage; server?: string }
  /** Without a tab what is installed, if something is, else the catalog. */
  | { page: 'apps'; tab?: AppTab }
  /** One app of the catalog: `<source>/<app>`. */
  | { page: 'app'; id: string }
  /** What installing it would do; `again` is the installation that is tried once more. */
  | { page: 'app_plan'; id: string; again?: string }
  /** A backup of an app to restore: this file, or one that is chosen there. */
  | { page: 'app_restore'; path?: string }
  /** Docker for a server that has none. */
  | { page: 'docker_setup'; server: string }
  /** An own app from its files: written, then planned; `again` is the installation that failed. */
  | { page: 'own_app'; step: 'write' | 'plan'; again?: string }
  /** What adopting a compose project would mean. */
  | { page: 'adopt'; server: string; project: string }
  /** One app on a server. */
  | { page: 'installed'; id: string; tab: InstalledTab }
  /** With a server only what was done to it. */
  | { page: 'activity'; server?: string }
  /** Without a section its first one; `key` is the one setting that was asked for. */
  | { page: 'settings'; section?: SettingsSection; key?: string }
  | { page: 'account' };

const overview: Route = { page: 'overview' };

function oneOf<T extends string>(
  all: readonly T[],
  value: string | null | undefined,
  otherwise: T,
): T {
  return all.find((one) => one === value) ?? otherwise;
}

/** Reads `#/server/<id>/<tab>?range=24h`; what it does not know is the overview. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [page, id, tab, more] = path.split('/');
  if (page === 'servers' || page === 'account') return { page };
  if (page === 'containers') {
    const open = new URLSearchParams(query).get('open');
    return { page, ...(open && { open }) };
  }
  if (page === 'apps') {
    const known = appTabs.find((one) => one === id);
    if (!id || !tab) return { page, ...(known && { tab: known }) };
    try {
      const app = `${decodeURIComponent(id)}/${decodeURIComponent(tab)}`;
      if (more !== 'install') return { page: 'app', id: app };
      const again = new URLSearchParams(query).get('again');
      return { page: 'app_plan', id: app, ...(again && { again }) };
    } catch {
      return { page };
    }
  }
  if (page === 'app_restore') {
    const path = new URLSearchParams(query).get('path');
    return { page, ...(path && { path }) };
  }
  if (page === 'docker_setup') {
    const server = new URLSearchParams(query).get('server');
    return server ? { page, server } : { page: 'containers' };
  }
  if (page === 'own-app') {
    const again = new URLSearchParams(query).get('again');
    return { page: 'own_app', step: id === 'plan' ? 'plan' : 'write', ...(again && { again }) };
  }
  if (page === 'adopt' && id && tab) {
    try {
      return { page, server: decodeURIComponent(id), project: decodeURIComponent(tab) };
    } catch {
      return { page: 'apps' };
    }
  }
  if (page === 'installed' && id) {
    try {
      return {
        page,
        id: decodeURIComponent(id),
        tab: oneOf(installedTabs, tab, 'overview'),
      };
    } catch {
      return { page: 'apps' };
    }
  }
  const store = storePages.find((one) => one === page);
  if (store) {
    const server = new URLSearchParams(query).get('server');
    return { page: store, ...(server && { server }) };
  }
  if (page === 'activity') {
    const server = new URLSearchParams(query).get('server');
    return { page, ...(server && { server }) };
  }
  if (page === 'settings') {
    const section = settingsSections.find((one) => one === id);
    const key = new URLSearchParams(query).get('key');
    return { page, ...(section && { section }), ...(section && key && { key }) };
  }
  if (page === 'server' && id) {
    try {
      return {
        page: 'server',
        id: decodeURIComponent(id),
        tab: oneOf(serverTabs, tab, 'metrics'),
        range: oneOf(ranges, new URLSearchParams(query).get('range'), 'live'),
      };
    } catch {
      return overview;
    }
  }
  return overview;
}

/** The hash of a route, for `href` and for the address. */
export function hrefOf(route: Route): string {
  if (route.page === 'settings' && route.section) {
    const query = route.key ? `?key=${encodeURIComponent(route.key)}` : '';
    return `#/settings/${route.section}${query}`;
  }
  if (route.page === 'containers' && route.open) {
    return `#/containers?open=${encodeURIComponent(route.open)}`;
  }
  if (route.page === 'apps') return route.tab ? `#/apps/${route.tab}` : '#/apps';
  if (route.page === 'app' || route.page === 'app_plan') {
    const app = `#/apps/${route.id.split('/').map(encodeURIComponent).join('/')}`;
    if (route.page === 'app') return app;
    return `${app}/install${route.again ? `?again=${encodeURIComponent(route.again)}` : ''}`;
  }
  if (route.page === 'own_app') {
    const step = route.step === 'plan' ? '/plan' : '';
    return `#/own-app${step}${route.again ? `?again=${encodeURIComponent(route.again)}` : ''}`;
  }
  if (route.page === 'adopt') {
    return `#/adopt/${encodeURIComponent(route.server)}/${encodeURIComponent(route.project)}`;
  }
  if (route.page === 'installed') {
    const tab = route.tab === 'overview' ? '' : `/${route.tab}`;
    return `#/installed/${encodeURIComponent(route.id)}${tab}`;
  }
  if (route.page === 'app_restore' && route.path) {
    return `#/app_restore?path=${encodeURIComponent(route.path)}`;
  }
  if ('server' in route && route.server) {
    return `#/${route.page}?server=${encodeURIComponent(route.server)}`;
  }
  if (route.page !== 'server') return `#/${route.page}`;
  const query = route.range === 'live' ? '' : `?range=${route.range}`;
  return `#/server/${encodeURIComponent(route.id)}/${route.tab}${query}`;
}

/** A section of the settings, at one of them if it is given. */
export function settingsRoute(section: SettingsSection, key?: string): Route {
  return key === undefined ? { page: 'settings', section } : { page: 'settings', section, key };
}

/** The apps that can be had. */
export const catalogRoute: Route = { page: 'apps', tab: 'catalog' };

/** Where an own app is written; with `again` from an installation that failed. */
export function ownAppRoute(again?: string): Route {
  return { page: 'own_app', step: 'write', ...(again !== undefined && { again }) };
}

/** The page of one app on a server, at its first tab unless told. */
export function installedRoute(id: string, tab: InstalledTab = 'overview'): Route {
  return { page: 'installed', id, tab };
}

/** The page of one server, at its first tab unless told. */
export function serverRoute(
  id: string,
  tab: ServerTab = 'metrics',
  range: ChartRange = 'live',
): Route {
  return { page: 'server', id, tab, range };
}

export class Router {
  #route = $state.raw<Route>(overview);

  constructor() {
    this.#route = parseRoute(location.hash);
  }

  get route(): Route {
    return this.#route;
  }

  go(route: Route): void {
    location.hash = hrefOf(route);
    this.#route = route;
  }

  /** Changes the place without a step to go back to: a range, a tab. */
  replace(route: Route): void {
    history.replaceState(null, '', hrefOf(route));
    this.#route = route;
  }

  /** Follows the address until the returned function is called. */
  listen(): () => void {
    const follow = () => {
      this.#route = parseRoute(location.hash);
    };
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }
}
