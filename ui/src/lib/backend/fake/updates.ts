import { ApiError } from '../backend';
import type {
  AppManifest,
  AppStep,
  Commands,
  InstalledAppDetails,
  UpdatePlan,
  ValueProblem,
} from '../generated';
import { manifestOf, workOf } from './installed_scene';
import { readOwn } from './own_compose';
import { lineDiff } from './line_diff';
import { envOf, masked } from './own_apps';
import { isoAt } from './machines';
import {
  changeOf,
  dataOf,
  over,
  secretsOf,
  stepsBack,
  stepsOfUpdate,
  valuesOf,
} from './update_scene';
import type { Handlers, World } from './world';

type OfUpdates = 'app.update_plan' | 'app.update' | 'app.roll_back' | 'app.forget_way_back';

/** What an app was before, and what it becomes. */
interface Change {
  before: InstalledAppDetails;
  manifest: AppManifest;
  values: InstalledAppDetails['values'];
}

function problemsOf(
  { settings }: AppManifest,
  values: InstalledAppDetails['values'],
): ValueProblem[] {
  return settings.flatMap(({ name, kind, is_required }) => {
    const value = values[name] ?? '';
    if (kind.type === 'secret') return [];
    if (value === '') return is_required ? [{ setting: name, message: 'It has to be said.' }] : [];
    return kind.type === 'port' && !/^\d{1,5}$/.test(value)
      ? [{ setting: name, message: `'${value}' is no port: it is a number from 1 to 65535.` }]
      : [];
  });
}

