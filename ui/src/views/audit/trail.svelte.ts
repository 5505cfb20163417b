import { ApiError, type Backend } from '../../lib/backend/backend';
import type {
  AuditEntry,
  AuditFilter,
  AuditPage,
  AuditReport,
  ChangeType,
} from '../../lib/backend/generated';

export const periods = [
  { value: 'day', label: 'Last 24 hours', days: 1 },
  { value: 'week', label: 'Last 7 days', days: 7 },
  { value: 'month', label: 'Last 30 days', days: 30 },
  { value: 'year', label: 'Last year', days: 365 },
  { value: 'all', label: 'All of it', days: null },
] as const;
export type Period = (typeof periods)[number]['value'];

export const changes = [
  { value: 'any', label: 'Any change' },
  { value: 'create', label: 'Created' },
  { value: 'update', label: 'Updated' },
  { value: 'delete', label: 'Deleted' },
] as const;
export type Change = (typeof changes)[number]['value'];

const DAY_MS = 86_400_000;

/** The audit trail as it is looked at: a filter, the pages fetched so far, and what was proven. */
export class Trail {
  text = $state('');
  change = $state<Change>('any');
  period = $state<Period>('month');

  entries = $state.raw<readonly AuditEntry[]>([]);
  more = $state(0);
  loaded = $state(false);
  loading = $state(false);
  error = $state.raw<ApiError | null>(null);
  anchored = $state.raw<Pick<AuditPage, 'anchored_at' | 'anchored_id'> | null>(null);

  report = $state.raw<AuditReport | null>(null);
  verifying = $state(false);
  verifyError = $state.raw<ApiError | null>(null);

  #backend: Backend;
  #now: () => number;
  #turn = 0;

  constructor(backend: Backend, now: () => number = Date.now) {
    this.#backend = backend;
    this.#now = now;
  }

  get isFiltered(): boolean {
    return this.text.trim() !== '' || this.change !== 'any' || this.period !== 'all';
  }

  filter(): AuditFilter {
    const filter: AuditFilter = {};
    const days = periods.find(({ value }) => value === this.period)?.days ?? null;
    if (this.text.trim()) filter.text = this.text.trim();
    if (this.change !== 'any') filter.change_type = this.change as ChangeType;
    if (days !== null) filter.since = new Date(this.#now() - days * DAY_MS).toISOString();
    return filter;
  }

  /** The first page, anew. */
  async load(): Promise<void> {
    await this.#fetch(null);
  }

  /** The next page, if there is one and none is on its way. */
  async loadMore(): Promise<void> {
    const last = this.entries.at(-1);
    if (this.loading || this.more === 0 || !last) return;
    await this.#fetch(last.id);
  }

  async #fetch(before: number | null): Promise<void> {
    const turn = ++this.#turn;
    this.loading = true;
    try {
      const page = await this.#backend.call('audit.list', { filter: this.filter(), before });
      if (turn !== this.#turn) return;
      this.entries = before === null ? page.entries : [...this.entries, ...page.entries];
      this.more = page.more;
      this.anchored = page;
      this.loaded = true;
      this.error = null;
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.error = ApiError.from(thrown);
    }
    this.loading = false;
  }

  async verify(): Promise<void> {
    if (this.verifying) return;
    this.verifying = true;
    this.verifyError = null;
    try {
      this.report = await this.#backend.call('audit.verify', {});
    } catch (thrown) {
      this.verifyError = ApiError.from(thrown);
    } finally {
      this.verifying = false;
    }
  }

  /** Shows everything again. */
  clear(): void {
    this.text = '';
    this.change = 'any';
    this.period = 'all';
  }
}

/** How far an entry is proven by a report. */
export type Proof = 'proven' | 'broken' | 'unproven';

export function proofOf(id: number, report: AuditReport | null): Proof | null {
  if (!report || report.first_broken === null) return null;
  if (id < report.first_broken) return 'proven';
  return id === report.first_broken ? 'broken' : 'unproven';
}
