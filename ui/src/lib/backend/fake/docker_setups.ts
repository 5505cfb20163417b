import { ApiError } from '../backend';
import type { DockerSetup, DockerSetupRun, SetupRunStep } from '../generated';
import { engineInfo } from './engine_scene';
import { isoAt } from './machines';
import { thePassword } from './people';
import type { Part, World } from './world';

const steps = [
  { name: 'refresh', label: 'Read which packages there are', command: 'sudo apt-get update' },
  {
    name: 'install',
    label: 'Install docker.io, docker-compose-v2',
    command:
      'sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends docker.io docker-compose-v2',
  },
  {
    name: 'start',
    label: 'Start Docker, now and with the system',
    command: 'sudo systemctl enable --now docker.service',
  },
  {
    name: 'group',
    label: 'Add admin to the group docker',
    command: 'sudo usermod -aG docker admin',
  },
];

/** What apt says meanwhile, a line for each step. */
const said = [
  'Get:1 http://deb.debian.org/debian trixie InRelease [140 kB]',
  'Setting up docker.io (26.1.5+dfsg1-9+b9) ...',
  'Created symlink /etc/systemd/system/multi-user.target.wants/docker.service',
  'Adding user admin to group docker',
];

/** Setting Docker up on a server, which goes on by a step with each beat. */
export function dockerSetups(world: World): Part<'docker'> {
  const runs = new Map<string, DockerSetupRun>();
  const planOf = (id: string): DockerSetup => {
    const row = world.rows.find(({ server }) => server.id === id);
    if (!row) throw new ApiError('not_found', 'There is no such server.', '');
    const how = world.options.dockerSetup ?? 'sudo_password';
    const engine = world.containers.engines.find(({ server_id }) => server_id === id);
    const isThere = engine?.status.state === 'ready';
    const isSupported = how !== 'unsupported' && how !== 'none';
    return {
      system: how === 'unsupported' ? 'OpenWrt 24.10' : 'Debian GNU/Linux 13 (trixie)',
      is_supported: isSupported,
      why_not:
        how === 'unsupported'
          ? 'Tomo does not know the packages of OpenWrt. Install Docker there as its makers describe it.'
          : how === 'none'
            ? 'admin cannot become root. Sign in with an account that may use sudo.'
            : null,
      has_engine: isThere,
      has_compose: isThere,
      privilege: how === 'unsupported' ? 'root' : how,
      steps: isThere || !isSupported ? [] : steps,
      joins_group: !isThere && isSupported && how !== 'root',
      user: how === 'root' ? 'root' : 'admin',
      notes:
        isThere || !isSupported
          ? []
          : ['Ports that containers publish pass by the firewall of the system.'],
      digest: 'd1',
    };
  };
  const put = (run: DockerSetupRun) => {
    runs.set(run.server_id, run);
    world.push({ kind: 'changed', topic: 'apps' });
    return run;
  };
  const beat = (run: DockerSetupRun) => {
    const at = run.steps.findIndex(({ state }) => state === 'running');
    if (run.is_over || at < 0) return;
    const fails = world.options.dockerSetup === 'sudo' && run.steps[at]?.name === 'install';
    const output = [...run.output, said[at] ?? ''];
    if (fails) {
      put({
        ...run,
        is_over: true,
        can_cancel: false,
        steps: run.steps.map((one, place) =>
          place === at ? { ...one, state: 'failed', seconds: 2.4 } : one,
        ),
        output: [...output, 'E: Unable to locate package docker-compose-v2'],
        error:
          '“Install docker.io, docker-compose-v2” ended with 100. Look at its last lines, and try again.',
      });
      return;
    }
    const next = run.steps.map((one, place): SetupRunStep => {
      if (place === at) return { ...one, state: 'done', seconds: 3.4 + place };
      return place === at + 1 ? { ...one, state: 'running' } : one;
    });
    const is_over = at === run.steps.length - 1;
    if (is_over) {
      const status = { state: 'ready', info: engineInfo(), since: isoAt(world.now()) } as const;
      world.containers.engines = world.containers.engines.map((one) =>
        one.server_id === run.server_id ? { ...one, status } : one,
      );
      world.push({ kind: 'containers_changed' });
    }
    put({ ...run, steps: next, output, is_over, can_cancel: !is_over });
  };
  world.beats.add(() => [...runs.values()].forEach(beat));
  return {
    'docker.setup_plan': ({ server_id }) => planOf(server_id),
    'docker.setup': ({ server_id, digest, joins_group: joins, password }) => {
      const plan = planOf(server_id);
      if (digest !== plan.digest)
        throw new ApiError('stale', 'It is not as it was.', 'Look again.');
      if (plan.privilege === 'sudo_password' && password !== thePassword) {
        throw new ApiError('invalid', 'sudo does not take this password.', 'Check it.');
      }
      const wanted = plan.steps.filter(({ name }) => joins || name !== 'group');
      const check = { name: 'check', label: 'Ask the engine how it is', command: '' };
      return put({
        server_id,
        started_at: isoAt(world.now()),
        steps: [...wanted, check].map((one, at) => ({
          ...one,
          state: at === 0 ? 'running' : 'waiting',
          seconds: null,
        })),
        output: [],
        notes: [],
        is_over: false,
        error: null,
        can_cancel: true,
      });
    },
    'docker.setup_status': ({ server_id }) => runs.get(server_id) ?? null,
    'docker.setup_cancel': ({ server_id }) => {
      const run = runs.get(server_id);
      if (run) {
        put({
          ...run,
          is_over: true,
          can_cancel: false,
          error: 'It was cancelled. What was installed stays.',
        });
      }
      return null;
    },
  };
}
