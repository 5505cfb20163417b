import { expect, test } from 'vitest';
import { ApiError } from './backend';

test('what Tauri rejects with keeps its code, message and hint', () => {
  const error = ApiError.from({ code: 'duplicate', message: 'nas is there', hint: 'Rename it.' });
  expect(error).toMatchObject({ code: 'duplicate', message: 'nas is there', hint: 'Rename it.' });
});

test('anything else that is thrown becomes an error that can be shown', () => {
  expect(ApiError.from('channel closed')).toMatchObject({
    code: 'failed',
    message: 'channel closed',
  });
  expect(ApiError.from(undefined).code).toBe('failed');
});
