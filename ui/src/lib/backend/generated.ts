// Generated from the command table by `cargo xtask bindings`. Do not edit.

/**
 * Id of a server: a row of `servers`.
 */
export type ServerId = string;

/**
 * Id of an account: a row of `users`.
 */
export type UserId = string;

/**
 * Id of an app on a server: a row of `installed_apps`.
 */
export type InstalledAppId = string;

/**
 * How Tomo signs in to a server.
 */
export type AuthType = "password" | "key" | "agent" | "local";

/**
 * A row of `servers`.
 */
export type Server = { 
/**
 * Identifier.
 */
id: ServerId, 
/**
 * Display name.
 */
name: string, 
/**
 * Host name or IP address.
 */
host: string, 
/**
 * TCP port; 22 unless told.
 */
port: number, 
/**
 * Account on the server.
 */
username: string, 
/**
 * How to sign in.
 */
auth_type: AuthType, 
/**
 * False after 'Disconnect': Tomo leaves the server alone until told otherwise.
 */
enabled: boolean, 
/**
 * When it was added.
 */
created_at: string, 
/**
 * When a connection last worked.
 */
last_connected: string | null, 
/**
 * What was found on it at the last connection.
 */
system_info: SystemInfo | null, 
/**
 * When `system_info` was read.
 */
system_info_updated_at: string | null, 
/**
 * Whether Docker was found.
 */
docker_installed: boolean, };

/**
 * What a person enters to add or edit a server.
 */
export type ServerInput = { 
/**
 * Display name, 1–100 characters.
 */
name: string, 
/**
 * Host name or IP address, 1–253 characters, no spaces.
 */
host: string, 
/**
 * TCP port, 1–65535.
 */
port: number, 
/**
 * Account on the server, 1–64 characters.
 */
username: string, 
/**
 * How to sign in.
 */
auth_type: AuthType, };

/**
 * The JSON in `servers.system_info`. What could not be read is absent.
 */
export type SystemInfo = { 
/**
 * Identifier of the system: `debian`, `fedora`, `openwrt`, `macos`, `windows`, …
 */
os_id: string | null, 
/**
 * Name and version as the system calls itself, e.g. `Debian GNU/Linux 12 (bookworm)`.
 */
os_name: string | null, 
/**
 * Version alone, e.g. `12.7`.
 */
os_version: string | null, 
/**
 * Kernel name and release, e.g. `6.1.0-28-amd64`.
 */
kernel: string | null, 
/**
 * Machine, e.g. `x86_64`, `aarch64`.
 */
architecture: string | null, 
/**
 * The host's own name.
 */
hostname: string | null, 
/**
 * CPU model as the kernel names it.
 */
cpu_model: string | null, 
/**
 * Logical processors.
 */
cpu_count: number | null, 
/**
 * Physical memory, bytes.
 */
memory_total_bytes: number | null, 
/**
 * Swap, bytes; 0 when the host has none.
 */
swap_total_bytes: number | null, 
/**
 * `none` on hardware, else the hypervisor or container: `kvm`, `vmware`, `lxc`, `docker`, …
 */
virtualization: string | null, 
/**
 * Version of the Docker client or engine, when there is one.
 */
docker_version: string | null, 
/**
 * Sources of figures that this host does not have or does not let be read, with the reason.
 */
unreadable: Array<UnreadableSource>, };

/**
 * A source of figures that cannot be read on a host.
 */
export type UnreadableSource = { 
/**
 * What it would give, e.g. `temperatures`.
 */
source: string, 
/**
 * Why not, e.g. `no sensor on this host`.
 */
reason: string, };

/**
 * The steps from an address to a working server, in the order they are taken.
 */
export type Step = "resolve" | "connect" | "host_key" | "authenticate" | "command";

/**
 * A step that failed, in words for a person. Holds no secret.
 */
export type Failure = { 
/**
 * Which step it was.
 */
step: Step, 
/**
 * What happened, e.g. "the password is not accepted".
 */
message: string, 
/**
 * What to do about it.
 */
hint: string, };

/**
 * A public host key.
 */
export type HostKey = { 
/**
 * Algorithm as SSH names it, e.g. `ssh-ed25519`.
 */
algorithm: string, 
/**
 * `SHA256:` and 43 characters of base64, as `ssh-keygen -l` prints it.
 */
fingerprint: string, 
/**
 * The whole key in OpenSSH's one-line form, without a comment.
 */
public_key: string, };

/**
 * A host key that somebody has decided to trust, as `known_hosts` keeps it.
 */
export type KnownHost = { 
/**
 * Host as the servers' rows name it.
 */
host: string, 
/**
 * TCP port.
 */
port: number, 
/**
 * The key.
 */
key: HostKey, 
/**
 * Who trusted it; absent when that account is gone.
 */
trusted_by: UserId | null, 
/**
 * When it was trusted.
 */
trusted_at: string, 
/**
 * When it was last presented and matched.
 */
last_seen_at: string | null, };

/**
 * What comparing a presented key with the known one says.
 */
export type HostKeyVerdict = { "verdict": "matches" } | { "verdict": "unknown", 
/**
 * What the host presented.
 */
presented: HostKey, } | { "verdict": "changed", 
/**
 * What the host presented.
 */
presented: HostKey, 
/**
 * What Tomo remembers.
 */
known: KnownHost, };

/**
 * Where the connection to a server stands.
 */
export type ConnectionStatus = { "state": "disconnected" } | { "state": "connecting" } | { "state": "connected", 
/**
 * Since when.
 */
since: string, } | { "state": "retrying", 
/**
 * When it was lost, or first tried.
 */
since: string, 
/**
 * Next attempt.
 */
retry_at: string, 
/**
 * Why the last attempt failed.
 */
failure: Failure, } | { "state": "failed", 
/**
 * Since when.
 */
since: string, 
/**
 * Why.
 */
failure: Failure, } | { "state": "host_key_unknown", 
/**
 * What the host presented.
 */
presented: HostKey, } | { "state": "host_key_changed", 
/**
 * When that was seen.
 */
since: string, 
/**
 * What the host presented.
 */
presented: HostKey, 
/**
 * What Tomo remembers.
 */
known: KnownHost, } | { "state": "paused" };

/**
 * The states of a server, best first, so that the worst of a fleet is the greatest.
 */
export type State = "fine" | "off" | "connecting" | "stale" | "warning" | "critical" | "down";

/**
 * The marks of one figure, percent.
 */
export type Marks = { 
/**
 * At and above this it is a warning.
 */
warning: number, 
/**
 * At and above this it is critical.
 */
critical: number, };

/**
 * All marks, from the `monitoring.*` settings.
 */
export type Thresholds = { 
/**
 * CPU busy.
 */
cpu: Marks, 
/**
 * Memory used.
 */
memory: Marks, 
/**
 * Any mount.
 */
disk: Marks, };

/**
 * A server's state with the sentence that explains it.
 */
export type Health = { 
/**
 * The state.
 */
state: State, 
/**
 * Why, when it is not fine: `Memory is at 84 %`, `/mnt/tank is almost full`.
 */
reason: string | null, };

/**
 * One point of the live ring: a sample reduced to what charts draw. Percentages are 0–100, rates
 * are bytes per second, sizes are bytes; single precision is finer than a pixel.
 */
export type LivePoint = { 
/**
 * Milliseconds since 1970, UTC.
 */
at_ms: number, 
/**
 * CPU busy, percent.
 */
cpu_percent: number | null, 
/**
 * Busy share of each processor, percent.
 */
core_percents: Array<number>, 
/**
 * Memory used, bytes.
 */
memory_used_bytes: number | null, 
/**
 * Page cache, bytes.
 */
memory_cached_bytes: number | null, 
/**
 * Swap in use, bytes.
 */
swap_used_bytes: number | null, 
/**
 * Received, bytes per second.
 */
network_rx: number | null, 
/**
 * Sent, bytes per second.
 */
network_tx: number | null, 
/**
 * Read from disks, bytes per second.
 */
disk_read: number | null, 
/**
 * Written to disks, bytes per second.
 */
disk_written: number | null, };

/**
 * The newest figures of a server, as a row of the overview shows them.
 */
export type Figures = { 
/**
 * When they were read.
 */
at: string, 
/**
 * CPU busy, percent.
 */
cpu_percent: number | null, 
/**
 * Load over one minute.
 */
load_one: number | null, 
/**
 * Memory used, percent.
 */
memory_percent: number | null, 
/**
 * Memory used, bytes.
 */
memory_used_bytes: number | null, 
/**
 * Memory, bytes.
 */
memory_total_bytes: number | null, 
/**
 * `/`, or the fullest mount that is past its mark.
 */
disk: DiskFigure | null, 
/**
 * Received, bytes per second.
 */
network_rx: number | null, 
/**
 * Sent, bytes per second.
 */
network_tx: number | null, 
/**
 * The hottest sensor, degrees Celsius.
 */
temperature_celsius: number | null, 
/**
 * Seconds since the host started.
 */
uptime_seconds: number | null, };

/**
 * The mount that the overview shows.
 */
export type DiskFigure = { 
/**
 * Where it is mounted.
 */
path: string, 
/**
 * Used, percent.
 */
percent: number, 
/**
 * Used, bytes.
 */
used_bytes: number, 
/**
 * What `percent` is a share of, bytes: used plus what an ordinary user can still use. The size
 * of the file system is more where a part is reserved or shared.
 */
total_bytes: number, };

/**
 * All figures of one moment. Bytes are bytes, rates are per second, percentages are 0–100.
 */
export type Sample = { 
/**
 * When the block arrived, by this computer's clock.
 */
at: string, 
/**
 * Seconds between this sample and the one that its rates compare with, by the host's own
 * `/proc/uptime`; `None` for the first sample.
 */
span_seconds: number | null, 
/**
 * CPU; `None` on the first sample and after a counter went backwards.
 */
cpu: Cpu | null, 
/**
 * Memory and swap.
 */
memory: Memory | null, 
/**
 * Load averages.
 */
load: Load | null, 
/**
 * Seconds since the host started.
 */
uptime_seconds: number | null, 
/**
 * Mounted file systems with a size of their own.
 */
mounts: Array<Mount>, 
/**
 * Network interfaces.
 */
interfaces: Array<Interface>, 
/**
 * Block devices (whole disks, no partitions).
 */
disks: Array<Disk>, 
/**
 * Temperature sensors.
 */
temperatures: Array<Temperature>, 
/**
 * Containers whose control groups were read.
 */
containers: Array<ContainerUsage>, 
/**
 * What taking this sample cost.
 */
cost: Cost, };

/**
 * CPU busy = total − idle − iowait; steal counts as busy, guest time is not counted twice.
 */
export type Cpu = { 
/**
 * Busy share of all processors together, percent.
 */
total_percent: number, 
/**
 * Busy share of each processor, percent, in the kernel's order; `None` where one came or went.
 */
core_percents: Array<number | null>, };

/**
 * Memory used = MemTotal − MemAvailable.
 */
export type Memory = { 
/**
 * Physical memory, bytes.
 */
total_bytes: number, 
/**
 * MemTotal − MemAvailable, bytes.
 */
used_bytes: number, 
/**
 * Page cache, buffers and reclaimable slab, bytes; `None` where the system does not say.
 */
cached_bytes: number | null, 
/**
 * Swap, bytes.
 */
swap_total_bytes: number, 
/**
 * Swap in use, bytes.
 */
swap_used_bytes: number, };

/**
 * Load averages: runnable and uninterruptible tasks.
 */
export type Load = { 
/**
 * Over 1 minute.
 */
one: number, 
/**
 * Over 5 minutes.
 */
five: number, 
/**
 * Over 15 minutes.
 */
fifteen: number, };

/**
 * A mounted file system.
 */
export type Mount = { 
/**
 * Where it is mounted.
 */
path: string, 
/**
 * Device or share.
 */
device: string, 
/**
 * File system type, when known.
 */
fs_type: string | null, 
/**
 * Size, bytes.
 */
total_bytes: number, 
/**
 * In use, bytes.
 */
used_bytes: number, 
/**
 * Free for an ordinary user, bytes.
 */
available_bytes: number, };

/**
 * A network interface.
 */
export type Interface = { 
/**
 * Name, e.g. `enp3s0`.
 */
name: string, 
/**
 * Whether it is physical or wireless and so part of the server's own sum.
 */
counted: boolean, 
/**
 * Received, bytes per second.
 */
rx_bytes_per_second: number | null, 
/**
 * Sent, bytes per second.
 */
tx_bytes_per_second: number | null, 
/**
 * Received since the host started, bytes.
 */
rx_total_bytes: number, 
/**
 * Sent since the host started, bytes.
 */
tx_total_bytes: number, };

/**
 * A whole disk.
 */
export type Disk = { 
/**
 * Kernel name, e.g. `nvme0n1`.
 */
name: string, 
/**
 * Read, bytes per second.
 */
read_bytes_per_second: number | null, 
/**
 * Written, bytes per second.
 */
written_bytes_per_second: number | null, };

/**
 * A temperature sensor.
 */
export type Temperature = { 
/**
 * Chip and label, e.g. `coretemp Package id 0`.
 */
label: string, 
/**
 * Degrees Celsius.
 */
celsius: number, };

/**
 * What a sample cost.
 */
export type Cost = { 
/**
 * From asking to having the whole answer, milliseconds.
 */
round_trip_ms: number, 
/**
 * CPU time the host's shell and its children spent on the previous samples, milliseconds a
 * sample; `None` while unknown.
 */
remote_cpu_ms: number | null, 
/**
 * Bytes of the answer.
 */
received_bytes: number, };

/**
 * What a container uses, as the host's control groups count it.
 */
export type ContainerUsage = { 
/**
 * The engine's id, 64 hexadecimal digits.
 */
id: string, 
/**
 * CPU since the last reading, percent of one core: 200 is two cores busy. `None` on the first
 * reading and after the container was started again.
 */
cpu_percent: number | null, 
/**
 * Cores that it may use at most; `None` without a limit.
 */
cpu_limit_cores: number | null, 
/**
 * Memory without the page cache that can be dropped (what `inactive_file` counts), bytes.
 */
memory_bytes: number | null, 
/**
 * Memory that it may use at most, bytes; `None` without a limit.
 */
memory_limit_bytes: number | null, 
/**
 * Received by all its interfaces but `lo`, bytes per second; `None` in the host's network.
 */
network_rx: number | null, 
/**
 * Sent, bytes per second.
 */
network_tx: number | null, };

/**
 * How far back a chart looks.
 */
export type Range = "1h" | "24h" | "7d" | "30d";

/**
 * Rows of `server_metrics` in the order of time, column by column.
 */
export type History = { 
/**
 * Start of the range, seconds since 1970, UTC.
 */
from: number, 
/**
 * End of the range, seconds since 1970, UTC.
 */
to: number, 
/**
 * Start of each row's span, seconds since 1970, UTC. Two rows further apart than the first
 * one's span have a gap between them.
 */
at: Array<number>, 
/**
 * Length of each row's span, seconds.
 */
span_seconds: Array<number>, 
/**
 * CPU busy, mean of the span, percent.
 */
cpu_percent: Array<number>, 
/**
 * CPU busy, highest sample of the span, percent.
 */
cpu_peak_percent: Array<number | null>, 
/**
 * Memory used, mean, bytes.
 */
memory_used_bytes: Array<number>, 
/**
 * Memory, bytes.
 */
memory_total_bytes: Array<number>, 
/**
 * Page cache, mean, bytes.
 */
memory_cached_bytes: Array<number | null>, 
/**
 * Swap in use, mean, bytes.
 */
swap_used_bytes: Array<number | null>, 
/**
 * Disk `/` used, percent.
 */
disk_percent: Array<number>, 
/**
 * Received, mean, bytes per second.
 */
network_rx: Array<number | null>, 
/**
 * Sent, mean, bytes per second.
 */
network_tx: Array<number | null>, 
/**
 * Read, mean, bytes per second.
 */
disk_read: Array<number | null>, 
/**
 * Written, mean, bytes per second.
 */
disk_written: Array<number | null>, 
/**
 * Load over one minute, mean.
 */
load_one: Array<number | null>, };

/**
 * Which program answers.
 */
export type EngineKind = "docker" | "podman";

/**
 * How its API is reached.
 */
export type EngineVia = "local" | "streamlocal" | "dial_stdio";

/**
 * What may be asked of it.
 */
export type EngineAccess = "full" | "read_only";

/**
 * An engine that answers.
 */
export type EngineInfo = { 
/**
 * Which.
 */
kind: EngineKind, 
/**
 * Its version, as it says.
 */
version: string, 
/**
 * The newest version of the API that it speaks.
 */
api_version: string, 
/**
 * Path of its socket or pipe.
 */
socket: string, 
/**
 * How it is reached.
 */
via: EngineVia, 
/**
 * What may be asked of it.
 */
access: EngineAccess, 
/**
 * Whether it runs without root.
 */
rootless: boolean, 
/**
 * 1 or 2; absent where it does not say.
 */
cgroup_version: number | null, 
/**
 * Where it keeps images, containers and volumes; absent where it does not say.
 */
root_dir: string | null, 
/**
 * Its host's operating system, as it says.
 */
os: string | null, 
/**
 * Its host's architecture, as it says.
 */
architecture: string | null, 
/**
 * Processors that it sees; absent where it does not say.
 */
cpus: number | null, 
/**
 * Memory that it sees, bytes; absent where it does not say.
 */
memory_bytes: number | null, };

