/** Keys of a compose file, each with what it is for in a line, by where they stand. */

export interface ComposeKey {
  /** What it is for. */
  help: string;
  /** What stands under it: a text, a list, or further keys. */
  takes: 'text' | 'list' | 'map';
  /** The only texts that it takes. */
  values?: readonly string[];
  /** Keys under it, or under each item of it. */
  under?: Level;
}

/** The keys of one level; those of a level of names are whatever somebody calls them. */
export type Level =
  | { keys: Readonly<Record<string, ComposeKey>> }
  | { names: ComposeKey; /** The section whose names these are. */ of?: string };

const text = (help: string, values?: readonly string[]): ComposeKey => ({
  help,
  takes: 'text',
  ...(values && { values }),
});
const list = (help: string, under?: Level): ComposeKey => ({
  help,
  takes: 'list',
  ...(under && { under }),
});
const map = (help: string, under?: Level): ComposeKey => ({
  help,
  takes: 'map',
  ...(under && { under }),
});
const named = (help: string, keys: Readonly<Record<string, ComposeKey>>, of?: string): Level => ({
  names: map(help, { keys }),
  ...(of !== undefined && { of }),
});
const yesNo = ['true', 'false'] as const;

const healthcheck: Level = {
  keys: {
    test: text('The command that is run in the container: it is well where that ends with 0.'),
    interval: text('How often it is checked: 30s, 1m.'),
    timeout: text('How long one check may take before it counts as failed.'),
    retries: text('How many checks in a row have to fail before it counts as unhealthy.'),
    start_period: text('How long failed checks do not count after a start.'),
    start_interval: text('How often it is checked during the start period.'),
    disable: text('Turns off the check that the image brings along.', yesNo),
  },
};

const amounts: Readonly<Record<string, ComposeKey>> = {
  cpus: text("Processor time, in cores: '0.5' is half of one."),
  memory: text('Memory: 512M, 2G.'),
};
const resources: Level = {
  keys: {
    limits: map('The most that the container may use.', {
      keys: { ...amounts, pids: text('The most processes that may run in it.') },
    }),
    reservations: map('What is kept free for the container.', {
      keys: {
        ...amounts,
        devices: list('Devices that it needs, such as graphics cards.', {
          keys: {
            driver: text('The driver of the device: nvidia.'),
            count: text('How many of them, or all.'),
            device_ids: list('Which of them, where not any will do.'),
            capabilities: list('What they have to be able to do: [gpu].'),
          },
        }),
      },
    }),
  },
};

const deploy: Level = {
  keys: {
    resources: map('How much memory and processor time it may use.', resources),
    replicas: text('How many containers are made of this service.'),
    restart_policy: map('When a container that ended is started again.', {
      keys: {
        condition: text('After which ends.', ['none', 'on-failure', 'any']),
        delay: text('How long to wait before it is started again.'),
        max_attempts: text('How often it is tried before it is given up.'),
        window: text('How long it has to run before a start counts as done.'),
      },
    }),
    labels: map('Labels of the service, not of its containers.'),
    mode: text('How replicas are spread.', ['replicated', 'global']),
  },
};

const dependency: Readonly<Record<string, ComposeKey>> = {
  condition: text('What the other service has to have reached.', [
    'service_started',
    'service_healthy',
    'service_completed_successfully',
  ]),
  restart: text('Whether this one is restarted with the other.', yesNo),
  required: text('Whether it has to be there at all.', yesNo),
};

const build: Level = {
  keys: {
    context: text('The folder that the image is built from.'),
    dockerfile: text('The file that says how, where it is not called Dockerfile.'),
    args: map('Values for the ARG lines of the Dockerfile.'),
    target: text('The stage of the Dockerfile to build up to.'),
  },
};

const port: Level = {
  keys: {
    target: text('The port in the container.'),
    published: text('The port on the server.'),
    host_ip: text('The address of the server that it listens at: 127.0.0.1 for itself alone.'),
    protocol: text('What it speaks.', ['tcp', 'udp']),
    name: text('A name for people.'),
    mode: text('How it is published.', ['host', 'ingress']),
  },
};

