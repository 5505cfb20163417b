const KINDS: Record<string, { name: string; file: string }> = {
  'ssh-ed25519': { name: 'Ed25519', file: 'ed25519' },
  'ssh-rsa': { name: 'RSA', file: 'rsa' },
  'ssh-dss': { name: 'DSA', file: 'dsa' },
  'ecdsa-sha2-nistp256': { name: 'ECDSA P-256', file: 'ecdsa' },
  'ecdsa-sha2-nistp384': { name: 'ECDSA P-384', file: 'ecdsa' },
  'ecdsa-sha2-nistp521': { name: 'ECDSA P-521', file: 'ecdsa' },
  'sk-ssh-ed25519@openssh.com': { name: 'Ed25519 on a token', file: 'ed25519_sk' },
  'sk-ecdsa-sha2-nistp256@openssh.com': { name: 'ECDSA on a token', file: 'ecdsa_sk' },
};

/** An algorithm as people call it: `ssh-ed25519` is `Ed25519`. */
export function algorithmName(algorithm: string): string {
  return KINDS[algorithm]?.name ?? algorithm;
}

/** The command that prints this host's fingerprint on the host itself. */
export function fingerprintCommand(algorithm: string): string {
  const file = KINDS[algorithm]?.file ?? '*';
  return `ssh-keygen -lf /etc/ssh/ssh_host_${file}_key.pub`;
}

/** The base64 of a fingerprint, without `SHA256:` in front. */
export function digestOf(fingerprint: string): string {
  return fingerprint.replace(/^SHA256:/, '').replace(/=+$/, '');
}

/** In groups of five, as an eye compares them. */
export function fingerprintGroups(fingerprint: string): string[] {
  return digestOf(fingerprint).match(/.{1,5}/g) ?? [];
}

/** Both ends of a fingerprint, where there is no room for all of it. */
export function shortFingerprint(fingerprint: string): string {
  const digest = digestOf(fingerprint);
  return digest.length > 12 ? `SHA256:${digest.slice(0, 5)}…${digest.slice(-5)}` : fingerprint;
}

/**
 * Finds the fingerprint in what a person pasted: the line of `ssh-keygen -l`, the fingerprint
 * alone, or its groups with the spaces left in. `null` when there is none.
 */
export function findFingerprint(text: string): string | null {
  const named = /SHA256:([A-Za-z0-9+/]{43})(?![A-Za-z0-9+/])/.exec(text);
  if (named) return `SHA256:${named[1]}`;
  const bare = digestOf(text.replace(/\s+/g, ''));
  return /^[A-Za-z0-9+/]{43}$/.test(bare) ? `SHA256:${bare}` : null;
}