/**
 * What stands in the way.
 */
export type EngineObstacle = "absent" | "down" | "forbidden" | "not_a_socket" | "too_old" | "lost";

/**
 * Why an engine cannot be used, for people.
 */
export type EngineTrouble = { 
/**
 * What stands in the way.
 */
obstacle: EngineObstacle, 
/**
 * The socket that was tried last.
 */
socket: string | null, 
/**
 * What happened, as a sentence.
 */
message: string, 
/**
 * What to do, as a sentence.
 */
hint: string, 
/**
 * The exact command that would help, to be run on the server.
 */
command: string | null, 
/**
 * What that command grants, as a sentence, where it grants more than it seems.
 */
grants: string | null, };

/**
 * Where an engine stands.
 */
export type EngineStatus = { "state": "unknown" } | { "state": "looking" } | { "state": "ready", 
/**
 * What it is.
 */
info: EngineInfo, 
/**
 * Since when.
 */
since: string, } | { "state": "trouble", 
/**
 * Why.
 */
trouble: EngineTrouble, 
/**
 * Since when.
 */
since: string, };

/**
 * An engine of a server that has several.
 */
export type OtherEngine = { 
/**
 * Path of its socket, which tells it from the others.
 */
socket: string, 
/**
 * Where it stands.
 */
status: EngineStatus, };

/**
 * The engines of a server.
 */
export type ServerEngine = { 
/**
 * Which server.
 */
server_id: ServerId, 
/**
 * Where its engine stands; of several the first that answers.
 */
status: EngineStatus, 
/**
 * Its other engines, as rootless Docker or Podman beside Docker; nearly always none.
 */
others: Array<OtherEngine>, };

/**
 * One container of one server.
 */
export type ContainerRef = { 
/**
 * The server.
 */
server_id: ServerId, 
/**
 * The engine's id, 64 hexadecimal digits.
 */
container_id: string, };

/**
 * What the engine says a container does.
 */
export type ContainerState = "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead" | "unknown";

/**
 * What a container's own check says.
 */
export type ContainerHealth = "starting" | "healthy" | "unhealthy";

/**
 * A port of a container.
 */
export type PublishedPort = { 
/**
 * In the container.
 */
container_port: number, 
/**
 * `tcp`, `udp` or `sctp`.
 */
protocol: string, 
/**
 * The address of the host that it is bound to; absent when it is not published.
 */
host_ip: string | null, 
/**
 * On the host; absent when it is not published.
 */
host_port: number | null, };

/**
 * A container, as the engine describes it.
 */
export type Container = { 
/**
 * The server it is on.
 */
server_id: ServerId, 
/**
 * Path of the socket of the engine that has it.
 */
engine: string, 
/**
 * The engine's id, 64 hexadecimal digits.
 */
id: string, 
/**
 * Name, without the slash.
 */
name: string, 
/**
 * The image, as it was asked for: `postgres:16.4`.
 */
image: string, 
/**
 * The image's own id: `sha256:…`.
 */
image_id: string, 
/**
 * The digest that the image was pulled by; absent when it was built here or not asked yet.
 */
digest: string | null, 
/**
 * Compose project.
 */
project: string | null, 
/**
 * Compose service.
 */
service: string | null, 
/**
 * What it does.
 */
state: ContainerState, 
/**
 * What its check says; absent when it has none.
 */
health: ContainerHealth | null, 
/**
 * What it ended with; absent while it runs and when it was not asked yet.
 */
exit_code: number | null, 
/**
 * Whether it was killed because it had no memory left.
 */
out_of_memory: boolean, 
/**
 * What the engine complains of, in its words.
 */
error: string | null, 
/**
 * Published ports first.
 */
ports: Array<PublishedPort>, 
/**
 * When it was made.
 */
created_at: string | null, 
/**
 * When it was last started; absent when never, and when it was not asked yet.
 */
started_at: string | null, 
/**
 * When it last ended; absent while it runs the first time, and when it was not asked yet.
 */
finished_at: string | null, 
/**
 * How often the engine started it again by itself; absent when it was not asked yet.
 */
restart_count: number | null, 
/**
 * What its history is kept under: the compose service where it has one, else its name. A
 * container that is made anew goes on with the old one's chart.
 */
series: string, };

/**
 * Where a container's figures come from.
 */
export type FiguresSource = "cgroup" | "stats";

/**
 * What a container uses. What was not measured is absent.
 */
export type ContainerFigures = { 
/**
 * When it was read.
 */
at: string, 
/**
 * Where it comes from.
 */
source: FiguresSource, 
/**
 * CPU since the last reading, percent of one core: 200 is two cores busy.
 */
cpu_percent: number | null, 
/**
 * The same as a share of all cores of the host, percent.
 */
cpu_host_percent: number | null, 
/**
 * Cores that it may use at most; absent without a limit.
 */
cpu_limit_cores: number | null, 
/**
 * Memory without the page cache that can be dropped, bytes.
 */
memory_bytes: number | null, 
/**
 * Memory that it may use at most, bytes; absent without a limit.
 */
memory_limit_bytes: number | null, 
/**
 * Received, bytes per second; absent where the container's network is not readable, and for
 * containers in the host's.
 */
network_rx: number | null, 
/**
 * Sent, bytes per second.
 */
network_tx: number | null, };

/**
 * A container and what it uses.
 */
export type ContainerRow = { 
/**
 * The container.
 */
container: Container, 
/**
 * Its newest figures; absent while it does not run.
 */
figures: ContainerFigures | null, 
/**
 * What is wrong with it, in words: `Exited 137, out of memory`. Absent when nothing is.
 */
trouble: string | null, 
/**
 * Since when its engine has not answered: the row is what was last heard of it. Absent while the
 * engine answers.
 */
old_since: string | null, };

/**
 * Everything that the containers' page needs at once.
 */
export type Containers = { 
/**
 * One for each server.
 */
engines: Array<ServerEngine>, 
/**
 * By server, then by project, service and name.
 */
containers: Array<ContainerRow>, };

/**
 * How many containers a server has.
 */
export type ContainerCounts = { 
/**
 * Running.
 */
running: number, 
/**
 * All.
 */
all: number, 
/**
 * Unhealthy, restarting over and over, or ended by an error.
 */
troubled: number, };

/**
 * What can be done to containers at once.
 */
export type ContainerAction = "start" | "stop" | "restart" | "pause" | "unpause" | "kill";

/**
 * What came of one container in an action on several.
 */
export type ContainerResult = { 
/**
 * The container.
 */
container: ContainerRef, 
/**
 * Its name; the id where it is not known.
 */
name: string, 
/**
 * Why it was not done, in the engine's words; absent when it was done.
 */
error: string | null, 
/**
 * Whether it is known what came of it: where the engine's answer was cut off, the error says so.
 */
is_known: boolean, };

/**
 * When the engine starts a container again by itself.
 */
export type RestartPolicy = "no" | "on_failure" | "always" | "unless_stopped";

/**
 * What a container may use, and when it is started again. What is absent stays as it is.
 */
export type ContainerLimits = { 
/**
 * Cores at most; 0 is no limit, which engines set as all that the host has.
 */
cpu_cores: number | null, 
/**
 * Memory at most, bytes; 0 is no limit, which engines set as all that the host has.
 */
memory_bytes: number | null, 
/**
 * When it is started again.
 */
restart_policy: RestartPolicy | null, };

/**
 * A variable of a container's environment.
 */
export type EnvironmentVariable = { 
/**
 * Name.
 */
name: string, 
/**
 * Value; absent when it is masked.
 */
value: string | null, 
/**
 * Whether it looks like a secret, by its name or by its value.
 */
is_secret: boolean, 
/**
 * Whether it came with the image.
 */
is_from_image: boolean, };

/**
 * A mount of a container.
 */
export type ContainerMount = { 
/**
 * `volume`, `bind`, `tmpfs`, …
 */
kind: string, 
/**
 * Name of the volume.
 */
name: string | null, 
/**
 * Where it is on the host.
 */
source: string, 
/**
 * Where it is in the container.
 */
destination: string, 
/**
 * Whether the container may write to it.
 */
is_writable: boolean, };

/**
 * A network that a container is in.
 */
export type ContainerNetwork = { 
/**
 * Name.
 */
name: string, 
/**
 * Addresses in it; none while the container does not run.
 */
addresses: Array<string>, 
/**
 * Names that others in it find the container by.
 */
aliases: Array<string>, 
/**
 * Hardware address.
 */
mac_address: string | null, };

/**
 * One run of a container's check.
 */
export type HealthCheckRun = { 
/**
 * When it began.
 */
started_at: string | null, 
/**
 * What it ended with.
 */
exit_code: number | null, 
/**
 * What it printed, shortened.
 */
output: string, };

/**
 * A label.
 */
export type ContainerLabel = { 
/**
 * Name.
 */
name: string, 
/**
 * Value, shortened.
 */
value: string, };

/**
 * A container, whole.
 */
export type ContainerDetails = { 
/**
 * The row.
 */
row: ContainerRow, 
/**
 * The engine it is in.
 */
engine: EngineInfo, 
/**
 * What is run in it, word by word.
 */
command: Array<string>, 
/**
 * Where it is run.
 */
working_dir: string, 
/**
 * The account that runs it; empty for the image's own.
 */
user: string, 
/**
 * Whether it may do nearly everything that root on the host may.
 */
is_privileged: boolean, 
/**
 * Limits and restart policy that are in force.
 */
limits: ContainerLimits, 
/**
 * Environment, by name.
 */
environment: Array<EnvironmentVariable>, 
/**
 * Mounts, by destination.
 */
mounts: Array<ContainerMount>, 
/**
 * Networks, by name.
 */
networks: Array<ContainerNetwork>, 
/**
 * Labels, by name.
 */
labels: Array<ContainerLabel>, 
/**
 * The last runs of its check, newest first.
 */
health_log: Array<HealthCheckRun>, 
/**
 * What the engine said, as JSON, with masked values.
 */
raw: string, };

/**
 * Rows of `container_metrics` of one series in the order of time, column by column.
 */
export type ContainerHistory = { 
/**
 * Start of the range, seconds since 1970, UTC.
 */
from: number, 
/**
 * End of the range, seconds since 1970, UTC.
 */
to: number, 
/**
 * Start of each row's span, seconds since 1970, UTC.
 */
at: Array<number>, 
/**
 * Length of each row's span, seconds.
 */
span_seconds: Array<number>, 
/**
 * CPU, mean, percent of one core.
 */
cpu_percent: Array<number>, 
/**
 * CPU, highest reading, percent of one core.
 */
cpu_peak_percent: Array<number | null>, 
/**
 * Memory without the page cache, mean, bytes.
 */
memory_bytes: Array<number>, 
/**
 * Memory that it might use, bytes: its limit, or the host's memory.
 */
memory_limit_bytes: Array<number>, 
/**
 * Received, mean, bytes per second.
 */
network_rx: Array<number | null>, 
/**
 * Sent, mean, bytes per second.
 */
network_tx: Array<number | null>, };

/**
 * One point of the last hour of a container. Percentages are of one core.
 */
export type ContainerPoint = { 
/**
 * Milliseconds since 1970, UTC.
 */
at_ms: number, 
/**
 * CPU.
 */
cpu_percent: number | null, 
/**
 * Memory without the page cache, bytes.
 */
memory_bytes: number | null, 
/**
 * Received, bytes per second.
 */
network_rx: number | null, 
/**
 * Sent, bytes per second.
 */
network_tx: number | null, };

/**
 * Which of a container's two outputs.
 */
export type LogStream = "stdout" | "stderr";

/**
 * One line.
 */
export type LogLine = { 
/**
 * Its number in the follow, from 0; lines that were let go keep theirs.
 */
number: number, 
/**
 * Milliseconds since 1970, UTC, as the engine took it down.
 */
at_ms: number, 
/**
 * The container: its place in the follow's list.
 */
source: number, 
/**
 * Which output.
 */
stream: LogStream, 
/**
 * The text with its escape sequences for colours and no others; what is no UTF-8 is replaced,
 * what is longer than 16 KiB is cut.
 */
text: string, 
/**
 * How many bytes were cut off.
 */
cut_bytes: number, };

/**
 * A container whose log is followed.
 */
export type LogSource = { 
/**
 * The container.
 */
container: ContainerRef, 
/**
 * Its compose service, or its name.
 */
name: string, 
/**
 * Whether more may come.
 */
is_following: boolean, 
/**
 * Why its log cannot be read, or why it ended before the container.
 */
error: string | null, };

/**
 * Where a follow stands.
 */
export type LogStatus = { 
/**
 * The follow.
 */
log_id: string, 
/**
 * Its containers.
 */
sources: Array<LogSource>, 
/**
 * Number of the first line that is kept.
 */
first: number, 
/**
 * Number after the last line.
 */
end: number, 
/**
 * Lines a second, over the last seconds.
 */
lines_per_second: number, 
/**
 * How many lines are kept at most.
 */
most_lines: number, };

/**
 * Which lines.
 */
export type LogFilter = { 
/**
 * Only this output.
 */
stream: LogStream | null, 
/**
 * Only lines with this text in them, whatever its case.
 */
text: string | null, };

/**
 * Some lines of a follow, in order.
 */
export type LogPage = { 
/**
 * Where the follow stands.
 */
status: LogStatus, 
/**
 * Lines.
 */
lines: Array<LogLine>, };

/**
 * What a search found.
 */
export type LogMatches = { 
/**
 * How many lines hold it.
 */
total: number, 
/**
 * Numbers of the lines, in order: the newest 10,000 at most.
 */
numbers: Array<number>, };

/**
 * A container that uses something.
 */
export type UsedBy = { 
/**
 * The container.
 */
container: ContainerRef, 
/**
 * Its name.
 */
name: string, 
/**
 * Whether it runs.
 */
is_running: boolean, };

/**
 * An image of one server.
 */
export type Image = { 
/**
 * The server it is on.
 */
server_id: ServerId, 
/**
 * Path of the socket of the engine that has it.
 */
engine: string, 
/**
 * `sha256:…`
 */
id: string, 
/**
 * Names it goes by: `postgres:16.4`; none for one that lost its name to a newer one.
 */
tags: Array<string>, 
/**
 * Digests it was pulled by: `postgres@sha256:…`.
 */
digests: Array<string>, 
/**
 * When it was built.
 */
created_at: string | null, 
/**
 * All its layers, bytes.
 */
size_bytes: number, 
/**
 * Layers that other images have too, bytes; absent where the engine does not say.
 */
shared_bytes: number | null, 
/**
 * Containers made of it.
 */
used_by: Array<UsedBy>, };

/**
 * A volume of one server.
 */
export type Volume = { 
/**
 * The server it is on.
 */
server_id: ServerId, 
/**
 * Path of the socket of the engine that has it.
 */
engine: string, 
/**
 * Name.
 */
name: string, 
/**
 * What keeps it: `local`.
 */
driver: string, 
/**
 * Where it is on the server.
 */
mountpoint: string, 
/**
 * Compose project.
 */
project: string | null, 
/**
 * Whether the engine named it, because nobody did.
 */
is_anonymous: boolean, 
/**
 * When it was made.
 */
created_at: string | null, 
/**
 * What is in it, bytes; absent where the engine does not measure it.
 */
size_bytes: number | null, 
/**
 * Containers that mount it.
 */
used_by: Array<UsedBy>, };

/**
 * A network of one server.
 */
export type Network = { 
/**
 * The server it is on.
 */
server_id: ServerId, 
/**
 * Path of the socket of the engine that has it.
 */
engine: string, 
/**
 * The engine's id.
 */
id: string, 
/**
 * Name.
 */
name: string, 
/**
 * `bridge`, `host`, `macvlan`, …
 */
driver: string, 
/**
 * Address ranges.
 */
subnets: Array<string>, 
/**
 * Whether containers in it reach nothing outside.
 */
is_internal: boolean, 
/**
 * Whether it came with the engine and cannot be removed.
 */
is_builtin: boolean, 
/**
 * Compose project.
 */
project: string | null, 
/**
 * When it was made.
 */
created_at: string | null, 
/**
 * Containers in it.
 */
used_by: Array<UsedBy>, };

/**
 * What clearing out looks at.
 */
export type PruneKind = "containers" | "dangling_images" | "unused_images" | "anonymous_volumes" | "unused_volumes" | "unused_networks";

/**
 * One thing that would go.
 */
export type PruneItem = { 
/**
 * Path of the socket of the engine that has it.
 */
engine: string, 
/**
 * What the engine knows it by.
 */
id: string, 
/**
 * What people know it by.
 */
name: string, 
/**
 * What returns, bytes; absent where the engine does not say.
 */
bytes: number | null, };

/**
 * Exactly what clearing out would take.
 */
export type PrunePreview = { 
/**
 * Where.
 */
server_id: ServerId, 
/**
 * Of which kind.
 */
kind: PruneKind, 
/**
 * Each thing.
 */
items: Array<PruneItem>, 
/**
 * What returns, bytes; images share layers, so it can be less than their sum. Absent where the
 * engine does not say.
 */
bytes: number | null, };

