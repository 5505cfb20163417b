import type { Failure, ServerRow } from '../backend/generated';
import { age, secondsSince, when, whenAt } from '../format';

/** What stands in the place of figures when there are none that count. */
export interface Sentence {
  tone: 'critical' | 'plain';
  /** What is wrong, since when. */
  text: string;
  /** What Tomo does about it. */
  aside: string;
  failure: Failure | null;
  /** The one thing a person can do here. */
  action: 'retry' | 'connect' | 'check_key' | 'compare_keys' | null;
}

/** A failure in the words of the step that it happened in. */
export function failureText(failure: Failure, since: string, now: number): string {
  switch (failure.step) {
    case 'resolve':
    case 'connect':
      return `Unreachable for ${age(secondsSince(since, now))}`;
    case 'host_key':
      return `Host key: ${failure.message}`;
    case 'authenticate':
      return `Sign in: ${failure.message}`;
    case 'command':
      return `No figures: ${failure.message}`;
  }
}

function retryText(retryAt: string, now: number): string {
  const seconds = Math.ceil((Date.parse(retryAt) - now) / 1000);
  return seconds > 0 ? `retrying in ${age(seconds)}` : 'retrying';
}

/** Why a row shows a sentence instead of figures; `null` when it shows figures. */
export function sentenceOf(row: ServerRow, now: number): Sentence | null {
  const { connection, health, figures } = row;
  switch (connection.state) {
    case 'host_key_unknown':
      return {
        tone: 'critical',
        text: 'The host key is not trusted yet',
        aside: 'Tomo has not signed in',
        failure: null,
        action: 'check_key',
      };
    case 'host_key_changed':
      return {
        tone: 'critical',
        text: 'The host key has changed',
        aside: `stopped at ${whenAt(connection.since, now)}, before signing in`,
        failure: null,
        action: 'compare_keys',
      };
    case 'failed':
      return {
        tone: 'critical',
        text: failureText(connection.failure, connection.since, now),
        aside: 'not tried again by itself',
        failure: connection.failure,
        action: 'retry',
      };
    case 'retrying':
      // A short silence is a stale row: its last figures say more than a sentence.
      if (health.state === 'stale' && figures) return null;
      return {
        tone: 'critical',
        text: failureText(connection.failure, connection.since, now),
        aside: retryText(connection.retry_at, now),
        failure: connection.failure,
        action: 'retry',
      };
    case 'disconnected':
      return {
        tone: 'plain',
        text: 'Disconnected',
        aside: 'Tomo leaves it alone',
        failure: null,
        action: 'connect',
      };
    case 'paused':
      return figures
        ? null
        : { tone: 'plain', text: 'Paused', aside: '', failure: null, action: null };
    case 'connecting':
      return figures && health.state !== 'connecting'
        ? null
        : { tone: 'plain', text: 'Connecting', aside: '', failure: null, action: null };
    case 'connected':
      return figures
        ? null
        : {
            tone: 'plain',
            text: 'Connected',
            aside: 'waiting for figures',
            failure: null,
            action: null,
          };
  }
}

/** Whether its figures are from before, and shown in grey. */
export function isOld(row: ServerRow): boolean {
  return row.health.state === 'stale' || row.connection.state === 'paused';
}

/** `host`, or `host:port` where the port is not SSH's own. */
export function addressOf({ host, port }: { host: string; port: number }): string {
  if (port === 22) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The line below the name in which an old row says how old it is. */
export function oldText(row: ServerRow, now: number): string {
  if (!row.figures) return '';
  const old = age(secondsSince(row.figures.at, now));
  return row.connection.state === 'paused'
    ? `Paused: figures from ${when(row.figures.at, now)}`
    : `Stale: figures are ${old} old`;
}
