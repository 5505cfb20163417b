/** Small choices of this window alone; what matters on other computers is a setting. */
export class Pref<T extends string> {
  #key: string;
  #value = $state('') as T;

  constructor(key: string, allowed: readonly T[], initial: T) {
    this.#key = `tomo.${key}`;
    this.#value = initial;
    try {
      const stored = localStorage.getItem(this.#key);
      this.#value = allowed.find((one) => one === stored) ?? initial;
    } catch {
      // Without storage it holds until the window closes.
    }
  }

  get value(): T {
    return this.#value;
  }

  set value(value: T) {
    this.#value = value;
    try {
      localStorage.setItem(this.#key, value);
    } catch {
      // As above.
    }
  }
}
