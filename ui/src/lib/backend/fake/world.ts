import type { ApiError } from '../backend';
import type {
  Account,
  AccountLock,
  Activity,
  AdoptPlan,
  AuditEntry,
  BackupList,
  Collection,
  Commands,
  ContainerRef,
  ContainerRow,
  Plan,
  Push,
  Role,
  ServerRow,
  Session,
  SessionEntry,
  SettingView,
  SetupPrivilege,
  Status,
  VaultStatus,
} from '../generated';
import type { FakeContainers } from './containers';
import type { FakeInstalled } from './installed';
import type { Machine } from './machines';
import type { FakeRetention } from './retention';
import type { FakeTerminals } from './terminals';

/** How two engines of one server stand. */
export type TwoEngines =
  'ready' | 'podman_lost' | 'docker_lost' | 'podman_read_only' | 'docker_read_only';

export interface FakeOptions {
  machines?: Machine[];
  signedIn?: boolean;
  isSetUp?: boolean;
  role?: Role;
  /** Whether the session waits for its password. */
  locked?: boolean;
  vault?: VaultStatus;
  /** Names in the SSH configuration. */
  sshHosts?: string[];
  paused?: boolean;
  settings?: Partial<Record<string, unknown>>;
  /** Somebody wrote into the audit trail past Tomo. */
  tampered?: boolean;
  /** Entries in the audit trail. */
  audited?: number;
  /** Entries in the activity log. */
  activities?: number;
  /** Backups in the list. */
  backups?: number;
  /** Whether a passphrase for backups is remembered. */
  backupPassphrase?: boolean;
  /** Milliseconds that making a backup takes. */
  backupTakes?: number;
  /** Plans of assistants that wait. */
  plans?: number;
  /** Containers on all servers together; without it no engine was looked for. */
  containers?: number;
  /** Whether there are containers with names and ports that fit nowhere. */
  oddContainers?: boolean;
  /** Whether engines are in every kind of trouble. */
  troubledEngines?: boolean;
  /** The server whose engine may only be looked at. */
  readOnlyEngine?: string;
  /** Podman beside Docker on `nas`: both answer, or one of them does not, or is only looked at. */
  twoEngines?: TwoEngines;
  /** Images, volumes and networks of each kind at least, on all servers together. */
  things?: number;
  /** Apps in the catalog at least. */
  apps?: number;
  /** Whether apps are installed, in every state that an app may be in. */
  installed?: boolean;
  /** Whether an own app and an adopted one are among them. */
  own?: boolean;
  /** What a found project is as an app, where it is another way than it would be. */
  adoptable?: Partial<AdoptPlan>;
  /** How updates of apps end: not well is put back, and stuck is not even that. */
  updates?: 'well' | 'failing' | 'stuck';
  /** How backups of apps end. */
  appBackups?: 'well' | 'failing';
  /** How Docker may be set up on a server; with `sudo` it fails in the midst of it. */
  dockerSetup?: SetupPrivilege | 'unsupported';
  /** Whether there are apps with names that fit nowhere. */
  oddApps?: boolean;
  /** Lines that a follow of logs begins with; none for a log that is empty. */
  logLines?: number;
  /** Why the log of the first container of a follow cannot be read. */
  logError?: string;
  /** What the system's file dialog answers. */
  file?: string | null;
  /** Milliseconds before an answer. */
  latency?: number;
  /** Commands that are never answered. */
  silent?: readonly (keyof Commands)[];
  /** Commands that fail, with their error. */
  failing?: Partial<Record<keyof Commands, ApiError>>;
  /** Where a link leads to in a browser. */
  openLink?: (url: string) => void;
  now?: () => number;
}

export type Handlers = {
  [K in keyof Commands]: (args: Commands[K][0]) => Commands[K][1] | Promise<Commands[K][1]>;
};

/** The handlers of all commands of these nouns. */
export type Part<Noun extends string> = Pick<
  Handlers,
  Extract<keyof Commands, `${Noun}.${string}`>
>;

/** What the parts of the stand-in share: the data, and the way to tell the window. */
export interface World {
  readonly options: FakeOptions;
  now(): number;
  push(push: Push): void;
  /** Replaces one row as a change on the other side would, and pushes it. */
  change(id: string, change: Partial<ServerRow>): void;
  status: Status;
  rows: ServerRow[];
  collection: Collection;
  /** The server whose page is open. */
  watched: string | null;
  settings: SettingView[];
  audit: AuditEntry[];
  activities: Activity[];
  backups: BackupList;
  retention: FakeRetention;
  plans: Plan[];
  accounts: Account[];
  /** Passwords by user name, which the other side keeps only as hashes. */
  passwords: Map<string, string>;
  sessions: SessionEntry[];
  locks: AccountLock[];
  readonly containers: FakeContainers;
  readonly installed: FakeInstalled;
  /** What moves by itself, with each round of samples. */
  readonly beats: Set<() => void>;
  /** The row of a container, where the stand-in has it. */
  containerOf?(container: ContainerRef): ContainerRow | undefined;
  /** Terminals that are open. */
  readonly terminals: FakeTerminals;
  /** The session of this process; only called where there is one. */
  me(): Session;
  /** Begins a session for an account. */
  signIn(username: string): void;
}