/**
 * What came of removing several things.
 */
export type RemovalResult = { 
/**
 * What the engine knows it by.
 */
id: string, 
/**
 * What people know it by.
 */
name: string, 
/**
 * Why it stayed, in the engine's words; absent when it went.
 */
error: string | null, 
/**
 * Whether it is known what came of it: where the engine's answer was cut off, the error says so.
 */
is_known: boolean, };

/**
 * What an app is called in its source: `miniflux`.
 */
export type AppName = string;

/**
 * What an app is for.
 */
export type AppCategory = "automation" | "media" | "monitoring" | "networking" | "security" | "storage" | "utility";

/**
 * What is drawn for an app.
 */
export type AppIcon = { "kind": "drawing", 
/**
 * Its name: `feed`.
 */
name: string, } | { "kind": "picture", 
/**
 * `image/svg+xml`, `image/png`, `image/webp` or `image/jpeg`.
 */
media_type: string, 
/**
 * The file, base64.
 */
data: string, };

/**
 * What an app needs of a server; what is absent is not known.
 */
export type AppRequirements = { 
/**
 * Memory, bytes.
 */
memory_bytes: number | null, 
/**
 * Room on the disk, bytes.
 */
storage_bytes: number | null, 
/**
 * Processors, cores.
 */
cpu_cores: number | null, 
/**
 * What its images are built for, as Docker writes it: `amd64`, `arm64`, `arm/v7`. Empty: not known.
 */
architectures: Array<string>, };

/**
 * A value to choose.
 */
export type AppChoice = { 
/**
 * What the app gets.
 */
value: string, 
/**
 * What people read.
 */
label: string, };

/**
 * Which protocol a port speaks.
 */
export type PortProtocol = "tcp" | "udp";

/**
 * What a secret is made of.
 */
export type SecretAlphabet = "letters" | "hex";

/**
 * What a setting takes.
 */
export type AppSettingKind = { "type": "text", 
/**
 * A regular expression for the whole of it.
 */
pattern: string | null, 
/**
 * The most characters.
 */
max: number, } | { "type": "number", 
/**
 * At least.
 */
min: number | null, 
/**
 * At most.
 */
max: number | null, } | { "type": "choice", 
/**
 * These.
 */
choices: Array<AppChoice>, } | { "type": "secret", 
/**
 * Characters.
 */
length: number, 
/**
 * What it is made of.
 */
alphabet: SecretAlphabet, } | { "type": "port", 
/**
 * Which protocol.
 */
protocol: PortProtocol, } | { "type": "path" } | { "type": "time_zone" };

/**
 * What people are asked before an app is installed, and a variable of its `.env`.
 */
export type AppSetting = { 
/**
 * The variable: `WEB_PORT`.
 */
name: string, 
/**
 * What it takes.
 */
kind: AppSettingKind, 
/**
 * What stands above the field.
 */
label: string, 
/**
 * What stands under it.
 */
description: string | null, 
/**
 * Its value if nobody says another; a secret has none.
 */
default: string | null, 
/**
 * Whether it must have a value.
 */
is_required: boolean, 
/**
 * Whether few people change it.
 */
is_advanced: boolean, };

/**
 * What a browser opens.
 */
export type AppWeb = { 
/**
 * The setting with the port.
 */
port: string, 
/**
 * Path of the address: `/`.
 */
path: string, 
/**
 * Whether it speaks TLS.
 */
is_https: boolean, };

/**
 * When an app counts as well.
 */
export type AppHealth = { 
/**
 * Which service is asked.
 */
service: string, 
/**
 * A port inside of its container.
 */
port: number, 
/**
 * What is asked for over HTTP; absent: it only has to take connections.
 */
path: string | null, 
/**
 * The longest that it may take, seconds.
 */
wait_seconds: number, };

/**
 * What an app may do that people should know of before they install it.
 */
export type AppFlag = { "kind": "privileged" } | { "kind": "host_network" } | { "kind": "host_pid" } | { "kind": "engine_socket" } | { "kind": "capability", 
/**
 * `NET_ADMIN`
 */
name: string, } | { "kind": "device", 
/**
 * `/dev/dri`
 */
path: string, } | { "kind": "moving_image", 
/**
 * `nginx:latest`
 */
image: string, } | { "kind": "system_path", 
/**
 * `/etc`
 */
path: string, };

/**
 * One container of an app, as its compose file says.
 */
export type AppService = { 
/**
 * Its name in the compose file.
 */
name: string, 
/**
 * Its image, variables and all.
 */
image: string, 
/**
 * What it may do that people should know of.
 */
flags: Array<AppFlag>, 
/**
 * Whether the compose file says how its health is checked.
 */
has_healthcheck: boolean, };

/**
 * What a catalog says of an app.
 */
export type AppManifest = { 
/**
 * What it is called in its source.
 */
id: AppName, 
/**
 * Name for people.
 */
name: string, 
/**
 * What it is, in a sentence.
 */
description: string, 
/**
 * Of the app, as its authors write it.
 */
version: string, 
/**
 * What it is for.
 */
category: AppCategory, 
/**
 * Words that people search for.
 */
tags: Array<string>, 
/**
 * What is drawn for it.
 */
icon: AppIcon | null, 
/**
 * Its licence, SPDX.
 */
licence: string | null, 
/**
 * Where its source is.
 */
repository: string | null, 
/**
 * Where its guide is.
 */
documentation: string | null, 
/**
 * What it needs of a server.
 */
requirements: AppRequirements, 
/**
 * Whether its source puts it forward.
 */
is_featured: boolean, 
/**
 * Whether its source advises against it.
 */
is_deprecated: boolean, 
/**
 * What people are asked.
 */
settings: Array<AppSetting>, 
/**
 * What a browser opens.
 */
web: AppWeb | null, 
/**
 * When it is well, where its containers do not say so themselves.
 */
health: AppHealth | null, 
/**
 * The compose file.
 */
compose: string, 
/**
 * Its containers.
 */
services: Array<AppService>, 
/**
 * What to know after the installation.
 */
notes: string | null, };

/**
 * A rule that a file does not hold to.
 */
export type AppProblem = { 
/**
 * The line, from 1; absent where the file has none.
 */
line: number | null, 
/**
 * What is wrong, and what would be right.
 */
message: string, };

/**
 * An app that could not be taken.
 */
export type LeftOut = { 
/**
 * The file, and within a file of many the app.
 */
place: string, 
/**
 * Why.
 */
problems: Array<AppProblem>, };

/**
 * An app among those of all sources: `tomo/miniflux`.
 */
export type AppId = string;

/**
 * What a source is.
 */
export type AppSourceKind = "built_in" | "path" | "address" | "repository";

/**
 * A source of apps.
 */
export type AppSource = { 
/**
 * What its apps' ids begin with.
 */
id: AppName, 
/**
 * Name for people.
 */
name: string, 
/**
 * What it is.
 */
kind: AppSourceKind, 
/**
 * Its path or address; absent for Tomo's own.
 */
location: string | null, 
/**
 * Whether its apps are shown.
 */
is_enabled: boolean, 
/**
 * When it was last read without an error.
 */
synced_at: string | null, 
/**
 * Why it could not be read the last time.
 */
error: string | null, 
/**
 * Its licence, as an SPDX identifier where it is one of the usual ones.
 */
licence: string | null, 
/**
 * Whose work it is, as its licence says.
 */
attribution: string | null, 
/**
 * Apps that it has.
 */
apps: number, 
/**
 * What could not be taken.
 */
left_out: Array<LeftOut>, 
/**
 * Whether it is being read now.
 */
is_syncing: boolean, };

/**
 * What reading a source anew changed.
 */
export type SyncReport = { 
/**
 * Apps that are new.
 */
added: Array<AppName>, 
/**
 * Apps that are others than before.
 */
changed: Array<AppName>, 
/**
 * Apps that are not there any more.
 */
removed: Array<AppName>, 
/**
 * Apps that could not be taken.
 */
left_out: number, };

/**
 * An app as it stands in the catalog.
 */
export type AppCard = { 
/**
 * Which.
 */
id: AppId, 
/**
 * Name for people.
 */
name: string, 
/**
 * What it is, in a sentence.
 */
description: string, 
/**
 * Its version.
 */
version: string, 
/**
 * What it is for.
 */
category: AppCategory, 
/**
 * What is drawn for it.
 */
icon: AppIcon | null, 
/**
 * What its images are built for; empty: not known.
 */
architectures: Array<string>, 
/**
 * Whether its source puts it forward.
 */
is_featured: boolean, 
/**
 * Whether its source advises against it.
 */
is_deprecated: boolean, };

/**
 * Some apps of the catalog.
 */
export type CatalogPage = { 
/**
 * Apps in all sources that are enabled.
 */
all: number, 
/**
 * Apps that were found.
 */
total: number, 
/**
 * Those that were asked for.
 */
apps: Array<AppCard>, };

/**
 * An app, with all that is known of it.
 */
export type CatalogApp = { 
/**
 * Which.
 */
id: AppId, 
/**
 * What its source is called.
 */
source: string, 
/**
 * The licence of its source.
 */
source_licence: string | null, 
/**
 * What is said of it.
 */
manifest: AppManifest, 
/**
 * What it may do that people should know of.
 */
flags: Array<AppFlag>, 
/**
 * What of it was left out or changed when it was taken, and why.
 */
notes: Array<AppProblem>, };

/**
 * What looking through a folder of apps found, without adding it.
 */
export type CatalogCheck = { 
/**
 * Apps that can be taken.
 */
apps: Array<AppName>, 
/**
 * What cannot, and why.
 */
left_out: Array<LeftOut>, };

/**
 * A port that is opened on the server.
 */
export type ProjectPort = { 
/**
 * Which service.
 */
service: string, 
/**
 * The address of the server that it is opened on; absent: all of them.
 */
host_ip: string | null, 
/**
 * The port of the server; absent: the engine chooses one.
 */
host_port: number | null, 
/**
 * The port of the container.
 */
container_port: number, 
/**
 * Which protocol.
 */
protocol: PortProtocol, 
/**
 * The setting that it comes from.
 */
setting: string | null, };

/**
 * Where a mount's data is.
 */
export type MountSource = { "kind": "volume", 
/**
 * Its name on the server: `miniflux_db`.
 */
name: string, 
/**
 * Whether it is somebody else's, and has to be there already.
 */
is_external: boolean, } | { "kind": "anonymous" } | { "kind": "path", 
/**
 * The path.
 */
path: string, 
/**
 * The setting that it comes from.
 */
setting: string | null, };

/**
 * Data that a container uses.
 */
export type ProjectMount = { 
/**
 * Which service.
 */
service: string, 
/**
 * Where it is.
 */
source: MountSource, 
/**
 * Where the container sees it.
 */
target: string, 
/**
 * Whether the container may only read it.
 */
is_read_only: boolean, };

/**
 * A network of the project.
 */
export type ProjectNetwork = { 
/**
 * Its name on the server: `miniflux_default`.
 */
name: string, 
/**
 * Whether it is somebody else's, and has to be there already.
 */
is_external: boolean, };

/**
 * A container of the project.
 */
export type ProjectService = { 
/**
 * Its name in the compose file.
 */
service: string, 
/**
 * What its container will be called.
 */
container: string, 
/**
 * Its image.
 */
image: string, 
/**
 * When it is started again, as the compose file says: `unless-stopped`.
 */
restart: string, };

/**
 * What an app makes of a server.
 */
export type AppProject = { 
/**
 * The compose project's name.
 */
name: string, 
/**
 * Its containers.
 */
services: Array<ProjectService>, 
/**
 * Ports that are opened.
 */
ports: Array<ProjectPort>, 
/**
 * Data that is used.
 */
mounts: Array<ProjectMount>, 
/**
 * Networks that are made or used.
 */
networks: Array<ProjectNetwork>, };

/**
 * A value that cannot be taken.
 */
export type ValueProblem = { 
/**
 * The setting; absent where it is the compose file itself.
 */
setting: string | null, 
/**
 * Why, in words for whoever typed it.
 */
message: string, };

/**
 * What is checked.
 */
export type CheckKind = "compose" | "architecture" | "memory" | "disk" | "ports" | "names" | "paths";

/**
 * What came of a check.
 */
export type CheckOutcome = "good" | "warning" | "problem" | "unknown";

/**
 * A value that solves a problem.
 */
export type PlanFix = { 
/**
 * The setting; absent where it is the name of the project.
 */
setting: string | null, 
/**
 * The value.
 */
value: string, 
/**
 * In words: `Use 8081`.
 */
label: string, };

/**
 * A check that was made on the server.
 */
export type PlanCheck = { 
/**
 * What was checked.
 */
kind: CheckKind, 
/**
 * What came of it.
 */
outcome: CheckOutcome, 
/**
 * In short: `Port 8080 is taken by nginx`.
 */
title: string, 
/**
 * The rest: `process 812, not in a container`.
 */
detail: string, 
/**
 * The setting that it is about.
 */
setting: string | null, 
/**
 * What solves it.
 */
fix: PlanFix | null, };

/**
 * An image that is needed.
 */
export type PlanImage = { 
/**
 * Its name.
 */
image: string, 
/**
 * Whether it is on the server already; absent where that is not known.
 */
is_there: boolean | null, };

/**
 * A volume that is made or used.
 */
export type PlanVolume = { 
/**
 * Its name on the server.
 */
name: string, 
/**
 * The service that uses it.
 */
service: string, 
/**
 * Where the container sees it.
 */
target: string, 
/**
 * Whether it is on the server already, with what is in it; absent where that is not known.
 */
is_there: boolean | null, };

/**
 * How a server suits an app.
 */
export type ServerFit = { 
/**
 * The server.
 */
server_id: ServerId, 
/**
 * Its name.
 */
name: string, 
/**
 * Whether the app can run there.
 */
is_possible: boolean, 
/**
 * Why: `9.1 GB memory and 336 GB disk are free`, or what stands in the way.
 */
reason: string, };

/**
 * What installing an app would do.
 */
export type AppPlan = { 
/**
 * The app.
 */
app: AppId, 
/**
 * Its version.
 */
version: string, 
/**
 * The server.
 */
server_id: ServerId, 
/**
 * Name of the compose project.
 */
project: string, 
/**
 * Servers, the one that suits best first.
 */
servers: Array<ServerFit>, 
/**
 * All values of its settings that are no secrets, as they would be taken.
 */
values: { [key in string]: string }, 
/**
 * Values that cannot be taken.
 */
problems: Array<ValueProblem>, 
/**
 * Checks that were made.
 */
checks: Array<PlanCheck>, 
/**
 * What the app makes of the server; absent where its values cannot be taken.
 */
makes: AppProject | null, 
/**
 * Images that are needed.
 */
images: Array<PlanImage>, 
/**
 * Volumes that are made or used.
 */
volumes: Array<PlanVolume>, 
/**
 * The compose file.
 */
compose: string, 
/**
 * Where its files will be on the server.
 */
folder: string, 
/**
 * What the app may do that people should know of.
 */
flags: Array<AppFlag>, 
/**
 * Whether it can be installed like this.
 */
is_ready: boolean, };

/**
 * Where an app stands: `installed_apps.status`.
 */
export type AppStatus = "pending" | "pulling" | "creating" | "starting" | "running" | "stopped" | "error" | "removing";

/**
 * What is being done to an app.
 */
export type AppWorkKind = "install" | "start" | "stop" | "restart" | "uninstall" | "update" | "roll_back" | "clean_up" | "backup" | "restore" | "move";

/**
 * What can be done to an app that is there.
 */
export type AppAction = "start" | "stop" | "restart";

/**
 * How far a step is.
 */
export type StepState = "waiting" | "running" | "done" | "failed";

/**
 * A layer of an image that is being pulled.
 */
export type PulledLayer = { 
/**
 * The engine's short id of it.
 */
id: string, 
/**
 * Bytes that came so far.
 */
current_bytes: number, 
/**
 * All its bytes, as far as the registry says.
 */
total_bytes: number | null, 
/**
 * Whether it is there.
 */
is_done: boolean, };

/**
 * A step of what is being done.
 */
export type AppStep = { 
/**
 * What is done: `pull`. It is the key of `installed_apps.step_durations`.
 */
name: string, 
/**
 * In words: `Pull 2 images`.
 */
label: string, 
/**
 * How far it is.
 */
state: StepState, 
/**
 * When it began.
 */
started_at: string | null, 
/**
 * How long it took, seconds.
 */
seconds: number | null, 
/**
 * What is known of it at the moment, in words.
 */
detail: string | null, 
/**
 * Layers of images.
 */
layers: Array<PulledLayer>, };

/**
 * What is being done to an app, step by step.
 */
export type AppWork = { 
/**
 * What.
 */
kind: AppWorkKind, 
/**
 * Since when.
 */
started_at: string, 
/**
 * Its steps.
 */
steps: Array<AppStep>, 
/**
 * Whether somebody wants it to end, and what was made is being removed.
 */
is_cancelled: boolean, 
/**
 * Whether it can be cancelled.
 */
can_cancel: boolean, };

/**
 * Why something could not be done to an app.
 */