/** Updates of apps, which go on by a step with each beat, and what they leave to go back to. */
export function updates(world: World): Pick<Handlers, OfUpdates> {
  const all = world.installed;
  const pending = new Map<string, Change>();
  /** Apps that stood between two versions when somebody had them put back. */
  const stuck = new Set<string>();

  const changeFor = (wish: Commands['app.update_plan'][0]): Change => {
    const { id, values, keeps_version: keepsVersion, own } = wish;
    const before = all.at(id);
    const newest = keepsVersion ? null : manifestOf(world, before.app.app);
    const written = own && readOwn(own.compose, own.env ?? '', before.app.project, true).manifest;
    const manifest = written ?? newest ?? before.manifest;
    return { before, manifest, values: valuesOf(manifest, { ...before.values, ...values }) };
  };

  const plan = (wish: Commands['app.update_plan'][0]): UpdatePlan => {
    const change = changeFor(wish);
    const { before, manifest, values } = change;
    const known = new Set(before.manifest.settings.map(({ name }) => name));
    const problems = problemsOf(manifest, values);
    return {
      ...changeOf(before, change),
      to: manifest.version,
      new_settings: manifest.settings.filter(({ name }) => !known.has(name)),
      ...(wish.own && {
        variables: lineDiff(envOf(before.app.origin), masked(wish.own.env ?? '')),
        new_settings: [],
      }),
      ...(problems.length > 0 && { variables: [] }),
      values: problems.length > 0 ? {} : values,
      problems,
      images: manifest.services.map(({ image }) => image),
      newer_images: wish.own
        ? []
        : before.images.flatMap(({ image, digest, newest, is_newer }) =>
            is_newer && newest !== null ? [{ image, from: digest, to: newest }] : [],
          ),
      ...dataOf(before),
    };
  };

  const begin = (id: string, kind: 'update' | 'roll_back', steps: AppStep[]) => {
    const now = world.now();
    const [first, ...others] = steps;
    const begun = first ? [{ ...first, state: 'running' as const, started_at: isoAt(now) }] : [];
    const work = workOf(now, kind, [...begun, ...others]);
    all.change(id, { work: { ...work, started_at: isoAt(now), can_cancel: kind === 'update' } });
    return all.at(id);
  };

  /** The app as it is after an update that became well. */
  const finish = (id: string, { before, manifest, values }: Change, steps: AppStep[]) => {
    const now = world.now();
    const { copied, not_copied } = dataOf(before);
    const { version } = manifest;
    all.change(
      id,
      {
        work: null,
        version,
        newer: null,
        way_back: {
          version: before.app.version,
          at: isoAt(now),
          until: isoAt(now, -7 * 86_400),
          volumes: copied,
          not_copied,
        },
      },
      {
        manifest,
        values,
        secrets: secretsOf(manifest),
        compose: manifest.compose,
        failure: null,
        versions: [{ version, since: isoAt(now) }, ...before.versions],
        last_update: changeOf(before, { manifest, values }),
        last_steps: steps,
      },
    );
  };

  /** The app as it was before its update. */
  const putBack = (id: string, steps: AppStep[]) => {
    const { app, versions } = all.at(id);
    const isStuck = stuck.delete(id);
    const earlier = app.work?.kind === 'roll_back' && !isStuck ? app.way_back : null;
    const version = earlier?.version ?? app.version;
    const latest = manifestOf(world, app.app)?.version ?? version;
    const well = { status: 'running', state: 'healthy', error: null, is_troubled: false } as const;
    all.change(id, { ...well, work: null }, { last_steps: steps });
    if (!earlier) return;
    all.change(
      id,
      { version, newer: latest === version ? null : latest, way_back: null },
      { versions: [{ version, since: isoAt(world.now()) }, ...versions], last_update: null },
    );
  };

  const failureAt = ({ label }: AppStep): InstalledAppDetails['failure'] => ({
    kind: 'update',
    step: label,
    message: 'the check of web fails',
    log: ['web  | migrating the database', 'web  | error: column "push_id" exists already'],
    left: [],
    at: isoAt(world.now()),
  });

  /** Steps of which the one that runs is over, and the next one runs. */
  const moved = (steps: readonly AppStep[], at: number, state: 'done' | 'failed') =>
    steps.map((one, place): AppStep => {
      if (place === at) return over(one, state);
      if (place !== at + 1) return one;
      return { ...one, state: 'running', started_at: isoAt(world.now()) };
    });

  const beat = (id: string) => {
    const { app, failure } = all.at(id);
    const { work } = app;
    if (!work || (work.kind !== 'update' && work.kind !== 'roll_back')) return;
    const at = work.steps.findIndex(({ state }) => state === 'running');
    const running = work.steps[at];
    if (!running) return;
    if (work.is_cancelled) return all.change(id, { work: null });
    const isBack = work.steps.some(({ name }) => name === 'back_write');
    const ending = world.options.updates ?? 'well';
    if (!isBack && running.name === 'health' && ending !== 'well') {
      const steps = moved([...work.steps.slice(0, at + 1), ...stepsBack()], at, 'failed');
      return all.change(id, { work: { ...work, steps } }, { failure: failureAt(running) });
    }
    if (work.kind === 'update' && running.name === 'back_data' && ending === 'stuck') {
      const left = ['It could not be put back: the disk is full'];
      const steps = moved(work.steps.slice(0, at + 1), at, 'failed');
      const error = failure?.message ?? null;
      return all.change(
        id,
        { work: null, is_stuck: true, is_troubled: true, status: 'error', state: 'failed', error },
        { failure: failure && { ...failure, left }, last_steps: steps },
      );
    }
    const steps = moved(work.steps, at, 'done');
    if (at < steps.length - 1) {
      const can_cancel = work.can_cancel && steps[at + 1]?.name !== 'write';
      return all.change(id, { work: { ...work, steps, can_cancel } });
    }
    const change = pending.get(id);
    pending.delete(id);
    if (isBack || !change) return putBack(id, steps);
    return finish(id, change, steps);
  };
  world.beats.add(() => {
    for (const { app } of [...all.all]) if (app.work) beat(app.id);
  });

  return {
    'app.update_plan': plan,
    'app.update': (wish) => {
      const { problems } = plan(wish);
      const [problem] = problems;
      if (problem) throw new ApiError('invalid', problem.message, '');
      pending.set(wish.id, changeFor(wish));
      all.change(wish.id, {}, { failure: null });
      return begin(wish.id, 'update', stepsOfUpdate());
    },
    'app.roll_back': ({ id }) => {
      const { app } = all.at(id);
      if (!app.way_back && !app.is_stuck) {
        throw new ApiError('stale', 'No way back is kept for this app.', '');
      }
      if (app.is_stuck) stuck.add(id);
      all.change(id, { is_stuck: false }, { failure: null });
      return begin(id, 'roll_back', stepsBack());
    },
    'app.forget_way_back': ({ id }) => {
      all.change(id, { way_back: null }, { last_update: null });
      return all.at(id);
    },
  };
}
