import { ApiError } from '../backend';
import type {
  AppBackupContents,
  AppBackupPreview,
  AppDataPart,
  AppPlan,
  AppStep,
  AppWorkKind,
  Commands,
  InstalledAppDetails,
  LeftOutData,
  MovePlan,
  RestorePlan,
} from '../generated';
import { appPlan } from './app_plan';
import { backupPassphrase } from './backups';
import { step, workOf } from './installed_scene';
import { isoAt } from './machines';
import { over } from './update_scene';
import type { Handlers, World } from './world';

type OfBackups =
  | 'app.backup_preview'
  | 'app.backup'
  | 'app.backup_inspect'
  | 'app.restore_plan'
  | 'app.restore'
  | 'app.move_plan'
  | 'app.move';

const MB = 1024 ** 2;
/** A backup of Miniflux that was made on docker-1. */
export const appBackup = '/home/ana/backups/miniflux-2026-11-21.tomoapp';
/** A file that came to an end too early. */
export const damagedBackup = '/home/ana/backups/half.tomoapp';

/** What is in no catalog goes along as its files. */
function ownOf({ app, compose }: InstalledAppDetails) {
  return app.origin === 'catalog' ? {} : { own: { compose } };
}

/** An app's data, as far as it is its own. */
function partsOf({ volumes, binds }: InstalledAppDetails): AppDataPart[] {
  return [
    ...volumes
      .filter(({ is_own }) => is_own)
      .map(({ name, service, target }): AppDataPart => ({
        kind: 'volume',
        name,
        service,
        target,
        is_unnamed: false,
        bytes: 182 * MB,
      })),
    ...binds
      .filter(({ is_read_only }) => !is_read_only)
      .map(({ path, service, target }): AppDataPart => ({
        kind: 'folder',
        name: path,
        service,
        target,
        is_unnamed: false,
        bytes: null,
      })),
  ];
}

function leftOutOf({ volumes, binds }: InstalledAppDetails): LeftOutData[] {
  return [
    ...volumes
      .filter(({ is_own }) => !is_own)
      .map(({ name }) => ({ name, why: 'It belongs to somebody else too' })),
    ...binds
      .filter(({ is_read_only }) => is_read_only)
      .map(({ path }) => ({ name: path, why: 'The app only reads it' })),
  ];
}

const stepsFor: Readonly<Partial<Record<AppWorkKind, readonly [name: string, label: string][]>>> = {
  backup: [
    ['rest', 'Stop the app'],
    ['save', 'Read its data into the file'],
    ['wake', 'Start the app again'],
    ['check', 'Read the file back'],
  ],
  restore: [
    ['pull', 'Pull 2 images'],
    ['stop', 'Stop the app'],
    ['copy', 'Keep a copy of 1 volume'],
    ['bring', 'Bring the data of the backup'],
    ['start', 'Start 2 containers'],
    ['health', 'Wait until it is well'],
  ],
  move: [
    ['pull', 'Pull 2 images'],
    ['rest', 'Stop the app where it is'],
    ['bring', 'Bring its data over'],
    ['start', 'Start 2 containers'],
    ['health', 'Wait until it is well'],
  ],
};

