import type { AppFiles } from '../backend/generated';

/** What stands for the value of a secret that is not shown. */
export const HIDDEN = '••••';

/** The values of a file of variables, by their names. */
function linesOf(env: string): Map<string, string> {
  return new Map(
    env.split('\n').flatMap((line) => {
      const at = line.indexOf('=');
      return at < 0 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()] as const];
    }),
  );
}

/** The files of an own app while they are written. */
export class OwnFilesDraft {
  /** A compose file, or a `docker run` line. */
  compose = $state('');
  /** The file of variables. */
  env = $state('');
  /** The installation whose files it began from. */
  of = $state<string | null>(null);
  /** What it began from. */
  #before = $state.raw({ compose: '', env: '' });

  /** Whether it is as it began. */
  isAsBefore = $derived.by(
    () => this.compose === this.#before.compose && this.env === this.#before.env,
  );

  /** Whether a secret that is not shown was given another value. */
  hasNewSecret = $derived.by(() => {
    const before = linesOf(this.#before.env);
    const now = linesOf(this.env);
    return [...before].some(
      ([name, value]) => value === HIDDEN && (now.get(name) ?? HIDDEN) !== HIDDEN,
    );
  });

  isEmpty = $derived.by(() => this.compose.trim() === '' && this.env.trim() === '');

  /** Begins from files that are there. */
  begin({ compose, env }: Pick<AppFiles, 'compose' | 'env'>, of: string | null = null): void {
    this.of = of;
    this.#before = { compose, env };
    this.compose = compose;
    this.env = env;
  }

  clear(): void {
    this.begin({ compose: '', env: '' });
  }
}
