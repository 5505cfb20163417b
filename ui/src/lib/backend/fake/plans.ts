import { ApiError } from '../backend';
import type { Plan } from '../generated';
import { isoAt } from './machines';
import type { Part, World } from './world';

/** A plan as an assistant would ask for it. */
export function planOf(now: number, id: string, more: Partial<Plan> = {}): Plan {
  return {
    id,
    command: 'server.disconnect',
    summary: 'Disconnects, and leaves the server alone until somebody connects it — “vps-fra”',
    arguments: { id: 'server-vps-fra' },
    user_id: 'user-ana',
    username: 'ana',
    client: 'Claude',
    asked_at: isoAt(now, 70),
    expires_at: isoAt(now, -530),
    state: 'waiting',
    decided_by: null,
    decided_at: null,
    ...more,
  };
}

export function plansOf(now: number, waiting: number): Plan[] {
  const waits = Array.from({ length: waiting }, (_, at) =>
    at === 0
      ? planOf(now, 'plan-0')
      : planOf(now, `plan-${at}`, {
          command: 'server.edit',
          summary: 'Changes a server or its credential — “nas”, with other arguments',
          arguments: {
            id: 'server-nas',
            server: { name: 'nas', host: '192.168.1.30', port: 2222, username: 'admin' },
            credential: { kind: 'stored' },
          },
          asked_at: isoAt(now, 100 + at * 40),
          expires_at: isoAt(now, -500 + at * 40),
        }),
  );
  const decided = (id: string, state: Plan['state'], ago: number, more: Partial<Plan> = {}) =>
    planOf(now, id, {
      state,
      asked_at: isoAt(now, ago + 90),
      expires_at: isoAt(now, ago - 500),
      decided_by: 'ana',
      decided_at: isoAt(now, ago),
      ...more,
    });
  return [
    ...waits,
    decided('plan-done', 'done', 4000),
    decided('plan-refused', 'refused', 9000, {
      command: 'server.remove',
      summary: 'Forgets a server, its credential and its history — “attic-pi”',
    }),
    decided('plan-expired', 'expired', 90_000, { decided_by: null, decided_at: null }),
    decided('plan-failed', 'failed', 180_000),
  ];
}

/** What assistants ask for. */
export function plans(world: World): Part<'plan'> {
  const decide = (id: string, state: 'approved' | 'refused'): Plan => {
    const plan = world.plans.find((one) => one.id === id);
    if (!plan) throw new ApiError('not_found', 'This plan is not there any more.', '');
    if (plan.state !== 'waiting') {
      throw new ApiError('invalid', `This plan waits no more: it was ${plan.state}.`, '');
    }
    const now = isoAt(world.now());
    const by = world.me().user.username;
    const decided: Plan = { ...plan, state, decided_by: by, decided_at: now };
    putPlans(
      world,
      world.plans.map((one) => (one === plan ? decided : one)),
    );
    return decided;
  };
  return {
    'plan.list': () => (world.me().user.role === 'readonly' ? [] : world.plans),
    'plan.approve': ({ id }) => decide(id, 'approved'),
    'plan.refuse': ({ id }) => decide(id, 'refused'),
  };
}

/** Replaces the plans as the other side would, and tells the window. */
export function putPlans(world: World, all: Plan[]): void {
  world.plans = all;
  const waiting = all.filter(({ state }) => state === 'waiting').length;
  const counts = world.status.session?.user.role !== 'readonly';
  world.status = { ...world.status, waiting_plans: counts ? waiting : 0 };
  world.push({ kind: 'changed', topic: 'plans' });
}
