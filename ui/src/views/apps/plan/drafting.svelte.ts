import { ApiError, type Backend } from '../../../lib/backend/backend';

/** Milliseconds in which changes come together. */
export const TOGETHER = 300;

type Texts = Readonly<Record<string, string>>;

/**
 * Values that somebody fills in, and what they would do: looked at anew at each change. What is shown
 * stays until the next answer is here; an answer that was overtaken is dropped.
 */
export abstract class Drafting<Plan extends { values: Record<string, string> }> {
  plan = $state.raw<Plan | null>(null);
  /** Why there is no plan of what is wanted now. */
  error = $state.raw<ApiError | null>(null);
  /** Whether the plan that is shown is not yet of what is wanted. */
  isBehind = $state(true);

  /** Values that somebody chose; the others are what they would be without. */
  values = $state.raw<Texts>({});
  /** Secrets that somebody typed; they go nowhere until it is done. */
  secrets = $state.raw<Texts>({});

  protected readonly backend: Backend;
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** Asks what would be done with all that is filled in now; the rest runs when it is the latest. */
  protected abstract ask(): Promise<{ plan: Plan; take?: () => void }>;

  /** Whether it can be asked about at all. */
  protected canAsk(): boolean {
    return true;
  }

  /** A setting's value as it would be taken. */
  value(setting: string, otherwise: string | null): string {
    return this.values[setting] ?? this.plan?.values[setting] ?? otherwise ?? '';
  }

  set(setting: string, value: string): void {
    this.values = { ...this.values, [setting]: value };
    this.later();
  }

  setSecret(setting: string, value: string): void {
    const others = Object.entries(this.secrets).filter(([name]) => name !== setting);
    this.secrets = Object.fromEntries(value === '' ? others : [...others, [setting, value]]);
  }

  /** Looks at what is wanted now. */
  async look(): Promise<void> {
    this.stop();
    const turn = ++this.#turn;
    this.isBehind = this.canAsk();
    if (!this.isBehind) return;
    try {
      const { plan, take } = await this.ask();
      if (turn !== this.#turn) return;
      this.plan = plan;
      take?.();
      this.error = null;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.error = ApiError.from(thrown);
    }
    this.isBehind = false;
  }

  /** Drops what is waiting to be looked at. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  protected later(): void {
    this.stop();
    // What is on its way is of something that nobody wants any more.
    this.#turn += 1;
    this.isBehind = true;
    this.#timer = setTimeout(() => void this.look(), TOGETHER);
  }
}
