import type { AuthType, ServerDetails, ServerRow, Status } from '../../lib/backend/generated';
import {
  ABSENT,
  algorithmName,
  duration,
  isMeasured,
  NBSP,
  systemShort,
  when,
} from '../../lib/format';
import { isCurrent } from './standing';

/** A share of one core; what is measured never reads 0. */
export function costShare(percent: number | null): string {
  if (!isMeasured(percent)) return ABSENT;
  return percent < 0.05 ? `<${NBSP}0.1${NBSP}%` : `${percent.toFixed(1)}${NBSP}%`;
}

/** The line under a server's name: where it is, what it is, how long up, what watching costs. */
export function headline(row: ServerRow, now: number): string[] {
  const { server, figures } = row;
  const parts: (string | null)[] = [
    server.auth_type === 'local' ? 'this computer' : `${server.username}@${server.host}`,
    systemShort(server.system_info),
  ];
  if (isCurrent(row)) {
    if (isMeasured(figures?.uptime_seconds)) parts.push(`up ${duration(figures.uptime_seconds)}`);
  } else if (figures) {
    parts.push(`last seen ${when(figures.at, now)}`);
  }
  return parts.filter((part) => part !== null);
}

/** `Tomo costs this host 0.3 % CPU, 1 session`; `null` while nothing was measured. */
export function costText(row: ServerRow, cost: ServerDetails['cost']): string | null {
  if (!cost || !isCurrent(row)) return null;
  const share = isMeasured(cost.remote_cpu_percent)
    ? `${costShare(cost.remote_cpu_percent)} CPU`
    : null;
  const session = row.server.auth_type === 'local' ? null : `1${NBSP}session`;
  const parts = [share, session].filter((part) => part !== null);
  return parts.length > 0 ? `Tomo costs this host ${parts.join(', ')}` : null;
}

/** `Private key, Ed25519, kept in the keychain`. */
export function signInText(auth: AuthType, details: ServerDetails, status: Status | null): string {
  if (auth === 'agent') return 'SSH agent, nothing is kept';
  if (auth === 'local') return ABSENT;
  const kinds = auth === 'password' ? ['Password'] : ['Private key'];
  if (details.key_algorithm) kinds.push(algorithmName(details.key_algorithm));
  if (!details.has_credential) return `${kinds.join(', ')}, not stored`;
  const place = status?.vault.state === 'open' ? status.vault.place : null;
  // The keychain holds the key to the credential, the database the encrypted credential.
  if (place === 'keychain')
    kinds.push(`encrypted, its key in ${status?.keychain_name ?? 'the keychain'}`);
  else kinds.push('encrypted with your passphrase');
  return kinds.join(', ');
}