export type AppFailure = { 
/**
 * What was to be done.
 */
kind: AppWorkKind, 
/**
 * The step that failed, in words.
 */
step: string, 
/**
 * Why.
 */
message: string, 
/**
 * The last lines that its containers wrote.
 */
log: Array<string>, 
/**
 * What could not be cleaned up, and stands there still.
 */
left: Array<string>, 
/**
 * When.
 */
at: string, };

/**
 * A network that an app is in, as the engine says.
 */
export type AppNetwork = { 
/**
 * Its name.
 */
name: string, 
/**
 * Whether it was made for the app.
 */
is_own: boolean, };

/**
 * A volume of an app, as the engine says.
 */
export type AppVolume = { 
/**
 * Its name.
 */
name: string, 
/**
 * The service that uses it.
 */
service: string, 
/**
 * Where the container sees it.
 */
target: string, 
/**
 * Whether it was made for the app, and not brought along by somebody else.
 */
is_own: boolean, };

/**
 * A folder or file of the server that an app uses, as the engine says.
 */
export type AppBind = { 
/**
 * The path on the server.
 */
path: string, 
/**
 * The service that uses it.
 */
service: string, 
/**
 * Where the container sees it.
 */
target: string, 
/**
 * Whether the container may only read it.
 */
is_read_only: boolean, };

/**
 * An image of an app, and what its registry says of its name.
 */
export type AppImage = { 
/**
 * Its name: `ghcr.io/someone/web:2`.
 */
image: string, 
/**
 * The digest that the app runs; absent where the image has none, or nobody looked.
 */
digest: string | null, 
/**
 * The digest that the name stands for in the registry now; absent where it could not be asked.
 */
newest: string | null, 
/**
 * Whether these are two images; absent where it is not known.
 */
is_newer: boolean | null, 
/**
 * Why it is not known, and what to do.
 */
error: string | null, };

/**
 * An image that an update takes although its name stays.
 */
export type NewerImage = { 
/**
 * Its name.
 */
image: string, 
/**
 * The digest that the app runs; absent where it is not known.
 */
from: string | null, 
/**
 * The digest that the name stands for now.
 */
to: string, };

/**
 * A version that an app had on a server.
 */
export type AppVersion = { 
/**
 * The version.
 */
version: string, 
/**
 * Since when.
 */
since: string, };

/**
 * The way back to what an app was before its last update.
 */
export type WayBack = { 
/**
 * The version.
 */
version: string, 
/**
 * The data is of this moment.
 */
at: string, 
/**
 * Until when it is kept.
 */
until: string, 
/**
 * Volumes whose data goes back too.
 */
volumes: Array<string>, 
/**
 * Data that stays as it is.
 */
not_copied: Array<string>, };

/**
 * What becomes of a line.
 */
export type LineChange = "same" | "removed" | "added";

/**
 * A line of a file that changes.
 */
export type DiffLine = { 
/**
 * What becomes of it.
 */
change: LineChange, 
/**
 * Its number, before for one that goes, else afterwards; from 1.
 */
line: number, 
/**
 * The line.
 */
text: string, };

/**
 * What updating an app would do.
 */
export type UpdatePlan = { 
/**
 * Its version now.
 */
from: string, 
/**
 * The version that comes.
 */
to: string, 
/**
 * Settings that it has not had so far.
 */
new_settings: Array<AppSetting>, 
/**
 * All values that are no secrets, as they would be taken.
 */
values: { [key in string]: string }, 
/**
 * Values that cannot be taken.
 */
problems: Array<ValueProblem>, 
/**
 * Lines of the compose file that change, with those around them.
 */
compose: Array<DiffLine>, 
/**
 * Lines of the file of variables that change, with those around them, without secrets.
 */
variables: Array<DiffLine>, 
/**
 * Images that are needed.
 */
images: Array<string>, 
/**
 * Those of them that are pulled anew, because their names stand for others by now.
 */
newer_images: Array<NewerImage>, 
/**
 * Volumes that are copied before.
 */
copied: Array<string>, 
/**
 * Data that is not copied, and is as the new version leaves it after a way back.
 */
not_copied: Array<string>, };

/**
 * What the last update of an app has changed.
 */
export type LastUpdate = { 
/**
 * The version before.
 */
from: string, 
/**
 * Lines of the compose file that have changed, with those around them.
 */
compose: Array<DiffLine>, 
/**
 * Lines of the file of variables that have changed, with those around them, without secrets.
 */
variables: Array<DiffLine>, };

/**
 * What a part of an app's data is on its server.
 */
export type AppDataKind = "volume" | "folder" | "file";

/**
 * A part of an app's data.
 */
export type AppDataPart = { 
/**
 * What it is.
 */
kind: AppDataKind, 
/**
 * The volume, or the path on the server.
 */
name: string, 
/**
 * A service that uses it.
 */
service: string, 
/**
 * Where the container of that sees it.
 */
target: string, 
/**
 * Whether it is a volume that the engine named: the next container gets another one there.
 */
is_unnamed: boolean, 
/**
 * How much is in it, bytes; absent where nobody says.
 */
bytes: number | null, };

/**
 * Data of an app that is not in a backup.
 */
export type LeftOutData = { 
/**
 * The volume, or the path on the server.
 */
name: string, 
/**
 * Why.
 */
why: string, };

/**
 * How an app is kept from writing while its data is read.
 */
export type AppRestMode = "stop" | "pause";

/**
 * What a backup of an app would hold.
 */
export type AppBackupPreview = { 
/**
 * Its data.
 */
parts: Array<AppDataPart>, 
/**
 * What cannot be in it.
 */
left_out: Array<LeftOutData>, 
/**
 * All that is in it, bytes, before it is compressed; absent where a part of it is not known.
 */
bytes: number | null, 
/**
 * Whether it runs, and would be at rest meanwhile.
 */
is_running: boolean, 
/**
 * A name for the file.
 */
file_name: string, };

/**
 * A backup that was made of an app.
 */
export type AppBackupEntry = { 
/**
 * Its file on this computer.
 */
path: string, 
/**
 * The data is of this moment.
 */
at: string, 
/**
 * Size of the file, bytes.
 */
bytes: number, 
/**
 * How the app was kept from writing; absent where it did not run.
 */
mode: AppRestMode | null, };

/**
 * What the file of a backup says of itself.
 */
export type AppBackupContents = { 
/**
 * The app.
 */
app: AppId, 
/**
 * Name for people.
 */
name: string, 
/**
 * Its version.
 */
version: string, 
/**
 * Name of its compose project.
 */
project: string, 
/**
 * The server that it was on.
 */
server: string, 
/**
 * The data is of this moment.
 */
at: string, 
/**
 * How the app was kept from writing; absent where it did not run.
 */
mode: AppRestMode | null, 
/**
 * What is in it.
 */
parts: Array<AppDataPart>, 
/**
 * What is not.
 */
left_out: Array<LeftOutData>, 
/**
 * Size of the file, bytes.
 */
bytes: number, };

/**
 * Where a part of the data goes.
 */
export type DataWay = { 
/**
 * The part.
 */
part: AppDataPart, 
/**
 * The volume, or the path on the server, that gets it.
 */
to: string, };

/**
 * What bringing a backup back would do.
 */
export type RestorePlan = { 
/**
 * What is in it.
 */
contents: AppBackupContents, 
/**
 * What it takes to install the app anew with it; absent where it is there already.
 */
plan: AppPlan | null, 
/**
 * The app on that server whose data and configuration it would take the place of.
 */
over: InstalledAppId | null, 
/**
 * Where its data goes.
 */
ways: Array<DataWay>, 
/**
 * Volumes whose present data is copied first, and put back if the app does not become well.
 */
copied: Array<string>, 
/**
 * Paths whose files are written over, and are not put back.
 */
not_copied: Array<string>, };

/**
 * What moving an app to another server would do.
 */
export type MovePlan = { 
/**
 * What it takes there.
 */
plan: AppPlan, 
/**
 * Where its data goes.
 */
ways: Array<DataWay>, 
/**
 * What does not go along.
 */
left_out: Array<LeftOutData>, };

/**
 * Where an app comes from.
 */
export type AppOrigin = "catalog" | "own" | "adopted";

/**
 * A compose file or a `docker run` line, as it was read.
 */
export type OwnApp = { 
/**
 * A name for its compose project.
 */
name: string | null, 
/**
 * The compose file; a `docker run` line is turned into one.
 */
compose: string, 
/**
 * The app; absent where something of it cannot be taken.
 */
manifest: AppManifest | null, 
/**
 * What it may do that people should know of.
 */
flags: Array<AppFlag>, 
/**
 * What was left out or changed.
 */
notes: Array<AppProblem>, 
/**
 * What cannot be taken.
 */
problems: Array<AppProblem>, };

/**
 * The files of an app of one's own. There are secrets in them: they come in, and do not go out.
 */
export type OwnFiles = { 
/**
 * The compose file, or a `docker run` line.
 */
compose: string, 
/**
 * The file of variables; `••••` keeps a secret that is kept already.
 */
env?: string, };

/**
 * The files of an app, to be edited.
 */
export type AppFiles = { 
/**
 * The compose file.
 */
compose: string, 
/**
 * The file of variables; `••••` in place of each secret.
 */
env: string, 
/**
 * Whether they can be edited.
 */
can_edit: boolean, 
/**
 * Why not.
 */
why_not: string | null, };

/**
 * What taking over a compose project would come to. Nothing of it is changed.
 */
export type AdoptPlan = { 
/**
 * The server.
 */
server_id: ServerId, 
/**
 * Name of the compose project.
 */
project: string, 
/**
 * The folder that it was made in; absent where its containers do not say.
 */
folder: string | null, 
/**
 * Its compose files and its files of variables, full paths in order.
 */
files: Array<string>, 
/**
 * Path of the socket of the engine that it runs in.
 */
engine: string, 
/**
 * Its services.
 */
services: Array<AppService>, 
/**
 * Names of its containers.
 */
containers: Array<string>, 
/**
 * Names of its volumes.
 */
volumes: Array<string>, 
/**
 * Paths of the server that it uses.
 */
binds: Array<string>, 
/**
 * Names of its networks.
 */
networks: Array<string>, 
/**
 * Its compose file, without secrets; absent where it could not be read.
 */
compose: string | null, 
/**
 * Names of its variables.
 */
variables: Array<string>, 
/**
 * Names of those whose values are kept encrypted.
 */
secrets: Array<string>, 
/**
 * What it may do that people should know of.
 */
flags: Array<AppFlag>, 
/**
 * What to know.
 */
notes: Array<string>, 
/**
 * What stands in the way.
 */
problems: Array<string>, 
/**
 * Whether it can be taken over.
 */
is_ready: boolean, };

/**
 * An address under which a browser on this computer reaches an app.
 */
export type AppAddress = { 
/**
 * The address.
 */
url: string, 
/**
 * Whether it leads through the server's SSH connection, as long as Tomo runs.
 */
is_tunnel: boolean, };

/**
 * Where a browser finds an app.
 */
export type AppPage = { 
/**
 * The port on the server.
 */
port: number, 
/**
 * The address, by the name that Tomo reaches the server by.
 */
url: string, };

/**
 * Containers of an app.
 */
export type AppContainers = { 
/**
 * All.
 */
total: number, 
/**
 * Those that run.
 */
running: number, 
/**
 * Those whose check fails.
 */
unhealthy: number, };

/**
 * An app on a server.
 */
export type InstalledApp = { 
/**
 * Which.
 */
id: InstalledAppId, 
/**
 * The server.
 */
server_id: ServerId, 
/**
 * The app of the catalog.
 */
app: AppId, 
/**
 * Where it comes from.
 */
origin: AppOrigin, 
/**
 * Name of its compose project.
 */
project: string, 
/**
 * Name for people.
 */
name: string, 
/**
 * Its version.
 */
version: string, 
/**
 * What is drawn for it.
 */
icon: AppIcon | null, 
/**
 * Where it stands.
 */
status: AppStatus, 
/**
 * How its containers are, in words: `healthy`, `1 of 4 ended`; absent where it is not known.
 */
state: string | null, 
/**
 * Whether something is wrong with it.
 */
is_troubled: boolean, 
/**
 * Why it stands at `error`.
 */
error: string | null, 
/**
 * Containers that it has, and how many of them run; absent where it is not known.
 */
containers: AppContainers | null, 
/**
 * CPU of all its containers, percent of one core; absent where it is not known.
 */
cpu_percent: number | null, 
/**
 * Memory of all its containers, bytes; absent where it is not known.
 */
memory_bytes: number | null, 
/**
 * What a browser opens.
 */
page: AppPage | null, 
/**
 * When it was installed.
 */
installed_at: string | null, 
/**
 * When it was last started.
 */
started_at: string | null, 
/**
 * The version that the catalog has, where it is another.
 */
newer: string | null, 
/**
 * Whether a registry has another image under the name of one of its images, as far as anybody looked.
 */
has_newer_image: boolean, 
/**
 * The way back to the version before.
 */
way_back: WayBack | null, 
/**
 * Whether it stands between two versions: an update failed and could not be put back. It can be rolled
 * back again, or uninstalled.
 */
is_stuck: boolean, 
/**
 * What is being done to it.
 */
work: AppWork | null, };

/**
 * A compose project on a server that Tomo did not make.
 */
export type FoundProject = { 
/**
 * The server.
 */
server_id: ServerId, 
/**
 * Its name.
 */
project: string, 
/**
 * Containers that it has.
 */
containers: number, };

/**
 * All apps on all servers.
 */
export type InstalledApps = { 
/**
 * By their names.
 */
apps: Array<InstalledApp>, 
/**
 * Compose projects that Tomo did not make.
 */
found: Array<FoundProject>, };

/**
 * An app on a server, with all that is known of it.
 */
export type InstalledAppDetails = { 
/**
 * What the list says of it.
 */
app: InstalledApp, 
/**
 * What the catalog said of it when it was installed.
 */
manifest: AppManifest, 
/**
 * Values of its settings, without secrets.
 */
values: { [key in string]: string }, 
/**
 * Names of the settings whose values are kept encrypted.
 */
secrets: Array<string>, 
/**
 * The compose file as it lies on the server.
 */
compose: string, 
/**
 * Full path of the folder with its files on the server.
 */
folder: string | null, 
/**
 * Its containers as they are now.
 */
containers: Array<ContainerRow>, 
/**
 * Networks that it is in.
 */
networks: Array<AppNetwork>, 
/**
 * Its volumes.
 */
volumes: Array<AppVolume>, 
/**
 * Paths of the server that it uses.
 */
binds: Array<AppBind>, 
/**
 * What to know after the installation, with its values filled in.
 */
notes: string | null, 
/**
 * What failed last.
 */
failure: AppFailure | null, 
/**
 * Steps of what was done last.
 */
last_steps: Array<AppStep>, 
/**
 * Versions that it had, the newest first.
 */
versions: Array<AppVersion>, 
/**
 * What its last update has changed, as long as the way back is kept.
 */
last_update: LastUpdate | null, 
/**
 * Backups that were made of it, the newest first.
 */
backups: Array<AppBackupEntry>, 
/**
 * Its images, and what their registries say of them.
 */
images: Array<AppImage>, 
/**
 * When the registries were asked last; absent where nobody has.
 */
images_looked_at: string | null, };

/**
 * What uninstalling an app would take.
 */
export type UninstallPreview = { 
/**
 * Containers.
 */
containers: Array<string>, 
/**
 * Networks.
 */
networks: Array<ProjectNetwork>, 
/**
 * Images that came with it, as far as nobody else uses them.
 */
images: Array<string>, 
/**
 * Volumes with data, which go only where that is asked for.
 */
volumes: Array<string>, 
/**
 * Paths of the server, which stay in any case; the files of a project that somebody else wrote among them.
 */
binds: Array<string>, 
/**
 * Files of the project.
 */
files: Array<string>, };

/**
 * How the account becomes root.
 */
export type SetupPrivilege = "root" | "sudo" | "sudo_password" | "none";

/**
 * A command that is to be run.
 */
export type SetupStep = { 
/**
 * Key of the step: `install`.
 */
name: string, 
/**
 * In words: `Install docker.io`.
 */
label: string, 
/**
 * What is run, as somebody would type it.
 */
command: string, };

/**
 * What it takes to set Docker up on a server.
 */
export type DockerSetup = { 
/**
 * The system, as it calls itself: `Debian GNU/Linux 13 (trixie)`.
 */
system: string, 
/**
 * Whether Tomo can do it.
 */
is_supported: boolean, 
/**
 * Why not, and what can be done by hand, as sentences.
 */
why_not: string | null, 
/**
 * Whether there is an engine already.
 */
has_engine: boolean, 
/**
 * Whether there is `docker compose` 2 already.
 */
has_compose: boolean, 
/**
 * How the account becomes root.
 */
privilege: SetupPrivilege, 
/**
 * What would be run, in this order; none where everything is there.
 */
steps: Array<SetupStep>, 
/**
 * Whether the last of them adds the account to the group `docker`, which may be left out.
 */
joins_group: boolean, 
/**
 * The account.
 */
user: string, 
/**
 * What somebody should know before, as sentences.
 */
notes: Array<string>, 
/**
 * What names exactly these commands on this system.
 */
digest: string, };

/**
 * A command that is run.
 */
