import type { Step, TestReport } from '../../lib/backend/generated';
import { shortFingerprint } from '../../lib/format';

const TITLES: Record<Step, string> = {
  resolve: 'Find the address',
  connect: 'Connect',
  host_key: 'Host key',
  authenticate: 'Sign in',
  command: 'Run a command',
};

const ORDER: Step[] = ['resolve', 'connect', 'host_key', 'authenticate', 'command'];

/** One line of the test. */
export interface StepLine {
  step: Step;
  title: string;
  state: 'done' | 'failed' | 'question' | 'waiting';
  /** What was found, at the line's end. */
  detail: string | null;
  /** Why it failed, after the title. */
  message: string | null;
  /** What to do about it. */
  hint: string | null;
}

/** The lines of a test; without a report, those of a test that has not begun. */
export function stepLines(report: TestReport | null, trusted: string | null): StepLine[] {
  return ORDER.map((step) => {
    const line: StepLine = {
      step,
      title: TITLES[step],
      state: 'waiting',
      detail: null,
      message: null,
      hint: null,
    };
    const result = report?.steps.find((candidate) => candidate.step === step);
    if (!result || result.outcome === 'not_reached') return line;
    if (result.outcome === 'passed') {
      return { ...line, state: 'done', detail: detailOf(step, result.detail, trusted) };
    }
    const unknown = step === 'host_key' && report?.host_key?.verdict === 'unknown';
    const failure = report?.failure?.step === step ? report.failure : null;
    return {
      ...line,
      state: unknown ? 'question' : 'failed',
      message: unknown ? 'nobody has trusted it yet' : lowerFirst(failure?.message ?? 'failed'),
      hint: unknown ? null : (failure?.hint ?? null),
    };
  });
}

function detailOf(step: Step, detail: string | null, trusted: string | null): string | null {
  if (step !== 'host_key') return detail;
  if (trusted !== null) return 'trusted just now';
  const fingerprint = /SHA256:\S+/.exec(detail ?? '')?.[0];
  return fingerprint ? shortFingerprint(fingerprint) : detail;
}

/** After a colon a sentence goes on in lower case, unless it begins with a name in capitals. */
function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
