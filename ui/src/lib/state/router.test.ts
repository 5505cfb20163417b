import { expect, test } from 'vitest';
import { hrefOf, parseRoute, serverRoute, settingsRoute, type Route } from './router.svelte';

test('every place survives the way through the address', () => {
  const places: Route[] = [
    { page: 'overview' },
    { page: 'servers' },
    { page: 'settings' },
    { page: 'account' },
    { page: 'activity' },
    { page: 'activity', server: '0190-a/b?c' },
    { page: 'apps' },
    { page: 'apps', tab: 'installed' },
    { page: 'apps', tab: 'catalog' },
    { page: 'app_plan', id: 'tomo/miniflux' },
    { page: 'app_plan', id: 'tomo/miniflux', again: 'a1/2' },
    { page: 'installed', id: 'a1', tab: 'overview' },
    { page: 'installed', id: 'a/1', tab: 'logs' },
    { page: 'installed', id: 'a1', tab: 'backup' },
    { page: 'app_restore' },
    { page: 'app_restore', path: '/home/ana/a&b?.tomo' },
    { page: 'docker_setup', server: '0190-a/b?c' },
    { page: 'installed', id: 'a1', tab: 'files' },
    { page: 'own_app', step: 'write' },
    { page: 'own_app', step: 'plan', again: 'a1/2' },
    { page: 'adopt', server: '0190-a/b?c', project: 'my_media' },
    { page: 'apps', tab: 'sources' },
    { page: 'app', id: 'tomo/miniflux' },
    settingsRoute('audit'),
    settingsRoute('monitoring', 'monitoring.cpu_warning_percent'),
    serverRoute('0190-a/b?c', 'details', '7d'),
    serverRoute('id'),
  ];
  for (const place of places) expect(parseRoute(hrefOf(place))).toEqual(place);
});

test('an address that nothing knows is the overview, and an unknown tab the first one', () => {
  expect(parseRoute('')).toEqual({ page: 'overview' });
  expect(parseRoute('#/nowhere')).toEqual({ page: 'overview' });
  expect(parseRoute('#/server/%E0%A4%A')).toEqual({ page: 'overview' });
  expect(parseRoute('#/settings/nowhere?key=ui.theme')).toEqual({ page: 'settings' });
  expect(parseRoute('#/apps/nowhere')).toEqual({ page: 'apps' });
  expect(parseRoute('#/docker_setup')).toEqual({ page: 'containers' });
  expect(parseRoute('#/apps/%E0%A4%A/x')).toEqual({ page: 'apps' });
  expect(parseRoute('#/adopt/%E0%A4%A/x')).toEqual({ page: 'apps' });
  expect(parseRoute('#/own-app/nowhere')).toEqual({ page: 'own_app', step: 'write' });
  expect(parseRoute('#/server/nas/x?range=9y')).toEqual(serverRoute('nas'));
});
