import type { AuthType } from '../backend/generated';

/** How a server is signed in to, in a word. */
export const authWords: Record<AuthType, string> = {
  password: 'Password',
  key: 'Private key',
  agent: 'SSH agent',
  local: 'Local',
};