const mount: Level = {
  keys: {
    type: text('What is mounted.', ['volume', 'bind', 'tmpfs']),
    source: text('The name of the volume, or the path on the server.'),
    target: text('Where the container sees it.'),
    read_only: text('Whether the container may only read it.', yesNo),
    bind: map('How a folder of the server is mounted.', {
      keys: {
        create_host_path: text('Whether the folder is made where it is missing.', yesNo),
        propagation: text('What becomes of mounts within it.'),
        selinux: text('How SELinux labels it.', ['z', 'Z']),
      },
    }),
    volume: map('How a volume is mounted.', {
      keys: { nocopy: text('Whether what the image has there is not copied in.', yesNo) },
    }),
    tmpfs: map('How memory is mounted.', { keys: { size: text('The most bytes in it.') } }),
  },
};

const inNetwork: Readonly<Record<string, ComposeKey>> = {
  aliases: list('Further names that others in the network reach it by.'),
  ipv4_address: text('A fixed address in the network.'),
  ipv6_address: text('A fixed IPv6 address in the network.'),
  priority: text('In which order networks are connected; the highest first.'),
};

const fromOutside: Level = {
  keys: {
    source: text('Which of those at the end of the file.'),
    target: text('Where the container sees it.'),
    uid: text('Whom the file belongs to.'),
    gid: text('Which group the file belongs to.'),
    mode: text('What may be done with the file: 0440.'),
  },
};

const service: Readonly<Record<string, ComposeKey>> = {
  image: text('The image that the container is made of: name:version, best with a digest.'),
  restart: text('When the engine starts it again after it ended.', [
    'unless-stopped',
    'always',
    'on-failure',
    "'no'",
  ]),
  ports: list('Ports of the server that lead into it: "8080:80".', port),
  volumes: list('Where its data is: a volume or a folder, then the path in the container.', mount),
  environment: map('Variables that it is given.'),
  env_file: list('Files with variables that it is given.'),
  depends_on: map('Services that are started before it.', {
    names: map('A service that is started before this one.', { keys: dependency }),
    of: 'services',
  }),
  healthcheck: map('How is found out whether it is well.', healthcheck),
  command: text('What is run in place of what the image says.'),
  entrypoint: text('What the command is given to, in place of what the image says.'),
  networks: map('The networks that it is in; without it the default one of the app.', {
    names: map('A network that it is in.', { keys: inNetwork }),
    of: 'networks',
  }),
  network_mode: text('In place of networks: host is the network of the server itself.', [
    'bridge',
    'host',
    'none',
  ]),
  user: text('Who it runs as: name, or uid:gid.'),
  group_add: list('Further groups that it runs with.'),
  working_dir: text('The folder that its command begins in.'),
  labels: map('Labels of the container, which other programs read.'),
  deploy: map('How many of it there are, and how much each may use.', deploy),
  container_name: text('A fixed name for the container; then there can be only one.'),
  hostname: text('What the container calls itself.'),
  domainname: text('The domain that the container believes to be in.'),
  extra_hosts: list('Further names with their addresses: "name:192.168.1.20".'),
  dns: list('Name servers that it asks.'),
  dns_search: list('Domains that names without one are looked for in.'),
  expose: list('Ports that only its neighbours reach.'),
  secrets: list('Files with secrets that it is given, under /run/secrets.', fromOutside),
  configs: list('Files with configuration that it is given.', fromOutside),
  devices: list('Devices of the server that it may use: "/dev/dri:/dev/dri".'),
  tmpfs: list('Paths in it that are kept in memory.'),
  shm_size: text('How large its shared memory is: 256m.'),
  ulimits: map('Limits of its processes, such as open files.', {
    names: map('A limit.', {
      keys: { soft: text('Where it begins.'), hard: text('Where it ends.') },
    }),
  }),
  sysctls: map('Settings of the kernel within it.'),
  cap_add: list('Powers beyond those that containers have: NET_ADMIN.'),
  cap_drop: list('Powers that it does not need; ALL takes all of them.'),
  privileged: text('Gives it all that root may do on the server. Few need it.', yesNo),
  security_opt: list('Safety rules: no-new-privileges:true keeps it from gaining rights.'),
  read_only: text('Whether its own files cannot be written.', yesNo),
  pid: text('host lets it see the processes of the server.', ['host']),
  ipc: text('Whose shared memory it uses.', ['none', 'private', 'shareable', 'host']),
  init: text('Whether a small program cleans up after processes that ended.', yesNo),
  tty: text('Whether it is given a terminal.', yesNo),
  stdin_open: text('Whether its input stays open.', yesNo),
  stop_grace_period: text('How long it has to end before it is killed: 30s.'),
  stop_signal: text('The signal that asks it to end: SIGTERM.'),
  logging: map('Where what it writes goes.', {
    keys: {
      driver: text('How it is kept.', ['json-file', 'local', 'journald', 'syslog', 'none']),
      options: map('How much of it is kept, and how.', {
        keys: {
          'max-size': text('How large one file grows: 10m.'),
          'max-file': text('How many files are kept.'),
        },
      }),
    },
  }),
  mem_limit: text('The most memory that it may use: 512m.'),
  mem_reservation: text('Memory that it should always get.'),
  cpus: text('The most processor time, in cores.'),
  cpu_shares: text('Its share where processors are short; 1024 is usual.'),
  pids_limit: text('The most processes that may run in it.'),
  oom_score_adj: text('How soon it is ended where memory is short: from -1000 to 1000.'),
  runtime: text('The program that runs it, such as nvidia.'),
  platform: text('What its image is built for: linux/arm64.'),
  pull_policy: text('When its image is pulled.', ['always', 'missing', 'never', 'build']),
  profiles: list('Under which names it is started; without it always.'),
  scale: text('How many containers are made of this service.'),
  build: map('How its image is built on the server.', build),
  extends: map('A service that it begins as.', {
    keys: {
      service: text('Which service.'),
      file: text('The file with it, where it is another one.'),
    },
  }),
  annotations: map('Notes on the container, which other programs read.'),
  mac_address: text('A fixed hardware address.'),
  userns_mode: text('Whose user ids it has.', ['host']),
};

