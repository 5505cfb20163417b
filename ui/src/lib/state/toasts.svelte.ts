import { sentences } from '../format';
/** What happened out of sight; never what can be seen where it happened. */
export interface Toast {
  id: number;
  /** A warning waits for somebody; a failure and it stay until they are put away. */
  tone: 'done' | 'warning' | 'critical';
  title: string;
  text?: string;
  action?: { label: string; run: () => void };
}

const shownFor = 6000;

export class Toasts {
  #all = $state.raw<readonly Toast[]>([]);
  #next = 1;

  get all(): readonly Toast[] {
    return this.#all;
  }

  /** Shows it; gives what it can be put away by. */
  show(toast: Omit<Toast, 'id'>): number {
    const id = this.#next++;
    this.#all = [...this.#all, { ...toast, id }];
    if (toast.tone === 'done') setTimeout(() => this.dismiss(id), shownFor);
    return id;
  }

  /** An error of something that was started here and ended elsewhere. */
  fail(title: string, error: { message: string; hint: string }): void {
    this.show({
      tone: 'critical',
      title,
      text: sentences(error.message, error.hint),
    });
  }

  /** Puts away what waits for the one who leaves: the next one must neither read it nor act on it. */
  leave(): void {
    this.#all = this.#all.filter(({ tone }) => tone === 'done');
  }

  dismiss(id: number): void {
    this.#all = this.#all.filter((toast) => toast.id !== id);
  }
}
