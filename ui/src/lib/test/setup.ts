import '@testing-library/jest-dom/vitest';
import { configure } from '@testing-library/svelte';
import { beforeEach } from 'vitest';

// A machine under load is slow, not wrong.
configure({ asyncUtilTimeout: 5000 });

// happy-dom has no canvas; charts draw into nothing.
const drawing = new Proxy(
  {},
  {
    get: (_target, name) => (name === 'measureText' ? () => ({ width: 0 }) : () => undefined),
    set: () => true,
  },
);
HTMLCanvasElement.prototype.getContext = (() =>
  drawing) as unknown as HTMLCanvasElement['getContext'];

globalThis.Path2D = function () {
  return drawing;
} as unknown as typeof Path2D;

// One way of writing times, on whatever system the tests run.
Object.defineProperty(navigator, 'language', { value: 'en-GB', configurable: true });

// Every test starts as a first start does: no remembered choice, at the overview.
beforeEach(() => {
  localStorage.clear();
  location.hash = '';
});