/** Backups of apps, which go on by a step with each beat, what becomes of them, and moves. */
export function appBackups(world: World): Pick<Handlers, OfBackups> {
  const all = world.installed;
  /** What is done when the work on an app has come to its end. */
  const ends = new Map<string, () => void>();

  const preview = (details: InstalledAppDetails): AppBackupPreview => {
    const parts = partsOf(details);
    const isKnown = parts.every(({ bytes }) => bytes !== null);
    const day = isoAt(world.now()).slice(0, 10);
    return {
      parts,
      left_out: leftOutOf(details),
      bytes: isKnown ? parts.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0) : null,
      is_running: details.app.status === 'running',
      file_name: `${details.app.project}-${day}.tomoapp`,
    };
  };

  const inspect = (path: string, passphrase: string): AppBackupContents => {
    if (path === damagedBackup) {
      throw new ApiError(
        'invalid',
        'The file is damaged: it ends too early.',
        'Copy it again from where it came, or take another.',
      );
    }
    if (passphrase !== backupPassphrase) {
      throw new ApiError(
        'invalid',
        'The passphrase does not open this backup.',
        'Check the passphrase and the keyboard layout.',
      );
    }
    const found = all.all.find(({ app }) => app.app === 'tomo/miniflux') ?? all.all[0];
    if (!found) throw new ApiError('not_found', 'There is no such file.', '');
    const { app } = found;
    return {
      app: app.app,
      name: app.name,
      version: app.version,
      project: app.project,
      server: 'docker-1',
      at: isoAt(world.now(), 2 * 86_400),
      mode: 'stop',
      parts: partsOf(found),
      left_out: leftOutOf(found),
      bytes: 61 * MB,
    };
  };

  const restorePlan = (wish: Commands['app.restore_plan'][0]): RestorePlan => {
    const contents = inspect(wish.path, wish.passphrase);
    const there = all.all.find(
      ({ app }) => app.app === contents.app && app.server_id === wish.server_id,
    );
    const plan: AppPlan | null = there
      ? null
      : appPlan(world, {
          app: contents.app,
          server_id: wish.server_id,
          project: wish.project ?? contents.project,
          values: { WEB_PORT: '8081', ...wish.values },
        });
    const names = (is: (part: AppDataPart) => boolean) =>
      there ? contents.parts.filter(is).map(({ name }) => name) : [];
    return {
      contents,
      plan,
      over: there?.app.id ?? null,
      ways: contents.parts.map((part) => ({
        part,
        to: plan ? part.name.replace(contents.project, plan.project) : part.name,
      })),
      copied: names(({ kind }) => kind === 'volume'),
      not_copied: names(({ kind }) => kind !== 'volume'),
    };
  };

  const movePlan = ({ id, server_id, values }: Commands['app.move_plan'][0]): MovePlan => {
    const details = all.at(id);
    const { app, project } = details.app;
    return {
      plan: appPlan(world, {
        app,
        server_id,
        project,
        values: { ...details.values, ...values },
        ...ownOf(details),
      }),
      ways: partsOf(details).map((part) => ({ part, to: part.name })),
      left_out: leftOutOf(details),
    };
  };

  const begin = (id: string, kind: AppWorkKind, end: () => void) => {
    const now = world.now();
    const steps = (stepsFor[kind] ?? []).map(([name, label], at): AppStep => {
      const first = at === 0;
      return step(name, label, first ? { state: 'running', started_at: isoAt(now) } : {});
    });
    ends.set(id, end);
    const work = { ...workOf(now, kind, steps), started_at: isoAt(now), can_cancel: true };
    all.change(id, { work }, { failure: null });
    return all.at(id);
  };

  const beat = (id: string) => {
    const end = ends.get(id);
    const { work } = all.at(id).app;
    if (!end || !work) return;
    const at = work.steps.findIndex(({ state }) => state === 'running');
    const running = work.steps[at];
    if (!running) return;
    if (work.is_cancelled) {
      ends.delete(id);
      return all.change(id, { work: null });
    }
    if (running.name === 'save' && world.options.appBackups === 'failing') {
      ends.delete(id);
      const steps = work.steps.map((one) => (one === running ? over(one, 'failed') : one));
      return all.change(
        id,
        { work: null },
        {
          last_steps: steps,
          failure: {
            kind: 'backup',
            step: running.label,
            message: 'the disk of this computer is full: 12 MB are free',
            log: [],
            left: [],
            at: isoAt(world.now()),
          },
        },
      );
    }
    const steps = work.steps.map((one, place): AppStep => {
      if (place === at) return over(one, 'done');
      if (place !== at + 1) return one;
      const isData = one.name === 'save' || one.name === 'bring';
      return {
        ...one,
        state: 'running',
        started_at: isoAt(world.now()),
        detail: isData ? '61.2 of 182 MB' : null,
      };
    });
    if (at < steps.length - 1) return all.change(id, { work: { ...work, steps } });
    ends.delete(id);
    all.change(id, { work: null }, { last_steps: steps });
    end();
  };
  world.beats.add(() => {
    for (const id of [...ends.keys()]) if (ends.has(id)) beat(id);
  });

  /** An app that is made on a server, with work of this kind. */
  const arrive = (wish: Commands['app.install'][0], kind: 'install' | 'move', end: () => void) => {
    const { app } = all.install(wish);
    const there = begin(app.id, 'move', () => {
      const well = {
        status: 'running',
        state: 'healthy',
        installed_at: isoAt(world.now()),
      } as const;
      all.change(app.id, well);
      end();
    });
    const { work } = there.app;
    // Whoever ends the one end of a move ends the other.
    if (work) all.change(app.id, { work: { ...work, kind, can_cancel: kind !== 'move' } });
    return all.at(app.id);
  };

  return {
    'app.backup_preview': ({ id }) => preview(all.at(id)),
    'app.backup': ({ id, path, mode }) =>
      begin(id, 'backup', () => {
        const { backups } = all.at(id);
        const entry = { path, at: isoAt(world.now()), bytes: 61 * MB, mode };
        all.change(id, {}, { backups: [entry, ...backups] });
      }),
    'app.backup_inspect': ({ path, passphrase }) => inspect(path, passphrase),
    'app.restore_plan': restorePlan,
    'app.restore': (wish) => {
      const { over: id, plan, contents } = restorePlan(wish);
      if (id !== null) return begin(id, 'restore', () => undefined);
      if (!plan?.is_ready) throw new ApiError('invalid', 'Something stands in the way.', '');
      const { app } = contents;
      const { server_id, project, values } = plan;
      return arrive({ app, server_id, project, values }, 'install', () => undefined);
    },
    'app.move_plan': movePlan,
    'app.move': ({ removes_source: removes, ...wish }) => {
      const { plan } = movePlan(wish);
      if (!plan.is_ready) throw new ApiError('invalid', 'Something stands in the way.', '');
      const { app, server_id, project, values } = plan;
      const own = ownOf(all.at(wish.id));
      const there = arrive({ app, server_id, project, values, ...own }, 'move', () => undefined);
      begin(wish.id, 'move', () => {
        if (removes) all.drop(wish.id);
        else all.change(wish.id, { status: 'stopped', state: 'stopped' });
      });
      return there;
    },
  };
}
