import { expect, test } from 'vitest';
import { HIDDEN, OwnFilesDraft } from './own_files.svelte';

test('a secret that is hidden counts as changed when it was given a value, and only then', () => {
  const draft = new OwnFilesDraft();
  draft.begin({ compose: 'services:', env: `TITLE=a\nPASSWORD=${HIDDEN}\n` });
  expect([draft.isAsBefore, draft.hasNewSecret]).toEqual([true, false]);
  draft.env = `TITLE=b\nPASSWORD=${HIDDEN}\n`;
  expect([draft.isAsBefore, draft.hasNewSecret]).toEqual([false, false]);
  // Without its line it is no other secret, but none.
  draft.env = 'TITLE=a\n';
  expect(draft.hasNewSecret).toBe(false);
  draft.env = 'TITLE=a\nPASSWORD=mine=1\n';
  expect(draft.hasNewSecret).toBe(true);
  draft.clear();
  expect([draft.isAsBefore, draft.isEmpty, draft.hasNewSecret]).toEqual([true, true, false]);
});
