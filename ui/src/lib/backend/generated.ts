// Generated from the command table by `cargo xtask bindings`. Do not edit.

/**
 * A row of `servers`.
 */
export type ServerId = string;

/**
 * A row of `users`.
 */
export type UserId = string;

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
 * CPU busy.
 */
cpu_percent: number | null, 
/**
 * Busy share of each processor.
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
 * Received.
 */
network_rx: number | null, 
/**
 * Sent.
 */
network_tx: number | null, 
/**
 * Read.
 */
disk_read: number | null, 
/**
 * Written.
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
 * Until when.
 */
expires_at: string, };

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
 * A setting with its value for one user.
 */
export type SettingView = { 
/**
 * Key.
 */
key: string, 
/**
 * Value in force for the user.
 */
value: unknown, 
/**
 * Default.
 */
default_value: unknown, 
/**
 * Whether the value is the user's own.
 */
is_user_override: boolean, 
/**
 * Scope.
 */
scope: Scope, 
/**
 * Category.
 */
category: string, 
/**
 * One sentence.
 */
description: string, 
/**
 * For optimistic writing: of the override if there is one, else of the system's value.
 */
version: number, };

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
figures: Figures | null, };

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
sample: Sample | null, } | { "kind": "settings_changed" } | { "kind": "session_changed" };

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
platform: string, };

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
export type Code = "not_set_up" | "not_signed_in" | "vault_locked" | "forbidden" | "invalid" | "duplicate" | "stale" | "not_found" | "host_key" | "failed";

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
passphrase: string | null, } | { "kind": "agent" } | { "kind": "stored" };

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
version: number, };

/**
 * A setting.
 */
export type SettingRef = { 
/**
 * Key.
 */
key: string, };

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
  /** Signs in. (public) */
  "session.sign_in": [SignIn, Status];
  /** Ends the session of this process. (public) */
  "session.sign_out": [Nothing, Status];
  /** All servers with their state, newest figures and CPU lines. (read) */
  "fleet.get": [Nothing, Fleet];
  /** One server whole: newest sample, host key, cost. (read) */
  "server.details": [ServerRef, ServerDetails];
  /** The last hour of one server, sample by sample. (read) */
  "server.live": [ServerRef, LiveHistory];
  /** The stored history of one server. (read) */
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
  /** Connects, or tries again at once. (operate) */
  "server.connect": [ServerRef, null];
  /** Disconnects, and leaves the server alone until somebody connects it. (operate) */
  "server.disconnect": [ServerRef, null];
  /** Describes a private key without showing it. (administer) */
  "key.inspect": [KeyToInspect, KeyInfo];
  /** Asks for a key file with the system's dialog; gives its path. (administer) */
  "key.choose": [Nothing, string | null];
  /** Trusts the host key that this process was just shown. (administer) */
  "host_key.trust": [TrustHostKey, KnownHost];
  /** Replaces a known host key by the one presented since. (administer) */
  "host_key.replace": [ReplaceHostKey, KnownHost];
  /** Settings with their values for the caller. (read) */
  "setting.list": [Nothing, Array<SettingView>];
  /** Changes a setting: the caller's own value where it may have one, else (admins) everybody's. (read) */
  "setting.set": [SetSetting, SettingView];
  /** Puts a setting back. (read) */
  "setting.reset": [SettingRef, SettingView];
  /** Pauses collection on all servers. (operate) */
  "collection.pause": [Pause, Collection];
  /** Resumes collection. (operate) */
  "collection.resume": [Nothing, Collection];
  /** Says which server's page is open, so that its samples are pushed. (read) */
  "window.watch": [Watch, null];
}
