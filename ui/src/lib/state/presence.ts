import type { Backend } from '../backend/backend';

/** At most this often the other side is told that somebody is here, in milliseconds. */
const every = 30_000;
const signs = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const;

/** Tells the other side that a person is at the window, until the returned function is called. */
export function watchPresence(backend: Backend, now: () => number = Date.now): () => void {
  let told = -Infinity;
  const seen = () => {
    if (now() - told < every) return;
    told = now();
    // A session that is gone or locked shows by itself: the call leads back to the gate.
    backend.call('session.touch', {}).catch(() => {});
  };
  for (const sign of signs) window.addEventListener(sign, seen, { passive: true, capture: true });
  return () => {
    for (const sign of signs) window.removeEventListener(sign, seen, { capture: true });
  };
}
