import { expect, test } from 'vitest';
import { problemOf, strengthOf } from './password';

test('the rule is length alone, counted in characters as people see them', () => {
  expect(problemOf('elevenchars')).toBe('At least 12 characters');
  expect(problemOf('🏠'.repeat(12))).toBeNull();
  expect(problemOf('a'.repeat(257))).toBe('At most 256 characters');
});

test('a long password of one letter is not called good', () => {
  expect(strengthOf('a'.repeat(40)).bars).toBe(1);
  expect(strengthOf('correct horse battery staple').bars).toBe(4);
  expect(strengthOf('kitchenlight').bars).toBe(2);
});

test('below the least length it counts what is missing', () => {
  expect(strengthOf('elevenchars').word).toBe('1 more character.');
  expect(strengthOf('').bars).toBe(0);
});
