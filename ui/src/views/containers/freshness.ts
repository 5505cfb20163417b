import type { ContainerRow, ServerEngine, ServerRow } from '../../lib/backend/generated';
import { secondsSince } from '../../lib/format';

/** Seconds after which a figure is old, whatever the pace of collection. */
const OLDEST = 90;

/** What a row's age is judged by. */
export interface Surroundings {
  engine: ServerEngine | undefined;
  server: ServerRow | undefined;
  /** Seconds between two samples. */
  pace: number;
  /** Milliseconds since 1970. */
  now: number;
}

/** Seconds since what a row says was true; `null` while it is kept up to date. */
export function ageOf(row: ContainerRow, { engine, server, pace, now }: Surroundings) {
  const { figures } = row;
  const measured = figures === null ? null : secondsSince(figures.at, now);
  const isLost =
    (engine !== undefined && engine.status.state !== 'ready') ||
    (server !== undefined && ['down', 'stale', 'off'].includes(server.health.state));
  if (isLost) {
    if (measured !== null) return measured;
    return engine?.status.state === 'trouble' ? secondsSince(engine.status.since, now) : 0;
  }
  return measured !== null && measured > Math.max(OLDEST, pace * 2.5) ? measured : null;
}
