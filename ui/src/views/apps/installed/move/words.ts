import type { InstalledApp } from '../../../../lib/backend/generated';

/** The other end of a move: the same app on another server, on its way or there already. */
export function otherEnd(
  { id, app, server_id }: InstalledApp,
  all: readonly InstalledApp[],
): InstalledApp | undefined {
  const others = all.filter(
    (one) => one.id !== id && one.app === app && one.server_id !== server_id,
  );
  return others.find(({ work }) => work?.kind === 'move') ?? others[0];
}