export type SetupRunStep = { 
/**
 * Key of the step.
 */
name: string, 
/**
 * In words.
 */
label: string, 
/**
 * What is run; for what Tomo looks at by itself nothing.
 */
command: string, 
/**
 * How far it is.
 */
state: StepState, 
/**
 * How long it took, seconds.
 */
seconds: number | null, };

/**
 * Docker that is being set up, or was by this process.
 */
export type DockerSetupRun = { 
/**
 * Where.
 */
server_id: ServerId, 
/**
 * Since when.
 */
started_at: string, 
/**
 * Its steps.
 */
steps: Array<SetupRunStep>, 
/**
 * The last lines of what the commands said.
 */
output: Array<string>, 
/**
 * What is left to be known at its end, as sentences.
 */
notes: Array<string>, 
/**
 * Whether it has ended.
 */
is_over: boolean, 
/**
 * Why it ended before everything was there, as a sentence.
 */
error: string | null, 
/**
 * Whether it can be ended.
 */
can_cancel: boolean, };

/**
 * Where a terminal leads.
 */
export type TerminalTarget = { "kind": "server", 
/**
 * Which server.
 */
server_id: ServerId, } | { "kind": "container", 
/**
 * Which container.
 */
container: ContainerRef, 
/**
 * The program and its arguments; empty for the first shell that is found there.
 */
command: Array<string>, 
/**
 * The account in the container; absent for the container's own.
 */
user: string | null, };

/**
 * Columns and rows of characters.
 */
export type TerminalSize = { 
/**
 * Columns, 1 to 1,000.
 */
columns: number, 
/**
 * Rows, 1 to 1,000.
 */
rows: number, };

/**
 * A terminal that was opened.
 */
export type Terminal = { 
/**
 * What its input and output go by.
 */
terminal_id: string, 
/**
 * Where it leads, in words: `web on nas`.
 */
title: string, };

/**
 * What comes from a terminal.
 */
export type TerminalOutput = { "kind": "data", 
/**
 * Base64.
 */
bytes: string, } | { "kind": "ended", 
/**
 * With what; absent when a signal or a lost connection ended it.
 */
exit_code: number | null, 
/**
 * Why, when it did not end by itself.
 */
reason: string | null, };

/**
 * What a user may do.
 */
export type Role = "admin" | "user" | "readonly";

/**
 * A user without the password hash.
 */
export type User = { 
/**
 * Identifier.
 */
id: UserId, 
/**
 * Sign-in name.
 */
username: string, 
/**
 * E-mail address; may be empty.
 */
email: string, 
/**
 * What the user may do.
 */
role: Role, 
/**
 * Whether the user may sign in.
 */
is_active: boolean, };

/**
 * The session that a process acts under.
 */
export type Session = { 
/**
 * Hash of the session's secret: the row's id. It cannot be used to sign in.
 */
id: string, 
/**
 * Who.
 */
user: User, 
/**
 * Since when.
 */
created_at: string, 
/**
 * Until when.
 */
expires_at: string, 
/**
 * Whether the password is asked for before anything else can be done.
 */
is_locked: boolean, };

/**
 * Where a session stands.
 */
export type SessionStatus = "active" | "idle" | "expired" | "terminated";

/**
 * A front door of Tomo.
 */
export type Door = "window" | "command_line" | "mcp";

/**
 * Where a session was begun.
 */
export type Client = { 
/**
 * Through which front door.
 */
door: Door, 
/**
 * Name of the computer.
 */
host: string, 
/**
 * `linux`, `macos` or `windows`.
 */
os: string, 
/**
 * Version of Tomo.
 */
version: string, };

/**
 * A session in a list.
 */
export type SessionEntry = { 
/**
 * Hash of the session's secret. It cannot be used to sign in.
 */
id: string, 
/**
 * Whose.
 */
user_id: UserId, 
/**
 * Whose, by name.
 */
username: string, 
/**
 * Where it was begun; absent when the row does not say.
 */
client: Client | null, 
/**
 * Since when.
 */
created_at: string, 
/**
 * When it was last used.
 */
last_activity: string, 
/**
 * Until when.
 */
expires_at: string, 
/**
 * Where it stands.
 */
status: SessionStatus, 
/**
 * When it was ended.
 */
terminated_at: string | null, 
/**
 * Who ended it, by name; the account may be gone.
 */
terminated_by: string | null, 
/**
 * Whether it is the one this process acts under.
 */
is_own: boolean, };

/**
 * An account. The password's hash is no part of it.
 */
export type Account = { 
/**
 * Who.
 */
user: User, 
/**
 * When it was created.
 */
created_at: string, 
/**
 * When somebody last signed in with it.
 */
last_login: string | null, 
/**
 * When the password was last changed.
 */
password_changed_at: string | null, 
/**
 * A picture: a `data:` URL that Tomo made, or an `https:` address.
 */
avatar: string | null, 
/**
 * What the window remembers for this user: a JSON object.
 */
preferences: Record<string, unknown>, 
/**
 * Sessions that are live now.
 */
live_sessions: number, 
/**
 * Until when sign-ins with this name are refused.
 */
locked_until: string | null, };

/**
 * What is thought of a password before it is taken.
 */
export type PasswordStrength = { 
/**
 * zxcvbn's estimate, 0 (guessed at once) to 4 (withstands a stolen hash).
 */
score: number, 
/**
 * Whether the rules allow it.
 */
accepted: boolean, 
/**
 * Each rule that it breaks, as a sentence.
 */
problems: Array<string>, 
/**
 * Why it is weak, as a sentence; absent when it is not.
 */
warning: string | null, 
/**
 * What would make it better.
 */
suggestions: Array<string>, 
/**
 * How long guessing it takes with a stolen hash: `3 hours`.
 */
time_to_guess: string, };

/**
 * What failed sign-ins are counted by.
 */
export type LockSubject = "username" | "origin";

/**
 * A row of `account_locks`.
 */
export type AccountLock = { 
/**
 * Identifier.
 */
id: string, 
/**
 * The user name, or the origin.
 */
identifier: string, 
/**
 * Which of the two.
 */
subject: LockSubject, 
/**
 * Failed sign-ins since the last clean start.
 */
attempt_count: number, 
/**
 * The first of them.
 */
first_attempt_at: string, 
/**
 * The last of them.
 */
last_attempt_at: string, 
/**
 * When it was locked; absent while attempts are left.
 */
locked_at: string | null, 
/**
 * When the lock ends by itself.
 */
lock_expires_at: string | null, 
/**
 * Whether sign-ins are refused now.
 */
is_locked: boolean, 
/**
 * When an admin unlocked it.
 */
unlocked_at: string | null, 
/**
 * Which admin, by name.
 */
unlocked_by: string | null, 
/**
 * What the admin noted.
 */
notes: string | null, };

/**
 * What an entry is about; the feed is filtered by these.
 */
export type ActivityGroup = "access" | "users" | "servers" | "connections" | "settings" | "data" | "containers" | "apps" | "assistants";

/**
 * How an entry is marked.
 */
export type ActivityLevel = "info" | "good" | "warning" | "critical";

/**
 * An entry of the feed: a row of `activity_logs` with the names that belong to its ids.
 */
export type Activity = { 
/**
 * Identifier (UUIDv7).
 */
id: string, 
/**
 * What kind of thing was done: `server.add`.
 */
activity_type: string, 
/**
 * What it is about; absent for a kind that this version does not know.
 */
group: ActivityGroup | null, 
/**
 * How it is marked.
 */
level: ActivityLevel, 
/**
 * Who; absent when Tomo itself did it. The account may be gone.
 */
user_id: UserId | null, 
/**
 * Who, by name, while the account is there.
 */
username: string | null, 
/**
 * To which server; it may be gone.
 */
server_id: ServerId | null, 
/**
 * Its name, while it is there.
 */
server_name: string | null, 
/**
 * To which app.
 */
app_id: string | null, 
/**
 * What was done, as a sentence.
 */
message: string, 
/**
 * Anything more: a JSON object, free of secrets.
 */
details: Record<string, unknown> | null, 
/**
 * When.
 */
timestamp: string, };

/**
 * Which entries are wanted; everything that is given has to hold.
 */
export type ActivityFilter = { 
/**
 * What it is about.
 */
group?: ActivityGroup | null, 
/**
 * Kinds: `server.add`; none means every kind.
 */
activity_types?: Array<string>, 
/**
 * By whom.
 */
user_id?: UserId | null, 
/**
 * Only what Tomo did by itself.
 */
by_tomo?: boolean, 
/**
 * To which server.
 */
server_id?: ServerId | null, 
/**
 * To which app.
 */
app_id?: string | null, 
/**
 * Not before.
 */
since?: string | null, 
/**
 * Before.
 */
until?: string | null, 
/**
 * Words that message or details hold; each may be the beginning of one.
 */
text?: string | null, };

/**
 * A page of the feed, newest first.
 */
export type ActivityPage = { 
/**
 * Entries.
 */
entries: Array<Activity>, 
/**
 * Where the next page begins; absent at the end.
 */
next: string | null, 
/**
 * All entries that the filter lets through; only on the first page.
 */
total: number | null, };

/**
 * What was done to a setting.
 */
export type ChangeType = "create" | "update" | "delete";

/**
 * A row of `settings_audit`.
 */
export type AuditEntry = { 
/**
 * Its place in the chain.
 */
id: number, 
/**
 * When.
 */
created_at: string, 
/**
 * Who; absent when Tomo itself did it.
 */
user_id: UserId | null, 
/**
 * Who, by name; absent when the account is gone, too.
 */
username: string | null, 
/**
 * Whose own value it is, by name; absent when it is everybody's.
 */
override_of: string | null, 
/**
 * Key.
 */
setting_key: string, 
/**
 * What was done.
 */
change_type: ChangeType, 
/**
 * Before.
 */
old_value: unknown, 
/**
 * After; `null` when the value went.
 */
new_value: unknown, 
/**
 * Why, in the words of whoever did it.
 */
change_reason: string | null, 
/**
 * Where it was done: `window`, `command line`, `MCP`.
 */
door: string | null, 
/**
 * HMAC-SHA-256 over this row and the checksum before it, as 64 hex digits.
 */
checksum: string, };

/**
 * Which entries are wanted; everything that is given has to hold.
 */
export type AuditFilter = { 
/**
 * Part of a setting's key, or a user's name.
 */
text?: string | null, 
/**
 * What was done.
 */
change_type?: ChangeType | null, 
/**
 * Not before.
 */
since?: string | null, 
/**
 * Before.
 */
until?: string | null, };

/**
 * A page of the trail, newest first.
 */
export type AuditPage = { 
/**
 * Entries.
 */
entries: Array<AuditEntry>, 
/**
 * How many more there are after these, that the filter lets through.
 */
more: number, 
/**
 * When retention last dropped the oldest part; absent when it never has.
 */
anchored_at: string | null, 
/**
 * The last entry that retention has dropped.
 */
anchored_id: number | null, };

/**
 * What verifying found.
 */
export type AuditReport = { 
/**
 * Rows that there are.
 */
rows: number, 
/**
 * Rows that are proven to be as they were written.
 */
proven: number, 
/**
 * The first entry that does not hold: changed, forged or missing. 0 is the anchor itself.
 */
first_broken: number | null, 
/**
 * The last moment that is proven before it.
 */
proven_until: string | null, 
/**
 * When the oldest row was written.
 */
since: string | null, 
/**
 * Keys of settings whose value in force is not what the newest entry about them says: they were
 * changed around the trail.
 */
unrecorded?: Array<string>, 
/**
 * Whether the end of the trail was compared with the one that is remembered outside the
 * database. Without that, an older copy of the database holds as well.
 */
end_compared: boolean, 
/**
 * When this was found.
 */
checked_at: string, 
/**
 * How long it took.
 */
milliseconds: number, };

/**
 * A table that retention keeps short.
 */
export type RetainedTable = "server_metrics" | "container_metrics" | "activity_logs" | "sessions" | "settings_audit";

/**
 * What would go from one table.
 */
export type RetentionShare = { 
/**
 * Which.
 */
table: RetainedTable, 
/**
 * Days that rows are kept.
 */
days: number, 
/**
 * Rows that it has now.
 */
rows: number, 
/**
 * Rows that are older.
 */
expired: number, 
/**
 * Bytes that those take, with their share of the indexes.
 */
bytes: number, 
/**
 * The oldest row there is.
 */
oldest: string | null, };

/**
 * What a run would do now.
 */
export type RetentionPreview = { 
/**
 * One for each table.
 */
tables: Array<RetentionShare>, 
/**
 * Size of the database file, in bytes.
 */
file_bytes: number, 
/**
 * Bytes by which the file would become smaller.
 */
returned_bytes: number, };

/**
 * What a run has dropped from one table.
 */
export type RetentionDropped = { 
/**
 * Which.
 */
table: RetainedTable, 
/**
 * How many rows went.
 */
rows: number, };

/**
 * A run.
 */
export type RetentionRun = { 
/**
 * When it began.
 */
started_at: string, 
/**
 * When it ended; absent when it was cut off.
 */
finished_at: string | null, 
/**
 * Who asked for it, by name; absent when it was due.
 */
asked_by: string | null, 
/**
 * What went.
 */
tables: Array<RetentionDropped>, 
/**
 * Bytes by which the file became smaller.
 */
returned_bytes: number, 
/**
 * What kept it from its end.
 */
error: string | null, };

/**
 * Where retention stands.
 */
export type RetentionStatus = { 
/**
 * The last run.
 */
last: RetentionRun | null, 
/**
 * When the next is due; absent when it is switched off.
 */
next_at: string | null, 
/**
 * Whether one is under way.
 */
is_running: boolean, };

/**
 * What a backup holds, as it says of itself.
 */
export type BackupContents = { 
/**
 * When it was made.
 */
made_at: string, 
/**
 * By which version of Tomo.
 */
tomo_version: string, 
/**
 * The newest migration of the database inside.
 */
schema_version: number, 
/**
 * Which installation it was made of.
 */
installation_id: string, 
/**
 * Name of the computer that it was made on.
 */
host: string, 
/**
 * Servers, without this computer.
 */
servers: number, 
/**
 * Credentials of servers.
 */
credentials: number, 
/**
 * Accounts.
 */
users: number, 
/**
 * Settings that differ from their default.
 */
changed_settings: number, 
/**
 * Entries of the activity log.
 */
activities: number, 
/**
 * Entries of the audit trail.
 */
audit_entries: number, 
/**
 * Rows of history; absent when it was left out.
 */
metric_rows: number | null, 
/**
 * Since when history reaches back.
 */
history_since: string | null, 
/**
 * Size of the database inside, in bytes.
 */
database_bytes: number, };

/**
 * A backup in the list: one that was made, or one that could not be.
 */
export type BackupEntry = { 
/**
 * Path of the file.
 */
path: string, 
/**
 * Its name.
 */
file_name: string, 
/**
 * When it was made, or should have been.
 */
made_at: string, 
/**
 * Size of the file in bytes; absent when there is none.
 */
bytes: number | null, 
/**
 * What it holds; absent for a file that Tomo has not made here.
 */
contents: BackupContents | null, 
/**
 * When it was read back whole and found complete.
 */
read_back_at: string | null, 
/**
 * Why it was not made, or does not hold.
 */
error: string | null, 
/**
 * Whether it was due by itself.
 */
is_automatic: boolean, 
/**
 * Who made it, by name.
 */
made_by: string | null, 
/**
 * Why, in the words of whoever made it.
 */
note: string | null, };

/**
 * Backups that are kept, and when the next is due.
 */
export type BackupList = { 
/**
 * Newest first.
 */
entries: Array<BackupEntry>, 
/**
 * Folder that automatic backups go to.
 */
folder: string, 
/**
 * Whether Tomo remembers a passphrase, without which none is made by itself.
 */
has_passphrase: boolean, 
/**
 * When the next is due; absent when none will be made.
 */
next_at: string | null, 
/**
 * Why none will be made by itself.
 */
blocked: string | null, };

/**
 * What importing would do with one server of the file.
 */
export type ImportAction = { "action": "add" } | { "action": "change", 
/**
 * What is there now.
 */
current: ServerInput, } | { "action": "same" } | { "action": "conflict", 
/**
 * Why, as a sentence.
 */
reason: string, };

/**
 * One server of the file.
 */
export type ImportEntry = { 
/**
 * As the file has it.
 */
server: ServerInput, } & ({ "action": "add" } | { "action": "change", 
/**
 * What is there now.
 */
current: ServerInput, } | { "action": "same" } | { "action": "conflict", 
/**
 * Why, as a sentence.
 */
reason: string, });

/**
 * What importing a file would do.
 */
export type ImportPreview = { 
/**
 * In the file's order.
 */
entries: Array<ImportEntry>, 
/**
 * Digest of the file and of what importing it would do, so that what is imported is what was
 * looked at.
 */
digest: string, };

/**
 * What importing has done.
 */
export type ImportResult = { 
/**
 * Servers that were added.
 */
added: number, 
/**
 * Servers that were changed.
 */
changed: number, 
/**
 * Servers that were left as they are.
 */
left: number, };

/**
 * Where a plan stands.
 */
export type PlanState = "waiting" | "approved" | "refused" | "expired" | "done" | "failed";

