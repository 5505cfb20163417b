import type { Backend } from '../backend/backend';
import type { Push } from '../backend/generated';

type Listener = (push: Push) => void;

/** The one subscription of the window, handed on to whoever listens. */
export class Pushes {
  #listeners = new Set<Listener>();

  /** Listens until the returned function is called. */
  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(push: Push): void {
    for (const listener of this.#listeners) listener(push);
  }

  /** Starts the subscription; the result ends it. */
  connect(backend: Backend): Promise<() => void> {
    return backend.subscribe((push) => this.emit(push));
  }
}
