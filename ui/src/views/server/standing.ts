import type { ConnectionStatus, Failure, ServerRow, Step } from '../../lib/backend/generated';
import { age, secondsSince, whenAt } from '../../lib/format';

/** What a page can offer to get out of a state. */
export type WayOut = 'retry' | 'connect' | 'resume' | 'edit' | 'look_at_key';

/** How a server stands, when its figures are not current: what happened, then what to do. */
export interface Standing {
  mark: 'down' | 'stale' | 'off' | 'connecting' | 'paused';
  tone: 'plain' | 'critical' | 'warning';
  title: string;
  text: string;
  ways: WayOut[];
}

const STEPS: Record<Step, string> = {
  resolve: 'Find the address',
  connect: 'Connect',
  host_key: 'Host key',
  authenticate: 'Sign in',
  command: 'Run a command',
};

/** `Sign in: the password is not accepted.` */
export function failureSentence(failure: Failure): string {
  return `${STEPS[failure.step]}: ${failure.message.replace(/\.$/, '')}.`;
}

/** The sentence above old figures; `null` while they are current. */
export function standingOf(
  row: ServerRow,
  now: number,
  pausedUntil: string | null,
): Standing | null {
  const last = lastFigures(row, now);
  const { connection } = row;
  switch (connection.state) {
    case 'connected':
      return row.health.state === 'stale'
        ? {
            mark: 'stale',
            tone: 'plain',
            title: `${row.server.name} does not answer`,
            text: join(last, 'Tomo keeps asking.'),
            ways: [],
          }
        : null;
    case 'connecting':
      return row.figures
        ? { mark: 'connecting', tone: 'plain', title: 'Connecting', text: last, ways: [] }
        : null;
    case 'retrying':
      return {
        mark: 'down',
        tone: 'critical',
        title: `Unreachable for ${age(secondsSince(connection.since, now))}, ${retryText(connection, now)}`,
        text: join(failureSentence(connection.failure), connection.failure.hint, last),
        ways: ['retry'],
      };
    case 'failed':
      return {
        mark: 'down',
        tone: 'critical',
        title: failureSentence(connection.failure).replace(/\.$/, ''),
        text: join(connection.failure.hint, 'Not tried again by itself.', last),
        ways: connection.failure.step === 'authenticate' ? ['edit', 'retry'] : ['retry'],
      };
    case 'host_key_unknown':
      return {
        mark: 'down',
        tone: 'critical',
        title: 'Its host key is not known yet',
        text: 'Nobody has decided whether to trust it. Nothing was sent.',
        ways: ['look_at_key'],
      };
    case 'host_key_changed':
      return {
        mark: 'down',
        tone: 'critical',
        title: 'It has a different host key. Tomo has stopped',
        text: join('Nothing was sent.', last),
        ways: ['look_at_key'],
      };
    case 'disconnected':
      return { mark: 'off', tone: 'plain', title: 'Disconnected', text: last, ways: ['connect'] };
    case 'paused':
      return {
        mark: 'paused',
        tone: 'plain',
        title: pausedUntil
          ? `Collection is paused until ${whenAt(pausedUntil, now)}`
          : 'Collection is paused',
        text: last,
        ways: ['resume'],
      };
  }
}

/** Whether the figures on the page are those of now. */
export function isCurrent(row: ServerRow): boolean {
  return ['fine', 'warning', 'critical'].includes(row.health.state);
}

/** `Last figures 14:27, 4 min ago.` */
function lastFigures(row: ServerRow, now: number): string {
  if (!row.figures) return '';
  const ago = age(secondsSince(row.figures.at, now));
  const at = whenAt(row.figures.at, now);
  return `Last figures ${at}, ${ago} ago.`;
}

function retryText(
  connection: Extract<ConnectionStatus, { state: 'retrying' }>,
  now: number,
): string {
  const wait = secondsSince(now, connection.retry_at);
  return wait < 1 ? 'trying now' : `retrying in ${age(Math.ceil(wait))}`;
}

function join(...parts: string[]): string {
  return parts.filter(Boolean).join(' ');
}
