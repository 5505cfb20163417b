import { untrack } from 'svelte';
import type { Topic } from '../backend/generated';
import type { Pushes } from './pushes';

type Reload = () => unknown;

/** Who shows what of the things that the process says have changed. */
export class Topics {
  #reloads = new Map<Topic, Set<Reload>>();

  constructor(pushes: Pushes) {
    pushes.on((push) => {
      if (push.kind !== 'changed') return;
      for (const reload of this.#reloads.get(push.topic) ?? []) reload();
    });
  }

  /** Calls `reload` at each change of the topic until the returned function is called. */
  on(topic: Topic, reload: Reload): () => void {
    const all = this.#reloads.get(topic) ?? new Set();
    this.#reloads.set(topic, all.add(reload));
    return () => all.delete(reload);
  }

  /**
   * For a component's start: loads now, and again at each change while the component is there.
   * Changes that come while a load is under way become one more load.
   */
  follow(topic: Topic, load: () => Promise<unknown>): void {
    let running = false;
    let again = false;
    const reload = async () => {
      again = true;
      if (running) return;
      running = true;
      try {
        while (again) {
          again = false;
          await load();
        }
      } finally {
        running = false;
      }
    };
    $effect(() => {
      untrack(() => void reload());
      return this.on(topic, () => void reload());
    });
  }
}
