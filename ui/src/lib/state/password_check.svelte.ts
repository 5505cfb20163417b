import type { Backend } from '../backend/backend';
import type { PasswordStrength } from '../backend/generated';

/** How long somebody has to stop typing, in milliseconds. */
const pause = 250;

/** What the other side thinks of a password that is being typed. */
export class PasswordCheck {
  #backend: Backend;
  #answer = $state.raw<{ password: string; strength: PasswordStrength } | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wanted = '';

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** The last answer; it may be about what was typed a moment ago. */
  get strength(): PasswordStrength | null {
    return this.#answer?.strength ?? null;
  }

  /** The answer about exactly this password. */
  of(password: string): PasswordStrength | null {
    return this.#answer?.password === password ? this.#answer.strength : null;
  }

  /** Asks once the typing pauses. Without an answer the password is judged when it is sent. */
  ask(username: string, password: string): void {
    clearTimeout(this.#timer);
    this.#wanted = password;
    if (password === '') {
      this.#answer = null;
      return;
    }
    this.#timer = setTimeout(() => {
      this.#backend.call('password.check', { username, password }).then(
        (strength) => {
          if (this.#wanted === password) this.#answer = { password, strength };
        },
        () => {
          this.#answer = null;
        },
      );
    }, pause);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#wanted = '';
  }
}