/**
 * A plan.
 */
export type Plan = { 
/**
 * Identifier.
 */
id: string, 
/**
 * The command of the table.
 */
command: string, 
/**
 * What it would do, as a sentence that names what it is done to.
 */
summary: string, 
/**
 * Its arguments.
 */
arguments: Record<string, unknown>, 
/**
 * As whom the assistant acts.
 */
user_id: UserId, 
/**
 * As whom, by name.
 */
username: string, 
/**
 * What the assistant calls itself.
 */
client: string, 
/**
 * When it was asked for.
 */
asked_at: string, 
/**
 * When it can no longer be approved or run.
 */
expires_at: string, 
/**
 * Where it stands.
 */
state: PlanState, 
/**
 * Who approved or refused it, by name.
 */
decided_by: string | null, 
/**
 * When.
 */
decided_at: string | null, };

/**
 * A row of `component_versions`.
 */
export type ComponentVersion = { 
/**
 * `backend`, `frontend` or `api`.
 */
component: string, 
/**
 * Semantic version.
 */
version: string, 
/**
 * When it last changed here.
 */
updated_at: string, 
/**
 * When it was first seen here.
 */
created_at: string, };

/**
 * What the About page shows.
 */
export type About = { 
/**
 * Components.
 */
components: Array<ComponentVersion>, 
/**
 * Folder of the database.
 */
data_dir: string, 
/**
 * Folder of the program's own log; absent when there is none.
 */
log_dir: string | null, 
/**
 * Size of the database, in bytes.
 */
database_bytes: number, 
/**
 * Version of SQLite.
 */
sqlite_version: string, 
/**
 * The newest migration of the database.
 */
schema_version: number, 
/**
 * Identifier of this installation. It is sent nowhere.
 */
installation_id: string, 
/**
 * Operating system and its version.
 */
os: string, 
/**
 * Licence of Tomo.
 */
licence: string, };

/**
 * A library that is shipped in Tomo.
 */
export type Licence = { 
/**
 * Name.
 */
name: string, 
/**
 * Version.
 */
version: string, 
/**
 * Its licence, as an SPDX expression.
 */
licence: string, 
/**
 * Where its source is; may be empty.
 */
repository: string, 
/**
 * The licence's own text; empty when the package brings none.
 */
text: string, };

/**
 * A file that was written.
 */
export type Exported = { 
/**
 * Where it is.
 */
path: string, 
/**
 * Rows in it.
 */
rows: number, 
/**
 * Its size in bytes.
 */
bytes: number, };

/**
 * What a file is wanted for.
 */
export type FilePurpose = "open_key" | "open_backup" | "save_backup" | "backup_folder" | "open_server_list" | "save_server_list" | "save_activity" | "save_audit" | "save_diagnostics" | "save_log" | "save_app_backup" | "open_app_backup";

/**
 * The parts of an address; what the text does not say is absent.
 */
export type Address = { 
/**
 * Host name or IP address.
 */
host: string, 
/**
 * TCP port.
 */
port: number | null, 
/**
 * Account.
 */
username: string | null, 
/**
 * Path of the private key, from `-i`.
 */
key_path: string | null, };

/**
 * Who may change a setting, and for whom.
 */
export type Scope = "system" | "user_overridable";

/**
 * What values a setting takes.
 */
export type Rule = { "kind": "boolean" } | { "kind": "whole", 
/**
 * Least.
 */
min: number, 
/**
 * Most.
 */
max: number, 
/**
 * What is counted: `s`, `%`, `days`; may be empty.
 */
unit: string, } | { "kind": "one_of", 
/**
 * The words.
 */
words: string[], } | { "kind": "time_zone" } | { "kind": "folder" };

/**
 * A setting with its value for one user.
 */
export type SettingView = { 
/**
 * Key.
 */
key: string, 
/**
 * A few words.
 */
title: string, 
/**
 * One sentence.
 */
description: string, 
/**
 * Category.
 */
category: string, 
/**
 * What values it takes.
 */
rule: Rule, 
/**
 * Scope.
 */
scope: Scope, 
/**
 * Value in force for the user.
 */
value: unknown, 
/**
 * What resetting would put in force: for an override everybody's value, else the default.
 */
reset_value: unknown, 
/**
 * Default.
 */
default_value: unknown, 
/**
 * Whether the value is the user's own.
 */
is_user_override: boolean, 
/**
 * Whether it differs from what resetting would put in force.
 */
is_changed: boolean, 
/**
 * Why the caller cannot change it; absent when they can.
 */
locked: string | null, 
/**
 * For optimistic writing: of the override if there is one, else of the system's value.
 */
version: number, 
/**
 * Of everybody's value, for an admin who changes that and has another one.
 */
system_version: number, 
/**
 * When the value was last changed.
 */
updated_at: string | null, 
/**
 * By whom, by name.
 */
updated_by: string | null, };

/**
 * One server as a row of the overview.
 */
export type ServerRow = { 
/**
 * The stored row.
 */
server: Server, 
/**
 * Where the connection stands.
 */
connection: ConnectionStatus, 
/**
 * How it is.
 */
health: Health, 
/**
 * Its newest figures; kept, with their time, when the server is gone.
 */
figures: Figures | null, 
/**
 * How many containers it has; absent where no engine answers.
 */
containers: ContainerCounts | null, };

/**
 * The CPU line of one row: an hour at most, at most 120 points, oldest first.
 */
export type Sparkline = { 
/**
 * Whose.
 */
server_id: ServerId, 
/**
 * Pairs of milliseconds since 1970 and percent; `null` breaks the line.
 */
points: Array<[number, number | null]>, };

/**
 * Everything the overview needs at once.
 */
export type Fleet = { 
/**
 * This computer first, then by name.
 */
servers: Array<ServerRow>, 
/**
 * One for each server that has points.
 */
sparklines: Array<Sparkline>, 
/**
 * Marks in force.
 */
thresholds: Thresholds, 
/**
 * Collection in force.
 */
collection: Collection, };

/**
 * How collection goes on.
 */
export type Collection = { 
/**
 * Whether it is paused.
 */
paused: boolean, 
/**
 * When it resumes by itself; absent: when somebody resumes it.
 */
paused_until: string | null, 
/**
 * Seconds between samples while a window is open.
 */
live_interval_seconds: number, 
/**
 * Seconds between samples otherwise.
 */
background_interval_seconds: number, };

/**
 * A server's page.
 */
export type ServerDetails = { 
/**
 * The row.
 */
row: ServerRow, 
/**
 * The newest sample whole: mounts, interfaces, temperatures.
 */
sample: Sample | null, 
/**
 * The host key that is trusted; absent for this computer.
 */
known_host: KnownHost | null, 
/**
 * Name of who trusted it.
 */
trusted_by_name: string | null, 
/**
 * Algorithm of the private key in the vault, e.g. `ssh-ed25519`; absent for passwords.
 */
key_algorithm: string | null, 
/**
 * Whether a credential is stored.
 */
has_credential: boolean, 
/**
 * What watching costs the host.
 */
cost: HostCost | null, };

/**
 * What Tomo costs a host, averaged over the samples since the connection was opened.
 */
export type HostCost = { 
/**
 * CPU time a sample, milliseconds; absent where the host does not tell.
 */
remote_cpu_ms: number | null, 
/**
 * Share of one core, percent, at the present interval.
 */
remote_cpu_percent: number | null, 
/**
 * Median round trip, milliseconds.
 */
round_trip_ms: number, 
/**
 * Received, bytes a sample.
 */
received_bytes: number, 
/**
 * Samples since the connection was opened.
 */
samples: number, 
/**
 * Times Tomo signed in to this host since it was started.
 */
sign_ins: number, };

/**
 * The last hour of one server, oldest first.
 */
export type LiveHistory = { 
/**
 * Points.
 */
points: Array<LivePoint>, };

/**
 * A kind of thing that a page may show.
 */
export type Topic = "activity" | "users" | "sessions" | "backups" | "retention" | "plans" | "apps";

/**
 * What the process pushes to a subscribed window, coalesced to at most four messages a second.
 */
export type Push = { "kind": "fleet_changed" } | { "kind": "rows", 
/**
 * Only those that changed.
 */
rows: Array<ServerRow>, } | { "kind": "live", 
/**
 * Which server.
 */
server_id: ServerId, 
/**
 * New points since the last push.
 */
points: Array<LivePoint>, 
/**
 * The newest sample whole.
 */
sample: Sample | null, } | { "kind": "containers", 
/**
 * Only those that changed.
 */
rows: Array<ContainerRow>, 
/**
 * Those that are gone.
 */
gone: Array<ContainerRef>, } | { "kind": "containers_changed" } | { "kind": "log", 
/**
 * Where it stands.
 */
status: LogStatus, } | { "kind": "settings_changed" } | { "kind": "session_changed" } | { "kind": "changed", 
/**
 * Of which kind.
 */
topic: Topic, };

/**
 * Where the master key is kept.
 */
export type KeyPlace = "keychain" | "passphrase_file";

/**
 * Whether secrets can be opened.
 */
export type VaultStatus = { "state": "open", 
/**
 * Where it is kept.
 */
place: KeyPlace, } | { "state": "needs_passphrase", 
/**
 * Why the keychain cannot be used.
 */
reason: string, } | { "state": "locked" } | { "state": "unavailable", 
/**
 * Why.
 */
reason: string, 
/**
 * What to do.
 */
hint: string, };

/**
 * The state of the program.
 */
export type Status = { 
/**
 * Whether the first account exists.
 */
is_setup: boolean, 
/**
 * The session this process acts under.
 */
session: Session | null, 
/**
 * Whether secrets can be opened.
 */
vault: VaultStatus, 
/**
 * Version of Tomo.
 */
version: string, 
/**
 * Name of the system's keychain, for sentences: `Secret Service`, `Keychain`, …
 */
keychain_name: string, 
/**
 * Folder of the database.
 */
data_dir: string, 
/**
 * `linux`, `macos` or `windows`.
 */
platform: string, 
/**
 * How many plans of assistants wait for somebody to decide, whom the session may decide for.
 */
waiting_plans: number, };

/**
 * How one step ended.
 */
export type Outcome = "passed" | "failed" | "not_reached";

/**
 * One step.
 */
export type TestStep = { 
/**
 * Which.
 */
step: Step, 
/**
 * How it ended.
 */
outcome: Outcome, 
/**
 * What was found: the address, `31 ms`, the host key's fingerprint, the system's name.
 */
detail: string | null, };

/**
 * The whole test.
 */
export type TestReport = { 
/**
 * All five steps in order.
 */
steps: Array<TestStep>, 
/**
 * Why it ended early.
 */
failure: Failure | null, 
/**
 * The host key, as soon as one was presented.
 */
host_key: HostKeyVerdict | null, 
/**
 * What was found, when every step passed.
 */
system_info: SystemInfo | null, };

/**
 * A private key, described.
 */
export type KeyInfo = { 
/**
 * Algorithm, e.g. `ssh-ed25519`; absent while an old format keeps it encrypted.
 */
algorithm: string | null, 
/**
 * Whether a passphrase locks it.
 */
encrypted: boolean, 
/**
 * Whether the given passphrase (or none) opens it.
 */
opens: boolean, 
/**
 * Fingerprint of its public half, when it could be read.
 */
fingerprint: string | null, };

/**
 * What a caller may branch on. A code exists only if somebody does.
 */
export type Code = "not_set_up" | "not_signed_in" | "session_locked" | "vault_locked" | "forbidden" | "invalid" | "duplicate" | "stale" | "not_found" | "host_key" | "failed";

/**
 * An error as a person reads it. Internals are logged, not sent.
 */
export type ApiError = { 
/**
 * What a caller may branch on.
 */
code: Code, 
/**
 * What happened.
 */
message: string, 
/**
 * What to do; may be empty.
 */
hint: string, };

/**
 * One server, or all of them.
 */
export type OnServer = { 
/**
 * Only what is on this one.
 */
server_id: ServerId | null, };

/**
 * One container.
 */
export type OneContainer = { 
/**
 * Which.
 */
container: ContainerRef, };

/**
 * A masked variable that somebody wants to see.
 */
export type RevealVariable = { 
/**
 * Of which container.
 */
container: ContainerRef, 
/**
 * Its name.
 */
name: string, };

/**
 * A stored history of a container.
 */
export type ContainerHistoryOf = { 
/**
 * On which server.
 */
server_id: ServerId, 
/**
 * What it is kept under: the container's `series`.
 */
series: string, 
/**
 * How far back.
 */
range: Range, };

/**
 * Something to be done to containers.
 */
export type ActOnContainers = { 
/**
 * Which; 500 at most.
 */
containers: Array<ContainerRef>, 
/**
 * What.
 */
action: ContainerAction, };

/**
 * Containers to be removed.
 */
export type RemoveContainers = { 
/**
 * Which; 500 at most.
 */
containers: Array<ContainerRef>, 
/**
 * With their anonymous volumes, and what is in them.
 */
with_volumes: boolean, 
/**
 * Kills those that are seen to run; without it they are refused.
 */
force: boolean, };

/**
 * Another name for a container.
 */
export type RenameContainer = { 
/**
 * Which.
 */
container: ContainerRef, 
/**
 * The name: letters, digits, `_`, `.` and `-`.
 */
name: string, };

/**
 * Other limits for a container.
 */
export type LimitContainer = { 
/**
 * Which.
 */
container: ContainerRef, 
/**
 * What changes.
 */
limits: ContainerLimits, };

/**
 * Images, volumes or networks to be removed.
 */
export type RemoveFromEngine = { 
/**
 * From which server.
 */
server_id: ServerId, 
/**
 * Path of the socket of the engine that has them; needed only where several engines of the server
 * have something of this id.
 */
engine: string | null, 
/**
 * Ids, or names of volumes; 500 at most.
 */
ids: Array<string>, };

/**
 * Something to be cleared out.
 */
export type Prune = { 
/**
 * On which server.
 */
server_id: ServerId, 
/**
 * What.
 */
kind: PruneKind, };

/**
 * Exactly what was shown before it is cleared out.
 */
export type PruneItems = { 
/**
 * On which server.
 */
server_id: ServerId, 
/**
 * What.
 */
kind: PruneKind, 
/**
 * Path of the socket of the engine that has them; needed only where several engines of the server
 * have something of this id.
 */
engine: string | null, 
/**
 * The ids that the preview gave; what is in use by now stays.
 */
ids: Array<string>, };

/**
 * The end of a container's log.
 */
export type ReadLog = { 
/**
 * Of which container.
 */
container: ContainerRef, 
/**
 * Lines at most, from the end; 10,000 at most.
 */
tail: number, 
/**
 * Only from this moment on, milliseconds since 1970.
 */
since_ms: number | null, 
/**
 * Only before this moment, milliseconds since 1970.
 */
until_ms: number | null, 
/**
 * Only this output.
 */
stream: LogStream | null, };

/**
 * Logs to be followed together.
 */
export type OpenLog = { 
/**
 * Which; 50 at most.
 */
containers: Array<ContainerRef>, 
/**
 * Lines of each to begin with; 100,000 at most.
 */
tail: number, 
/**
 * Only from this moment on, milliseconds since 1970.
 */
since_ms: number | null, };

/**
 * A follow of logs.
 */
export type LogRef = { 
/**
 * Which.
 */
log_id: string, };

/**
 * Lines of a follow.
 */
export type PageOfLog = { 
/**
 * Which follow.
 */
log_id: string, 
/**
 * Number of the first line wanted; absent for the newest.
 */
from: number | null, 
/**
 * Lines at most; 1,000 at most.
 */
limit: number, 
/**
 * Only some of them.
 */
filter: LogFilter, };

/**
 * A search in a follow.
 */
export type SearchLog = { 
/**
 * Which follow.
 */
log_id: string, 
/**
 * What is looked for.
 */
filter: LogFilter, };

/**
 * A moment in a follow.
 */
export type SeekLog = { 
/**
 * Which follow.
 */
log_id: string, 
/**
 * Milliseconds since 1970.
 */
at_ms: number, };

/**
 * A file for what is kept of a follow.
 */
export type SaveLog = { 
/**
 * Which follow.
 */
log_id: string, 
/**
 * The file.
 */
path: string, 
/**
 * Only some lines.
 */
filter: LogFilter, };

/**
 * A terminal to be opened.
 */
export type OpenTerminal = { 
/**
 * Where it leads.
 */
target: TerminalTarget, 
/**
 * How large it is.
 */
size: TerminalSize, };

/**
 * A terminal that is open.
 */
export type TerminalRef = { 
/**
 * Which.
 */
terminal_id: string, };

/**
 * What was typed into a terminal.
 */
export type TypeIntoTerminal = { 
/**
 * Which.
 */
terminal_id: string, 
/**
 * Base64; 64 KiB at most.
 */
bytes: string, };

/**
 * Another size of a terminal.
 */
export type ResizeTerminal = { 
/**
 * Which.
 */
terminal_id: string, 
/**
 * How large it is now.
 */
size: TerminalSize, };

/**
 * A server that Docker is set up on.
 */
export type SetUpOnServer = { 
/**
 * Which.
 */
server_id: ServerId, };

/**
 * Commands to run that were shown.
 */
