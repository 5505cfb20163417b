import { expect, test } from 'vitest';
import source from '../backend/generated.ts?raw';
import type { Commands } from '../backend/generated';
import { effectOf, mayHave } from './access';

// A button that the other side would refuse is a lie, and one that is missing is a loss: the two
// lists must agree on every command.
test('what a command asks for is what the table of commands says', () => {
  const declared = [
    ...source.matchAll(/\((public|read|operate|administer)\) \*\/\s+"([a-z_.]+)":/g),
  ];
  expect(declared.length).toBeGreaterThan(70);
  const here = declared.map(([, , name]) => [name, effectOf(name as keyof Commands)]);
  expect(here).toEqual(declared.map(([, effect, name]) => [name, effect]));
});

test('a role has its own effects and those below it', () => {
  expect(mayHave('admin', 'administer')).toBe(true);
  expect(mayHave('user', 'administer')).toBe(false);
  expect(mayHave('user', 'operate')).toBe(true);
  expect(mayHave('readonly', 'operate')).toBe(false);
  expect(mayHave('readonly', 'read')).toBe(true);
  expect(mayHave(undefined, 'read')).toBe(false);
});
