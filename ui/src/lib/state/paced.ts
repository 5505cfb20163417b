/**
 * Runs at the first call, then at most once in `pace` milliseconds: what is called for in between
 * is one more run at its end.
 */
export function paced(run: () => unknown, pace: number): { call: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let again = false;
  const call = (): void => {
    if (timer !== null) {
      again = true;
      return;
    }
    run();
    timer = setTimeout(() => {
      timer = null;
      if (!again) return;
      again = false;
      call();
    }, pace);
  };
  return {
    call,
    stop: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      again = false;
    },
  };
}