export type SetUpDocker = { 
/**
 * Where.
 */
server_id: ServerId, 
/**
 * The digest of the plan that was shown.
 */
digest: string, 
/**
 * Whether the account is added to the group `docker`, where the plan would.
 */
joins_group: boolean, 
/**
 * The account's password, where sudo asks for it. It is kept until the commands have ended, in memory.
 */
password?: string, };

/**
 * Which apps of the catalog.
 */
export type FindApps = { 
/**
 * Words that all have to be found in the name, the tags or the description.
 */
text?: string | null, 
/**
 * Only of this category.
 */
category?: AppCategory | null, 
/**
 * Only of this source.
 */
source?: string, 
/**
 * Only what is built for this architecture, as Docker writes it: `amd64`, `arm64`.
 */
architecture?: string | null, 
/**
 * So many are left out at the beginning.
 */
offset?: number | null, 
/**
 * So many at most; 200 is the most.
 */
limit: number, };

/**
 * One app.
 */
export type OneApp = { 
/**
 * Which: `tomo/miniflux`.
 */
id: AppId, };

/**
 * A source to add.
 */
export type AddAppSource = { 
/**
 * What its apps' ids begin with; absent: made of the location.
 */
id?: string | null, 
/**
 * Name for people; absent: the id.
 */
name?: string | null, 
/**
 * A path of this computer (in the window one that `file.choose` gave), or an http or https address.
 */
location: string, };

/**
 * A source.
 */
export type OneAppSource = { 
/**
 * Which.
 */
id: string, };

/**
 * Whether the apps of a source are shown.
 */
export type EnableAppSource = { 
/**
 * Which.
 */
id: string, 
/**
 * Whether they are.
 */
is_enabled: boolean, };

/**
 * What installing an app would do.
 */
export type PlanApp = { 
/**
 * Which: `tomo/miniflux`.
 */
app: AppId, 
/**
 * Where; absent: on the server that suits best.
 */
server_id?: ServerId | null, 
/**
 * Name of its compose project; absent: that of the app.
 */
project?: string | null, 
/**
 * Values of its settings by their names, without secrets; those that are missing are the defaults.
 */
values?: { [key in string]: string }, 
/**
 * The files of an app of one's own, which is in no catalog: then `app` is `own/NAME`.
 */
own?: OwnFiles | null, };

/**
 * An app to install.
 */
export type InstallApp = { 
/**
 * Which: `tomo/miniflux`.
 */
app: AppId, 
/**
 * Where.
 */
server_id: ServerId, 
/**
 * Name of its compose project; absent: that of the app.
 */
project?: string | null, 
/**
 * Values of its settings by their names, without secrets; those that are missing are the defaults.
 */
values?: { [key in string]: string }, 
/**
 * Secrets that somebody typed, by the names of their settings; those that are missing are made.
 */
secrets?: Record<string, string>, 
/**
 * The files of an app of one's own, which is in no catalog: then `app` is `own/NAME`.
 */
own?: OwnFiles | null, };

/**
 * An app on a server.
 */
export type OneInstalledApp = { 
/**
 * Which.
 */
id: InstalledAppId, };

/**
 * Something to do to an app.
 */
export type ActOnApp = { 
/**
 * Which.
 */
id: InstalledAppId, 
/**
 * What.
 */
action: AppAction, };

/**
 * An app to remove from its server.
 */
export type UninstallApp = { 
/**
 * Which.
 */
id: InstalledAppId, 
/**
 * Whether the data in its volumes goes too.
 */
with_data: boolean, };

/**
 * A secret of an app.
 */
export type RevealAppSecret = { 
/**
 * Which app.
 */
id: InstalledAppId, 
/**
 * The setting.
 */
setting: string, };

/**
 * What updating an app would do.
 */
export type PlanUpdate = { 
/**
 * Which.
 */
id: InstalledAppId, 
/**
 * Values of settings that are to be others than they are, by their names, without secrets.
 */
values?: { [key in string]: string }, 
/**
 * Whether it stays at its version, and only its settings change.
 */
keeps_version?: boolean, 
/**
 * The files of an app that comes from no catalog, edited.
 */
own?: OwnFiles | null, };

/**
 * An app to update, or to configure anew.
 */
export type UpdateApp = { 
/**
 * Which.
 */
id: InstalledAppId, 
/**
 * Values of settings that are to be others than they are, by their names, without secrets.
 */
values?: { [key in string]: string }, 
/**
 * Whether it stays at its version, and only its settings change.
 */
keeps_version?: boolean, 
/**
 * Secrets that are to be others than they are, by the names of their settings; new ones are made.
 */
secrets?: Record<string, string>, 
/**
 * The files of an app that comes from no catalog, edited.
 */
own?: OwnFiles | null, };

/**
 * A backup of an app to make.
 */
export type BackUpApp = { 
/**
 * Which.
 */
id: InstalledAppId, 
/**
 * File to write; in the window one that `file.choose` gave.
 */
path: string, 
/**
 * What it is encrypted under.
 */
passphrase: string, 
/**
 * How the app is kept from writing meanwhile.
 */
mode: AppRestMode, 
/**
 * Whether a file of this name goes for it.
 */
replace?: boolean, 
/**
 * Volumes and paths that are left out.
 */
leave_out?: Array<string>, };

/**
 * A backup of an app to look into.
 */
export type OpenAppBackup = { 
/**
 * Its file; in the window one that `file.choose` gave.
 */
path: string, 
/**
 * What opens it.
 */
passphrase: string, };

/**
 * A backup of an app to bring back.
 */
export type RestoreApp = { 
/**
 * Its file; in the window one that `file.choose` gave.
 */
path: string, 
/**
 * What opens it.
 */
passphrase: string, 
/**
 * Where the app is to be.
 */
server_id: ServerId, 
/**
 * Name of its compose project, where it is made anew; absent: the one that it had.
 */
project?: string | null, 
/**
 * Values of settings that are to be others than they were, by their names, without secrets.
 */
values?: { [key in string]: string }, };

/**
 * What moving an app would do.
 */
export type PlanMove = { 
/**
 * Which.
 */
id: InstalledAppId, 
/**
 * Where to.
 */
server_id: ServerId, 
/**
 * Values of settings that are to be others there, by their names, without secrets.
 */
values?: { [key in string]: string }, };

/**
 * An app to move to another server.
 */
export type MoveApp = { 
/**
 * Which.
 */
id: InstalledAppId, 
/**
 * Where to.
 */
server_id: ServerId, 
/**
 * Values of settings that are to be others there, by their names, without secrets.
 */
values?: { [key in string]: string }, 
/**
 * Whether it is removed where it is now, with its data, once it is well there; else it stays there, stopped.
 */
removes_source: boolean, };

/**
 * A compose file or a `docker run` line to read.
 */
export type ReadCompose = { 
/**
 * The compose file, or the line.
 */
text: string, 
/**
 * Its file of variables.
 */
env?: string, 
/**
 * What it is to be called; absent: as the text says.
 */
name?: string | null, 
/**
 * The app on a server whose files these are: `••••` stands for the secrets that it has.
 */
id?: InstalledAppId | null, };

/**
 * A compose project that Tomo did not make.
 */
export type OneProject = { 
/**
 * Its server.
 */
server_id: ServerId, 
/**
 * Its name.
 */
project: string, };

/**
 * No arguments.
 */
export type Nothing = Record<string, never>;

/**
 * The first account.
 */
export type SetUp = { 
/**
 * Sign-in name, 1–64 characters.
 */
username: string, 
/**
 * Password, 12–256 characters.
 */
password: string, 
/**
 * Keep the session's secret in the keychain.
 */
stay_signed_in: boolean, };

/**
 * A sign-in.
 */
export type SignIn = { 
/**
 * Sign-in name.
 */
username: string, 
/**
 * Password.
 */
password: string, 
/**
 * Keep the session's secret in the keychain.
 */
stay_signed_in: boolean, };

/**
 * A passphrase of the vault.
 */
export type Passphrase = { 
/**
 * The passphrase.
 */
passphrase: string, };

/**
 * How to open a server.
 */
export type CredentialInput = { "kind": "password", 
/**
 * The password.
 */
password: string, } | { "kind": "key", 
/**
 * The key.
 */
private_key: string, 
/**
 * Its passphrase.
 */
passphrase: string | null, } | { "kind": "key_file", 
/**
 * Path; `~/` is the home folder.
 */
path: string, 
/**
 * Its passphrase.
 */
passphrase: string | null, } | { "kind": "agent", } | { "kind": "stored", };

/**
 * A text to read as an address.
 */
export type AddressText = { 
/**
 * `user@host:port`, an `ssh` command, an `ssh://` address.
 */
text: string, };

/**
 * A private key to look at, as text or as a file.
 */
export type KeyToInspect = { 
/**
 * The credential that holds the key.
 */
credential: CredentialInput, };

/**
 * A server to add.
 */
export type AddServer = { 
/**
 * Where it is.
 */
server: ServerInput, 
/**
 * How to open it.
 */
credential: CredentialInput, 
/**
 * Whether to connect to it; without, it is left alone until somebody connects it.
 */
connect?: boolean, };

/**
 * A server to change.
 */
export type EditServer = { 
/**
 * Which.
 */
id: ServerId, 
/**
 * Where it is.
 */
server: ServerInput, 
/**
 * How to open it; `stored` keeps what is there.
 */
credential: CredentialInput, };

/**
 * A server to test: one that is being entered, or (with an id) one that is being edited.
 */
export type TestServer = { 
/**
 * The stored server, when it is one.
 */
id?: ServerId | null, 
/**
 * Where it is.
 */
server: ServerInput, 
/**
 * How to open it; `stored` needs an id.
 */
credential: CredentialInput, };

/**
 * A server.
 */
export type ServerRef = { 
/**
 * Which.
 */
id: ServerId, };

/**
 * A host key to trust: the one that this process has just been shown.
 */
export type TrustHostKey = { 
/**
 * Host.
 */
host: string, 
/**
 * Port.
 */
port: number, 
/**
 * Fingerprint of the presented key, `SHA256:…`; it must be the one that was presented.
 */
fingerprint: string, };

/**
 * A known host key to replace by the one presented since.
 */
export type ReplaceHostKey = { 
/**
 * Which server.
 */
id: ServerId, 
/**
 * Fingerprint of the new key as read on the server itself.
 */
fingerprint: string, };

/**
 * A range of history.
 */
export type HistoryOf = { 
/**
 * Which server.
 */
id: ServerId, 
/**
 * How far back.
 */
range: Range, };

/**
 * A password to look at before it is taken.
 */
export type PasswordToCheck = { 
/**
 * The user name it would belong to; may be empty.
 */
username: string, 
/**
 * The password.
 */
password: string, };

/**
 * The own password, to go on after a lock.
 */
export type OwnPassword = { 
/**
 * The password.
 */
password: string, };

/**
 * An account to create.
 */
export type CreateUser = { 
/**
 * Sign-in name, 1–64 characters.
 */
username: string, 
/**
 * E-mail address; may be empty.
 */
email?: string, 
/**
 * What the user may do; absent: as `system.default_user_role` says.
 */
role?: Role | null, 
/**
 * First password.
 */
password: string, };

/**
 * An account to change; what is absent stays.
 */
export type EditUser = { 
/**
 * Which.
 */
id: UserId, 
/**
 * Sign-in name.
 */
username?: string | null, 
/**
 * E-mail address.
 */
email?: string | null, 
/**
 * What the user may do.
 */
role?: Role | null, 
/**
 * Whether the user may sign in.
 */
is_active?: boolean | null, };

/**
 * A password that an admin sets for somebody.
 */
export type SetUserPassword = { 
/**
 * Whose.
 */
id: UserId, 
/**
 * The new password.
 */
password: string, };

/**
 * An account.
 */
export type UserRef = { 
/**
 * Which.
 */
id: UserId, };

/**
 * The own account; what is absent stays.
 */
export type EditAccount = { 
/**
 * E-mail address; may be empty.
 */
email?: string | null, 
/**
 * What the window should remember: up to 16 KB of JSON.
 */
preferences?: Record<string, unknown>, };

/**
 * A picture for the own account.
 */
export type AvatarInput = { "kind": "image", 
/**
 * The file's bytes as base64.
 */
data: string, } | { "kind": "url", 
/**
 * The address.
 */
url: string, } | { "kind": "remove", };

/**
 * A new password of the own account.
 */
export type ChangePassword = { 
/**
 * The present one.
 */
current: string, 
/**
 * The new one.
 */
new: string, };

/**
 * Which sessions to list.
 */
export type ListSessions = { 
/**
 * Everybody's (admins only) instead of the own.
 */
all?: boolean, };

/**
 * A session.
 */
export type SessionRef = { 
/**
 * Its id.
 */
id: string, };

/**
 * A lock to lift.
 */
export type Unlock = { 
/**
 * Which.
 */
id: string, 
/**
 * Why, up to 500 characters.
 */
note?: string | null, };

/**
 * A setting to change.
 */
export type SetSetting = { 
/**
 * Key.
 */
key: string, 
/**
 * New value.
 */
value: unknown, 
/**
 * Version that the change starts from.
 */
version: number, 
/**
 * Why, for the audit; up to 500 characters.
 */
reason?: string | null, 
/**
 * Change everybody's value of a setting that each user may have another value of (admins only).
 */
for_everybody?: boolean, };

/**
 * One of several settings to change.
 */
export type SettingChange = { 
/**
 * Key.
 */
key: string, 
/**
 * New value.
 */
value: unknown, 
/**
 * Version that the change starts from.
 */
version: number, 
/**
 * Change everybody's value of a setting that each user may have another value of (admins only).
 */
for_everybody?: boolean, };

/**
 * Settings to change together: all of them, or none.
 */
export type SaveSettings = { 
/**
 * The changes.
 */
changes: Array<SettingChange>, 
/**
 * Why, for the audit; up to 500 characters.
 */
reason?: string | null, };

/**
 * What to put back.
 */
export type ResetSettings = { "what": "key", 
/**
 * Key.
 */
key: string, 
/**
 * Everybody's value instead of the own (admins only).
 */
for_everybody?: boolean, 
/**
 * Why, for the audit.
 */
reason?: string | null, } | { "what": "category", 
/**
 * The beginning of the keys: `monitoring`.
 */
category: string, 
/**
 * Why, for the audit.
 */
reason?: string | null, } | { "what": "own", 
/**
 * Why, for the audit.
 */
reason?: string | null, };

/**
 * Entries of the audit trail to list.
 */
export type ListAudit = { 
/**
 * Which.
 */
filter?: AuditFilter, 
/**
 * Only entries before this one.
 */
before?: number | null, 
/**
 * How many, 1–200; absent: as `ui.items_per_page` says.
 */
limit?: number | null, };

/**
 * How a table is written to a file.
 */
export type FileFormat = "jsonl" | "csv";

/**
 * The audit trail, or part of it, to write to a file.
 */
export type ExportAudit = { 
/**
 * File to write; in the window one that `file.choose` gave.
 */
path: string, 
/**
 * How.
 */
format: FileFormat, 
/**
 * Which entries.
 */
filter?: AuditFilter, };

/**
 * Entries of the activity log to list.
 */
export type ListActivity = { 
/**
 * Which.
 */
filter?: ActivityFilter, 
/**
 * Where the page begins: `next` of the page before.
 */
after?: string | null, 
/**
 * How many, 1–200; absent: as `ui.items_per_page` says.
 */
limit?: number | null, };

/**
 * The activity log, or part of it, to write to a file.
 */
export type ExportActivity = { 
/**
 * File to write; in the window one that `file.choose` gave.
 */
path: string, 
/**
 * How.
 */
format: FileFormat, 
/**
 * Which entries.
 */
filter?: ActivityFilter, };

/**
 * A file to ask a person for.
 */
export type ChooseFile = { 
/**
 * What for.
 */
purpose: FilePurpose, };

/**
 * A file to read or to write.
 */
export type FileRef = { 
/**
 * Its path; in the window one that `file.choose` gave.
 */
path: string, };

/**
 * A backup to make.
 */
export type CreateBackup = { 
/**
 * File to write; absent: a new one in the folder of backups.
 */
path?: string | null, 
/**
 * Whether the history of servers goes in.
 */
with_history: boolean, 
/**
 * What it is encrypted under; absent: the passphrase that Tomo remembers.
 */
passphrase?: string | null, 
/**
 * Why, up to 200 characters.
 */
note?: string | null, };

/**
 * A backup to look into or to restore.
 */
export type OpenBackup = { 
/**
 * Its file: one of the list, or in the window one that `file.choose` gave.
 */
path: string, 
/**
 * What it is encrypted under; absent: the passphrase that Tomo remembers.
 */
passphrase?: string | null, };

/**
 * The passphrase of automatic backups.
 */
export type BackupPassphrase = { 
/**
 * The passphrase; absent: none is remembered any more.
 */
passphrase?: string | null, };

/**
 * A list of servers to import.
 */
export type ImportServers = { 
/**
 * Its file; in the window one that `file.choose` gave.
 */
path: string, 
/**
 * Digest of the preview that a person looked at.
 */
digest: string, 
/**
 * Places in the preview that are left out.
 */
leave_out?: Array<number>, };

/**
 * A plan.
 */
