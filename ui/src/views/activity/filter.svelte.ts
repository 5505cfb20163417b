import type { ActivityFilter, ActivityGroup } from '../../lib/backend/generated';
import { startOfDate, startOfDay } from '../../lib/format';

export const spans = ['today', '7d', '30d', 'all', 'custom'] as const;
export type Span = (typeof spans)[number];

/** What is chosen above the list. */
export interface Choice {
  text: string;
  group: ActivityGroup | '';
  /** Nobody in particular, Tomo itself, or a user's id. */
  who: '' | 'tomo' | `user:${string}`;
  server: string;
  span: Span;
  /** Days as a date field writes them, `2026-11-22`; both count whole. */
  from: string;
  to: string;
}

const daysBack: Partial<Record<Span, number>> = { today: 0, '7d': 7, '30d': 30 };

const iso = (at: number) => new Date(at).toISOString();

/** The filter that a choice stands for at a moment. */
export function filterOf(choice: Choice, now: number): ActivityFilter {
  const filter: ActivityFilter = {};
  const text = choice.text.trim();
  if (text) filter.text = text;
  if (choice.group) filter.group = choice.group;
  if (choice.who === 'tomo') filter.by_tomo = true;
  else if (choice.who) filter.user_id = choice.who.slice('user:'.length);
  if (choice.server) filter.server_id = choice.server;
  if (choice.span === 'custom') {
    const since = startOfDate(choice.from);
    const until = startOfDate(choice.to, 1);
    if (since !== null) filter.since = iso(since);
    if (until !== null) filter.until = iso(until);
  } else {
    const back = daysBack[choice.span];
    if (back !== undefined) filter.since = iso(startOfDay(now, -back));
  }
  return filter;
}

/** What the fields hold; from it the list is asked for. */
export class Choices implements Choice {
  text = $state('');
  group = $state<Choice['group']>('');
  who = $state<Choice['who']>('');
  server = $state('');
  span = $state<Span>('7d');
  from = $state('');
  to = $state('');

  constructor(server = '') {
    this.server = server;
    // What one server went through is little, and seldom recent.
    if (server) this.span = 'all';
  }

  /** Whether anything but time narrows the list. */
  get narrowed(): boolean {
    return Boolean(this.text.trim() || this.group || this.who || this.server);
  }

  /** Why the days do not fit; `null` if they do. */
  get problem(): string | null {
    if (this.span !== 'custom' || !this.from || !this.to || this.from <= this.to) return null;
    return 'The first day comes after the last';
  }

  clear(): void {
    this.text = '';
    this.group = '';
    this.who = '';
    this.server = '';
  }
}
