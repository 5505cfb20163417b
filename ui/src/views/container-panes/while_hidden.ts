/** A window that is hidden for less than this is still looked at, milliseconds. */
export const GLANCE = 60_000;

/**
 * Runs something once the window has been hidden for a while, and what that gives when the window is
 * seen again. The result ends that.
 */
export function whileHidden(onHidden: () => () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onSeen: (() => void) | null = null;
  const look = (): void => {
    clearTimeout(timer);
    if (document.hidden) {
      timer = setTimeout(() => (onSeen ??= onHidden()), GLANCE);
    } else {
      onSeen?.();
      onSeen = null;
    }
  };
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
  };
}