export type PlanRef = { 
/**
 * Which.
 */
id: string, };

/**
 * A pause of collection.
 */
export type Pause = { 
/**
 * When to go on; absent: when somebody resumes.
 */
until?: string | null, };

/**
 * The server whose page is open.
 */
export type Watch = { 
/**
 * Which; absent when no server's page is open.
 */
id?: ServerId | null, };

/** Every command: its name, its arguments, its result. */
export interface Commands {
  /** What a front door must know before anybody is signed in. (public) */
  "status.get": [Nothing, Status];
  /** Chooses the first passphrase of the vault where there is no keychain. (public) */
  "vault.create": [Passphrase, Status];
  /** Asks the keychain again, after it was unlocked or started. (public) */
  "vault.try_again": [Nothing, Status];
  /** Opens the vault with its passphrase. (public) */
  "vault.unlock": [Passphrase, Status];
  /** Creates the first account, an admin, and signs it in. (public) */
  "setup.create": [SetUp, Status];
  /** Asks for a backup with the system's dialog, where there is no account yet; gives its path. (public) */
  "setup.choose_backup": [Nothing, string | null];
  /** Verifies a backup whole, and says what it holds, where there is no account yet. (public) */
  "setup.inspect": [OpenBackup, BackupContents];
  /** Begins with a backup instead of a first account, where there is none yet. (public) */
  "setup.restore": [OpenBackup, Status];
  /** Signs in. (public) */
  "session.sign_in": [SignIn, Status];
  /** Ends the session of this process. (public) */
  "session.sign_out": [Nothing, Status];
  /** Asks for the password before anything else can be done here. (public) */
  "session.lock": [Nothing, Status];
  /** Goes on after a lock. (public) */
  "session.unlock": [OwnPassword, Status];
  /** Says that a person is at the window, so that the session does not turn idle. (read) */
  "session.touch": [Nothing, null];
  /** Lists sessions: the caller's own, or for admins everybody's. (read) */
  "session.list": [ListSessions, Array<SessionEntry>];
  /** Ends a session: one of the own, or for admins anybody's. (read) */
  "session.end": [SessionRef, null];
  /** Ends all own sessions but the one of this process; gives how many. (read) */
  "session.end_others": [Nothing, number];
  /** Lists names and origins with failed sign-ins, and which of them are locked. (administer) */
  "lock.list": [Nothing, Array<AccountLock>];
  /** Lifts a lock. (administer) */
  "lock.unlock": [Unlock, AccountLock];
  /** Says how good a password is, and whether the rules allow it. (public) */
  "password.check": [PasswordToCheck, PasswordStrength];
  /** The caller's own account. (read) */
  "account.get": [Nothing, Account];
  /** Changes the own e-mail address or what the window remembers. (read) */
  "account.edit": [EditAccount, Account];
  /** Sets or removes the own picture. (read) */
  "account.set_avatar": [AvatarInput, Account];
  /** Changes the own password, and ends all other own sessions. (read) */
  "account.change_password": [ChangePassword, Account];
  /** Lists every account. (administer) */
  "user.list": [Nothing, Array<Account>];
  /** Creates an account. (administer) */
  "user.create": [CreateUser, Account];
  /** Changes an account's name, address or role, or whether it may sign in. (administer) */
  "user.edit": [EditUser, Account];
  /** Sets the password of an account, and ends its sessions. (administer) */
  "user.set_password": [SetUserPassword, Account];
  /** Deletes an account with its sessions and own settings. (administer) */
  "user.remove": [UserRef, null];
  /** Lists all servers with their state and newest figures. (read) */
  "fleet.get": [Nothing, Fleet];
  /** Shows one server whole: newest sample, host key, what watching it costs. (read) */
  "server.details": [ServerRef, ServerDetails];
  /** Shows the last hour of one server, sample by sample. (read) */
  "server.live": [ServerRef, LiveHistory];
  /** Shows the stored history of one server: CPU, memory, disk, network, load. (read) */
  "server.history": [HistoryOf, History];
  /** Reads `user@host:port`, an `ssh` command or an `ssh://` address. (read) */
  "server.parse_address": [AddressText, Address];
  /** Names in the SSH configuration of this computer's user. (read) */
  "server.ssh_config_hosts": [Nothing, Array<string>];
  /** Stores a server with its credential, and connects to it unless told otherwise. (administer) */
  "server.add": [AddServer, ServerRow];
  /** Changes a server or its credential; a new credential closes the old one's connection. (administer) */
  "server.edit": [EditServer, ServerRow];
  /** Forgets a server, its credential and its history. (administer) */
  "server.remove": [ServerRef, null];
  /** Goes through every step to a server and says which one failed. (administer) */
  "server.test": [TestServer, TestReport];
  /** Connects to a server, or tries again at once. (operate) */
  "server.connect": [ServerRef, null];
  /** Disconnects a server, and leaves it alone until somebody connects it. (operate) */
  "server.disconnect": [ServerRef, null];
  /** Writes the list of servers to a file, without secrets. (administer) */
  "server_list.export": [FileRef, Exported];
  /** Says what importing a list of servers would add, change and leave. (administer) */
  "server_list.preview": [FileRef, ImportPreview];
  /** Imports a list of servers that was looked at. (administer) */
  "server_list.import": [ImportServers, ImportResult];
  /** Where the container engines stand, and all containers with their newest figures. (read) */
  "container.list": [OnServer, Containers];
  /** Looks for the container engine of a server anew. (operate) */
  "container.look": [ServerRef, ServerEngine];
  /** One container whole; values that look like secrets are left out. (read) */
  "container.inspect": [OneContainer, ContainerDetails];
  /** Shows one masked value of a container's environment. (operate) */
  "container.reveal": [RevealVariable, string];
  /** The last hour of one container, reading by reading. (read) */
  "container.live": [OneContainer, Array<ContainerPoint>];
  /** The stored history of one container, or of those that were in its place before. (read) */
  "container.history": [ContainerHistoryOf, ContainerHistory];
  /** Starts, stops, restarts, pauses, unpauses or kills containers; gives a result for each. (operate) */
  "container.act": [ActOnContainers, Array<ContainerResult>];
  /** Removes containers; gives a result for each. (operate) */
  "container.remove": [RemoveContainers, Array<ContainerResult>];
  /** Gives a container another name. (operate) */
  "container.rename": [RenameContainer, ContainerRow];
  /** Changes what a container may use, and when it is started again. (operate) */
  "container.limit": [LimitContainer, ContainerRow];
  /** The end of a container's log. (read) */
  "container.log": [ReadLog, Array<LogLine>];
  /** Images with what uses them. (read) */
  "image.list": [OnServer, Array<Image>];
  /** Removes images that no container uses; gives a result for each. (operate) */
  "image.remove": [RemoveFromEngine, Array<RemovalResult>];
  /** Volumes with what uses them. (read) */
  "volume.list": [OnServer, Array<Volume>];
  /** Removes volumes that no container uses, with what is in them; gives a result for each. (operate) */
  "volume.remove": [RemoveFromEngine, Array<RemovalResult>];
  /** Networks with what uses them. (read) */
  "network.list": [OnServer, Array<Network>];
  /** Removes networks that no container is in; gives a result for each. (operate) */
  "network.remove": [RemoveFromEngine, Array<RemovalResult>];
  /** Says exactly what clearing out would take. (read) */
  "prune.preview": [Prune, PrunePreview];
  /** Takes what a preview named, if it is still unused; gives a result for each. (operate) */
  "prune.run": [PruneItems, Array<RemovalResult>];
  /** Says which commands would set Docker up on a server, and how they would become root; changes nothing. (operate) */
  "docker.setup_plan": [SetUpOnServer, DockerSetup];
  /** Begins to run exactly the commands that were shown; it goes on by itself. (administer) */
  "docker.setup": [SetUpDocker, DockerSetupRun];
  /** Says how far setting Docker up is, or how it ended, while this Tomo runs. (read) */
  "docker.setup_status": [SetUpOnServer, DockerSetupRun | null];
  /** Ends the command that is at work, and runs no further ones. (administer) */
  "docker.setup_cancel": [SetUpOnServer, null];
  /** Apps of the catalog, the best first. (read) */
  "app.catalog": [FindApps, CatalogPage];
  /** All that is known of an app of the catalog. (read) */
  "app.show": [OneApp, CatalogApp];
  /** Looks through a folder of apps without adding it. (read) */
  "app.check": [FileRef, CatalogCheck];
  /** Reads a compose file or a `docker run` line; asks no server, and runs nothing. (read) */
  "app.read_compose": [ReadCompose, OwnApp];
  /** Says what installing an app would do to a server, and what stands in the way; changes nothing. (read) */
  "app.plan": [PlanApp, AppPlan];
  /** Begins to install an app; it goes on by itself, and `app_list` says how far it is. (operate) */
  "app.install": [InstallApp, InstalledAppDetails];
  /** Apps on all servers with what their containers do, and compose projects that Tomo did not make. (read) */
  "app.list": [Nothing, InstalledApps];
  /** An app on a server with all that is known of it; secrets are left out. (read) */
  "app.get": [OneInstalledApp, InstalledAppDetails];
  /** The compose file of an app and its variables, to be edited; secrets are left out. (read) */
  "app.files": [OneInstalledApp, AppFiles];
  /** Says what taking over a compose project would come to; changes nothing. (operate) */
  "app.adopt_plan": [OneProject, AdoptPlan];
  /** Takes over a compose project that Tomo did not make; nothing of it is changed on its server. (operate) */
  "app.adopt": [OneProject, InstalledAppDetails];
  /** Forgets an app that was taken over; it goes on as it is. (operate) */
  "app.release": [OneInstalledApp, null];
  /** Begins to start, stop or restart an app; it goes on by itself. (operate) */
  "app.act": [ActOnApp, InstalledAppDetails];
  /** Ends an installation, and has what it made removed. (operate) */
  "app.cancel": [OneInstalledApp, null];
  /** Says by name what uninstalling an app takes, and what stays. (read) */
  "app.uninstall_preview": [OneInstalledApp, UninstallPreview];
  /** Begins to remove an app from its server, with the data in its volumes or without. (operate) */
  "app.uninstall": [UninstallApp, null];
  /** Says what updating an app to the catalog's version would change, and which data is copied before. (read) */
  "app.update_plan": [PlanUpdate, UpdatePlan];
  /** Begins to update an app, or to give it other values; what does not become well is put back by itself. (operate) */
  "app.update": [UpdateApp, InstalledAppDetails];
  /** Asks the registries whether they have newer images for an app, which costs no pulls. (operate) */
  "app.look_for_newer": [OneInstalledApp, InstalledAppDetails];
  /** Begins to put an app back to the version before its last update, with the data of then. (operate) */
  "app.roll_back": [OneInstalledApp, InstalledAppDetails];
  /** Gives up the way back to the version before, and removes the copies of its data. (operate) */
  "app.forget_way_back": [OneInstalledApp, InstalledAppDetails];
  /** Says what a backup of an app would hold, and what cannot be in it. (read) */
  "app.backup_preview": [OneInstalledApp, AppBackupPreview];
  /** Begins to back an app up to an encrypted file of this computer; it goes on by itself. (operate) */
  "app.backup": [BackUpApp, InstalledAppDetails];
  /** Says what the backup of an app holds. (operate) */
  "app.backup_inspect": [OpenAppBackup, AppBackupContents];
  /** Says what bringing the backup of an app back would do to a server; changes nothing. (operate) */
  "app.restore_plan": [RestoreApp, RestorePlan];
  /** Begins to bring the backup of an app back; what does not become well is put back by itself. (operate) */
  "app.restore": [RestoreApp, InstalledAppDetails];
  /** Says what moving an app to another server would do there, and what stands in the way; changes nothing. (read) */
  "app.move_plan": [PlanMove, MovePlan];
  /** Begins to move an app with its data to another server; what does not become well there goes on here. (operate) */
  "app.move": [MoveApp, InstalledAppDetails];
  /** Gives the address under which a browser on this computer reaches an app, and opens a tunnel where it takes one. (operate) */
  "app.open": [OneInstalledApp, AppAddress];
  /** Shows one secret of an app. (operate) */
  "app.reveal": [RevealAppSecret, string];
  /** Where apps come from. (read) */
  "app_source.list": [Nothing, Array<AppSource>];
  /** Adds a source of apps. (administer) */
  "app_source.add": [AddAppSource, AppSource];
  /** Reads a source of apps anew. (operate) */
  "app_source.sync": [OneAppSource, SyncReport];
  /** Shows or hides the apps of a source. (administer) */
  "app_source.enable": [EnableAppSource, AppSource];
  /** Forgets a source and its apps; what is installed stays. (administer) */
  "app_source.remove": [OneAppSource, null];
  /** Begins to follow logs. (read) */
  "log.open": [OpenLog, LogStatus];
  /** Lines of a follow; keeps it going. (read) */
  "log.page": [PageOfLog, LogPage];
  /** Lines of a follow that hold something. (read) */
  "log.search": [SearchLog, LogMatches];
  /** The number of the first line from a moment on. (read) */
  "log.seek": [SeekLog, number];
  /** Writes what is kept of a follow to a file. (read) */
  "log.save": [SaveLog, Exported];
  /** Ends a follow. (read) */
  "log.close": [LogRef, null];
  /** Opens a terminal on a server or in a container. (operate) */
  "terminal.open": [OpenTerminal, Terminal];
  /** Types into a terminal. (operate) */
  "terminal.write": [TypeIntoTerminal, null];
  /** Tells a terminal its size. (operate) */
  "terminal.resize": [ResizeTerminal, null];
  /** Ends a terminal and what runs in it. (operate) */
  "terminal.close": [TerminalRef, null];
  /** Describes a private key without showing it. (administer) */
  "key.inspect": [KeyToInspect, KeyInfo];
  /** Asks for a key file with the system's dialog; gives its path. (administer) */
  "key.choose": [Nothing, string | null];
  /** Trusts the host key that this process was just shown. (administer) */
  "host_key.trust": [TrustHostKey, KnownHost];
  /** Replaces a known host key by the one presented since. (administer) */
  "host_key.replace": [ReplaceHostKey, KnownHost];
  /** Lists settings with their values for the caller. (read) */
  "setting.list": [Nothing, Array<SettingView>];
  /** Changes a setting: the caller's own value where they may have one, else (admins) everybody's. (read) */
  "setting.set": [SetSetting, SettingView];
  /** Changes several settings together: all of them, or none. (read) */
  "setting.save": [SaveSettings, Array<SettingView>];
  /** Puts back a setting, a category, or all own values; gives every setting. (read) */
  "setting.reset": [ResetSettings, Array<SettingView>];
  /** Lists the audit trail of settings, newest first. (administer) */
  "audit.list": [ListAudit, AuditPage];
  /** Proves the audit trail, or names the first entry that does not hold. (administer) */
  "audit.verify": [Nothing, AuditReport];
  /** Writes the audit trail to a file. (administer) */
  "audit.export": [ExportAudit, Exported];
  /** Lists the activity log, newest first. (read) */
  "activity.list": [ListActivity, ActivityPage];
  /** Writes the activity log to a file. (read) */
  "activity.export": [ExportActivity, Exported];
  /** Counts what retention would drop now, and how much space returns. (read) */
  "retention.preview": [Nothing, RetentionPreview];
  /** Drops what is older than the retention settings allow. (administer) */
  "retention.run": [Nothing, RetentionRun];
  /** Says what the last run of retention did, and when the next is due. (read) */
  "retention.status": [Nothing, RetentionStatus];
  /** Lists backups, with where their files are, and whether they were read back. (administer) */
  "backup.list": [Nothing, BackupList];
  /** Makes a backup, and reads it back. (administer) */
  "backup.create": [CreateBackup, BackupEntry];
  /** Verifies a backup whole, and says what it holds. (administer) */
  "backup.inspect": [OpenBackup, BackupContents];
  /** Replaces everything by what a backup holds; everybody is signed out. (administer) */
  "backup.restore": [OpenBackup, Status];
  /** Sets or forgets the passphrase of automatic backups. (administer) */
  "backup.set_passphrase": [BackupPassphrase, BackupList];
  /** What assistants want to do, newest first. (read) */
  "plan.list": [Nothing, Array<Plan>];
  /** Lets an assistant do what it asked for, once, within ten minutes. (operate) */
  "plan.approve": [PlanRef, Plan];
  /** Tells an assistant no. (operate) */
  "plan.refuse": [PlanRef, Plan];
  /** Says which version of Tomo this is, where its data is, and how large the database is. (read) */
  "about.get": [Nothing, About];
  /** The libraries that are shipped in Tomo, with their licences. (public) */
  "about.licences": [Nothing, Array<Licence>];
  /** Writes a file for a bug report: versions, settings, states; no secret, no name, no address. (administer) */
  "diagnostics.save": [FileRef, Exported];
  /** Asks for a file or folder with the system's dialog; gives its path. (read) */
  "file.choose": [ChooseFile, string | null];
  /** Pauses collection on all servers. (operate) */
  "collection.pause": [Pause, Collection];
  /** Resumes collection. (operate) */
  "collection.resume": [Nothing, Collection];
  /** Says which server's page is open, so that its samples are pushed. (read) */
  "window.watch": [Watch, null];
}
