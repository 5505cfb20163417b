import { innerHeight } from 'svelte/reactivity/window';

/** The height of something docked at the foot of the window, dragged or moved by keys. */
export class DockHeight {
  readonly least: number;
  #spare: number;
  #wanted = $state(0);
  #start: { y: number; height: number } | null = null;

  /** Pixels to begin with, at least, and of the window that stay for what is above. */
  constructor(height: number, least = 120, spare = 160) {
    this.#wanted = height;
    this.least = least;
    this.#spare = spare;
  }

  /** As wanted, as far as the window has room for it. */
  get value(): number {
    return Math.min(this.#wanted, this.most);
  }

  /** The greatest height: something of the page above stays in sight. */
  get most(): number {
    return Math.max(this.least, (innerHeight.current ?? 0) - this.#spare);
  }

  set(height: number): void {
    this.#wanted = Math.round(Math.min(this.most, Math.max(this.least, height)));
  }

  press = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    event.preventDefault();
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.#start = { y: event.clientY, height: this.value };
  };

  move = (event: PointerEvent): void => {
    if (this.#start) this.set(this.#start.height + this.#start.y - event.clientY);
  };

  release = (): void => {
    this.#start = null;
  };

  key = (event: KeyboardEvent): void => {
    const step = event.shiftKey ? 72 : 18;
    if (event.key === 'ArrowUp') this.set(this.value + step);
    else if (event.key === 'ArrowDown') this.set(this.value - step);
    else if (event.key === 'Home') this.set(this.most);
    else if (event.key === 'End') this.set(this.least);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}
