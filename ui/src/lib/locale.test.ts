import { expect, test } from 'vitest';
import { settleLanguage } from './locale';

/** In the C locale uPlot would throw while it is loaded, and the window would stay white. */
test('a language that is none becomes one, and a real one stays', () => {
  const none = { language: 'C' };
  settleLanguage(none);
  expect(none.language).toBe('en-US');
  const some = { language: 'de-CH' };
  settleLanguage(some);
  expect(some.language).toBe('de-CH');
});