const file: Readonly<Record<string, ComposeKey>> = {
  file: text('A file beside this one with what it holds.'),
  environment: text('A variable with what it holds.'),
  external: text('Whether it is there already, and not made here.', yesNo),
  name: text('What the engine calls it.'),
};
const driver: Readonly<Record<string, ComposeKey>> = {
  driver_opts: map('Options of the driver.'),
  external: text('Whether it is there already, and not made or removed with this app.', yesNo),
  name: text('What the engine calls it, in place of a name made of the project.'),
  labels: map('Labels, which other programs read.'),
};

/** A compose file from its top. */
export const composeFile: Level = {
  keys: {
    services: map('The containers of the app, each under a name.', named('A service.', service)),
    volumes: map(
      'Volumes that its data is kept in, each under a name.',
      named('A volume.', {
        driver: text('Who keeps it; without it the engine itself.'),
        ...driver,
      }),
    ),
    networks: map(
      'Networks between the containers; without it there is one for all.',
      named('A network.', {
        driver: text('What kind it is.', ['bridge', 'macvlan', 'ipvlan', 'host', 'none']),
        internal: text('Whether nothing in it reaches the outside.', yesNo),
        enable_ipv6: text('Whether it has IPv6 addresses.', yesNo),
        attachable: text('Whether other containers may join it.', yesNo),
        ipam: map('Which addresses it gives out.', {
          keys: {
            driver: text('Who gives them out.'),
            config: list('Ranges of addresses.', {
              keys: {
                subnet: text('The range: 172.28.0.0/16.'),
                gateway: text('The address of the way out.'),
                ip_range: text('The part of it that containers are given.'),
              },
            }),
          },
        }),
        ...driver,
      }),
    ),
    secrets: map('Secrets that services are given as files.', named('A secret.', file)),
    configs: map(
      'Configuration that services are given as files.',
      named('A configuration.', { ...file, content: text('What it holds, written out here.') }),
    ),
    name: text('The name of the project.'),
    version: text('An old statement that has no meaning any more; it can go.'),
  },
};

/** The keys that may stand at a path; `-` stands for an item of a list. */
export function levelAt(path: readonly string[]): Level | null {
  let level: Level | undefined = composeFile;
  for (const step of path) {
    if (!level) return null;
    // An item of a list has the keys that the list says.
    if (step === '-') continue;
    level = keyIn(level, step)?.under;
  }
  return level ?? null;
}

/** What a key means on its level. */
export function keyIn(level: Level, key: string): ComposeKey | undefined {
  if ('names' in level) return level.names;
  return Object.hasOwn(level.keys, key) ? level.keys[key] : undefined;
}
