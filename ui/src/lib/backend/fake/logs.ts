import { ApiError } from '../backend';
import type { LogFilter, LogLine, LogSource, LogStatus } from '../generated';
import { noise } from './figures';
import type { Part, World } from './world';

/** Lines that are kept of a follow. */
const MOST_LINES = 1_000_000;

/** A search gives the numbers of so many lines, the newest. */
const MOST_NUMBERS = 10_000;

/** Milliseconds between two lines. */
const BEAT = 25;

interface Follow {
  status: LogStatus;
  /** When the line of number 0 was written, milliseconds since 1970. */
  began: number;
}

const texts: readonly ((n: number) => string)[] = [
  (n) => `\u001b[34mLOG\u001b[39m [Api:AssetService] Processed ${n % 90} uploads from 1 client`,
  () =>
    '\u001b[35mINFO\u001b[0m     Loading detection model \u001b[34mbuffalo_l\u001b[0m to memory',
  (n) =>
    `\u001b[34mLOG\u001b[39m [Api:EventRepository] Websocket connect: ${(n * 7919).toString(16)}`,
  (n) =>
    `\u001b[34mLOG\u001b[39m [Microservices:MediaService] Generated thumbnails for ${n % 60} assets`,
  (n) =>
    `{"level":"info","msg":"request","path":"/api/assets/${n}","status":200,"ms":${n % 40},"user":{"id":${n % 9},"name":"ana"}}`,
  (n) =>
    `\u001b[34mLOG\u001b[39m [Microservices:JobService] thumbnailGeneration: 1 failed, ${n % 60} done`,
];
const complaints: readonly ((n: number) => string)[] = [
  () => '\u001b[33mWARNING\u001b[0m  Model cache is 92 % of its limit, unloading after 300 s',
  (n) =>
    `\u001b[31mERROR\u001b[39m [Microservices:MediaService] Cannot read upload/2c/91/IMG_${n}.heic: truncated file`,
];

/** The line of a number: the same each time, so that none has to be kept. */
function lineOf({ status, began }: Follow, number: number): LogLine {
  const chance = noise(number + 1);
  const complains = chance < 0.08;
  const all = complains ? complaints : texts;
  const text = all[Math.floor(noise(number + 7) * all.length)] ?? String;
  const readable = status.sources.flatMap((one, at) => (one.error === null ? [at] : []));
  return {
    number,
    at_ms: began + number * BEAT,
    source: readable[Math.floor(noise(number + 3) * readable.length)] ?? 0,
    stream: complains ? 'stderr' : 'stdout',
    text: text(number),
    cut_bytes: number % 4999 === 4998 ? 48_213 : 0,
  };
}

/** A text as it is searched: without colours, whatever its case. */
function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- the escape of a terminal's colour is one
  return text.replace(/\u001b\[[\d;:]*m/g, '').toLowerCase();
}

function matches(line: LogLine, { stream, text }: LogFilter): boolean {
  if (stream !== null && line.stream !== stream) return false;
  return text === null || plain(line.text).includes(text.toLowerCase());
}

/** Logs of containers, followed. A follow grows by two seconds with each beat of the stand-in. */
export function logs(world: World): Part<'log'> {
  const follows = new Map<string, Follow>();
  let next = 1;

  const followOf = (id: string): Follow => {
    const follow = follows.get(id);
    if (!follow) throw new ApiError('not_found', 'This follow has ended.', 'Open the log again.');
    return follow;
  };
  const linesPerSecond = 1000 / BEAT;

  const grow = (): void => {
    for (const follow of follows.values()) {
      const { status } = follow;
      if (!status.sources.some((one) => one.is_following)) continue;
      const end = status.end + 2 * linesPerSecond;
      follow.status = {
        ...status,
        end,
        first: Math.max(status.first, end - status.most_lines),
        lines_per_second: linesPerSecond,
      };
      world.push({ kind: 'log', status: follow.status });
    }
  };

  return {
    'log.open': ({ containers }) => {
      const log_id = `log-${next++}`;
      const { logLines = 5_000, logError } = world.options;
      const known = ['server', 'machine-learning', 'microservices', 'database', 'cache'];
      const sources = containers.map((container, at): LogSource => {
        const error = at === 0 ? (logError ?? null) : null;
        const name =
          world.containerOf?.(container)?.container.service ?? known[at % known.length] ?? 'web';
        return { container, name, is_following: error === null, error };
      });
      const readable = sources.some((one) => one.error === null);
      const end = readable ? logLines : 0;
      const follow: Follow = {
        began: world.now() - end * BEAT,
        status: {
          log_id,
          sources,
          first: Math.max(0, end - MOST_LINES),
          end,
          lines_per_second: readable && end > 0 ? linesPerSecond : 0,
          most_lines: MOST_LINES,
        },
      };
      follows.set(log_id, follow);
      world.beats.add(grow);
      return follow.status;
    },
    'log.page': ({ log_id, from, limit, filter }) => {
      const follow = followOf(log_id);
      const { first, end } = follow.status;
      const lines: LogLine[] = [];
      const start = Math.max(first, from ?? end - limit);
      for (let number = start; number < end && lines.length < limit; number++) {
        const line = lineOf(follow, number);
        if (matches(line, filter)) lines.push(line);
      }
      return { status: follow.status, lines };
    },
    'log.search': ({ log_id, filter }) => {
      const follow = followOf(log_id);
      const { first, end } = follow.status;
      const numbers: number[] = [];
      for (let number = first; number < end; number++) {
        if (matches(lineOf(follow, number), filter)) numbers.push(number);
      }
      return { total: numbers.length, numbers: numbers.slice(-MOST_NUMBERS) };
    },
    'log.seek': ({ log_id, at_ms }) => {
      const { status, began } = followOf(log_id);
      const number = Math.ceil((at_ms - began) / BEAT);
      return Math.min(status.end, Math.max(status.first, number));
    },
    'log.save': ({ log_id, path }) => {
      const { status } = followOf(log_id);
      const rows = status.end - status.first;
      return { path, rows, bytes: rows * 96 };
    },
    'log.close': ({ log_id }) => {
      follows.delete(log_id);
      if (follows.size === 0) world.beats.delete(grow);
      return null;
    },
  };
}
