import type { EngineStatus, ServerEngine } from '../backend/generated';

/** An engine of a server, and where it stands. */
export interface Place {
  /** Path of its socket; absent while it is not known where it is. */
  socket: string | null;
  status: EngineStatus;
}

function socketOf(status: EngineStatus): string | null {
  if (status.state === 'ready') return status.info.socket;
  return status.state === 'trouble' ? status.trouble.socket : null;
}

/** Each engine of a server, the first one first. */
export function placesOf({ status, others }: ServerEngine): Place[] {
  return [{ socket: socketOf(status), status }, ...others];
}

/** Where each engine of a server stands, the first one first. */
export function statusesOf(engine: ServerEngine): EngineStatus[] {
  return placesOf(engine).map(({ status }) => status);
}

/** Where the engine stands that has this socket; of a server with one, that one. */
export function statusAt(engine: ServerEngine | undefined, socket: string) {
  if (!engine) return undefined;
  if (engine.others.length === 0) return engine.status;
  const places = placesOf(engine);
  const own = places.find((place) => place.socket === socket);
  // The one that does not say where it is has what no other has.
  return (own ?? places.find((place) => place.socket === null))?.status;
}

/** Whether it answers, and lets things be changed. */
export function isOpen(status: EngineStatus | undefined): boolean {
  return status?.state === 'ready' && status.info.access === 'full';
}

/** Whether there is one here, be it one that cannot be used. */
export function isThere(status: EngineStatus): boolean {
  return (
    status.state === 'ready' || (status.state === 'trouble' && status.trouble.obstacle !== 'absent')
  );
}
