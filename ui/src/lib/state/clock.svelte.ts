import { createSubscriber } from 'svelte/reactivity';

/** The time in whole seconds, ticking only while something on screen reads it. */
export class Clock {
  #now = Date.now();
  #subscribe = createSubscriber((update) => {
    const timer = setInterval(() => {
      this.#now = Date.now();
      update();
    }, 1000);
    return () => clearInterval(timer);
  });

  /** Milliseconds since 1970; a reader inside an effect or markup is called again each second. */
  get now(): number {
    this.#subscribe();
    if (!$effect.tracking()) return Date.now();
    return this.#now;
  }
}
