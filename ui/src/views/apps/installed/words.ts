import type { Mark } from '../../../components/StateMark.svelte';
import type {
  AppStep,
  AppWork,
  AppWorkKind,
  InstalledApp,
  ServerRow,
} from '../../../lib/backend/generated';
import { bytes, counted, NBSP, secondsSince, sentences } from '../../../lib/format';
import { cpuText } from '../../containers/words';

/** What is being done, as it goes on: `restarting`. */
const doing: Record<AppWorkKind, string> = {
  install: 'installing',
  start: 'starting',
  stop: 'stopping',
  restart: 'restarting',
  uninstall: 'uninstalling',
  update: 'updating',
  roll_back: 'rolling back',
  clean_up: 'cleaning up',
  backup: 'backing up',
  restore: 'restoring',
  move: 'moving',
};

/** What was to be done, as a noun. */
const deeds: Record<AppWorkKind, string> = {
  install: 'Installing',
  start: 'Starting',
  stop: 'Stopping',
  restart: 'Restarting',
  uninstall: 'Uninstalling',
  update: 'Updating',
  roll_back: 'Rolling back',
  clean_up: 'Cleaning up',
  backup: 'Backing up',
  restore: 'Restoring',
  move: 'Moving',
};

/** `Installing`, of what is being done or was to be done. */
export function deedWord(kind: AppWorkKind): string {
  return deeds[kind];
}

const cancels: Partial<Record<AppWorkKind, string>> = {
  install: 'Cancel and clean up',
  backup: 'Cancel the backup',
  restore: 'Cancel and put it back',
  move: 'Cancel the move',
};

/** What the button says that ends what is being done. */
export function cancelWord(kind: AppWorkKind): string {
  return cancels[kind] ?? 'Cancel the update';
}

/** The step that something stands at, from 1. */
export function stepNumber({ steps }: AppWork): number {
  const running = steps.findIndex(({ state }) => state === 'running');
  const done = steps.filter(({ state }) => state === 'done').length;
  return Math.min(steps.length, (running >= 0 ? running : done) + 1);
}

/** `starting, step 4 of 7`. */
export function workText({ status }: Pick<InstalledApp, 'status'>, work: AppWork): string {
  // An installation has stages of its own, which say more.
  const stages = ['pulling', 'creating', 'starting'];
  const word = work.is_cancelled
    ? 'being cancelled'
    : work.kind === 'install' && stages.includes(status)
      ? status
      : doing[work.kind];
  if (work.steps.length === 0) return word;
  return `${word}, step${NBSP}${stepNumber(work)} of${NBSP}${work.steps.length}`;
}

/** Where an app comes from that is in no catalog. */
export function originTitle(origin: InstalledApp['origin']): string {
  return origin === 'adopted'
    ? 'Was on the server already, and was adopted'
    : 'From a compose file of your own';
}

/** How an app is. */
export interface State {
  mark: Mark;
  text: string;
  tone: '' | 'tone-warn' | 'tone-crit';
  /** Why there are no figures beside it: the words take their room. */
  isSentence: boolean;
}

function isConnected(server: ServerRow | undefined): boolean {
  return server?.connection.state === 'connected';
}

/** How an app is, in a shape and in words. */
export function stateOf(app: InstalledApp, server: ServerRow | undefined): State {
  const { work, state, status, error } = app;
  if (work) return { mark: 'working', text: workText(app, work), tone: '', isSentence: true };
  if (app.is_stuck) {
    const text = error ? `between two versions: ${error}` : 'between two versions';
    return { mark: 'critical', text, tone: 'tone-crit', isSentence: true };
  }
  if (status === 'error') {
    return {
      mark: 'critical',
      text: error ? `failed: ${error}` : 'failed',
      tone: 'tone-crit',
      isSentence: true,
    };
  }
  if (state === null) {
    const text = isConnected(server)
      ? 'not known, the engine does not answer'
      : 'not known, server is down';
    return { mark: 'unknown', text, tone: '', isSentence: true };
  }
  if (error !== null) {
    return { mark: 'warning', text: `${state}; ${error}`, tone: 'tone-warn', isSentence: true };
  }
  if (app.is_troubled) {
    const isIll = state === 'unhealthy';
    return {
      mark: isIll ? 'warning' : 'critical',
      text: state,
      tone: isIll ? 'tone-warn' : 'tone-crit',
      isSentence: false,
    };
  }
  const mark = status === 'stopped' ? 'off' : state === 'starting' ? 'connecting' : 'fine';
  return { mark, text: state, tone: '', isSentence: false };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `Running and healthy · 2 containers · 0.4 % CPU · 182 MB · port 8080`. */
export function stateLine(app: InstalledApp, server: ServerRow | undefined): string {
  const { text } = stateOf(app, server);
  const { containers, cpu_percent, memory_bytes, page } = app;
  const counts =
    containers === null || containers.total === 0
      ? null
      : containers.running === containers.total
        ? counted(containers.total, 'container')
        : `${containers.running} of ${counted(containers.total, 'container')} running`;
  return [
    text === 'healthy' ? 'Running and healthy' : capital(text),
    counts,
    cpu_percent === null ? null : `${cpuText(cpu_percent)} CPU`,
    memory_bytes === null ? null : bytes(memory_bytes),
    page === null ? null : `port ${page.port}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Whether it runs, or is about to: there is something to stop. */
export function isUp({ status, containers }: InstalledApp): boolean {
  return status === 'stopped' || status === 'error' ? (containers?.running ?? 0) > 0 : true;
}

/** Work that fills the page while it goes on; an app that is there keeps its page for the rest. */
export function isWhole({ kind }: AppWork): boolean {
  const whole: readonly AppWorkKind[] = ['install', 'uninstall', 'update', 'roll_back'];
  return whole.includes(kind) || ['backup', 'restore', 'move'].includes(kind);
}

/** Whether it never came to be: its installation failed. */
export function isStillborn({ status, installed_at, work }: InstalledApp): boolean {
  return work === null && status === 'error' && installed_at === null;
}

/** `12 s`, `2 min 5 s`. */
export function wholeSeconds(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole}${NBSP}s`;
  return `${Math.floor(whole / 60)}${NBSP}min ${whole % 60}${NBSP}s`;
}

/** Seconds that a step took, or takes so far: `0.4 s`, `12 s`, `2 min 5 s`. */
export function stepSeconds(one: AppStep, now: number): string {
  const seconds =
    one.seconds ??
    (one.state === 'running' && one.started_at !== null ? secondsSince(one.started_at, now) : null);
  if (seconds === null) return '';
  // What still runs ticks in whole seconds.
  if (one.seconds === null || seconds >= 99.5) {
    return wholeSeconds(seconds);
  }
  return `${seconds.toFixed(1)}${NBSP}s`;
}

/** A stopwatch: `0:31`, `12:05`, `1:02:07`. */
export function stopwatch(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (part: number) => String(part).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}

/** What failed and why, in a sentence; the reason may begin with a name, and stays as it is. */
export function failureText(kind: AppWorkKind, step: string, message: string): string {
  const what = step ? `${deeds[kind]} failed at “${step}”` : `${deeds[kind]} failed`;
  return sentences(`${what}: ${message}`);
}
