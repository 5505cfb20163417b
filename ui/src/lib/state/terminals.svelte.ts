import type { TerminalTarget } from '../backend/generated';

/** A terminal that somebody asked for. Its tab opens it, and tells how it goes. */
export interface TerminalTab {
  readonly id: number;
  readonly target: TerminalTarget;
  readonly title: string;
}

/** The terminals of the window, in the order of their tabs. They outlive the page that opened them. */
export class Terminals {
  #all = $state.raw<readonly TerminalTab[]>([]);
  #current = $state<number | null>(null);
  /** Whether only the tabs are in sight; what runs goes on. */
  isFolded = $state(false);
  #next = 1;

  get all(): readonly TerminalTab[] {
    return this.#all;
  }

  /** The tab in front. */
  get current(): number | null {
    return this.#current;
  }

  /** Opens another terminal, in front. */
  open(target: TerminalTarget, title: string): number {
    const id = this.#next++;
    this.#all = [...this.#all, { id, target, title }];
    this.#current = id;
    this.isFolded = false;
    return id;
  }

  choose(id: number): void {
    if (!this.#all.some((tab) => tab.id === id)) return;
    this.#current = id;
    this.isFolded = false;
  }

  /** Goes to the next tab, or the one before, round the ends. */
  step(by: 1 | -1): void {
    const at = this.#all.findIndex((tab) => tab.id === this.#current);
    const count = this.#all.length;
    if (count > 0) this.#current = this.#all[(at + by + count) % count]?.id ?? null;
  }

  /** Closes a tab; the one beside it comes to the front. */
  close(id: number): void {
    const at = this.#all.findIndex((tab) => tab.id === id);
    if (at < 0) return;
    this.#all = this.#all.filter((tab) => tab.id !== id);
    if (this.#current === id) this.#current = (this.#all[at] ?? this.#all.at(-1))?.id ?? null;
  }

  closeAll(): void {
    this.#all = [];
    this.#current = null;
    this.isFolded = false;
  }
}

/** The one set of terminals of this window. */
export const terminals = new Terminals();
