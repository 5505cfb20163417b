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

/** `Private key, Ed25519, kept encrypted`. */
export function signInText(auth: AuthType, details: ServerDetails): string {
  if (auth === 'agent') return 'SSH agent, nothing is kept';
  if (auth === 'local') return ABSENT;
  const parts = [auth === 'password' ? 'Password' : 'Private key'];
  if (details.key_algorithm) parts.push(algorithmName(details.key_algorithm));
  parts.push(details.has_credential ? 'kept encrypted' : 'not stored');
  return parts.join(', ');
}

/** Where the key to the encrypted credential is, for the tooltip. */
export function vaultText(status: Status | null): string | undefined {
  if (status?.vault.state !== 'open') return undefined;
  return status.vault.place === 'keychain'
    ? `The key that opens it is in ${status.keychain_name}`
    : 'The key that opens it is locked with your passphrase';
}
