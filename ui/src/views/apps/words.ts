import type {
  AppCategory,
  AppFlag,
  AppProblem,
  AppSetting,
  AppSettingKind,
  AppSourceKind,
} from '../../lib/backend/generated';
import { bytes, counted, isMeasured } from '../../lib/format';

export const categories: readonly { value: AppCategory; label: string }[] = [
  { value: 'automation', label: 'Automation' },
  { value: 'media', label: 'Media' },
  { value: 'monitoring', label: 'Monitoring' },
  { value: 'networking', label: 'Networking' },
  { value: 'security', label: 'Security' },
  { value: 'storage', label: 'Storage' },
  { value: 'utility', label: 'Utility' },
];

export function categoryWord(category: AppCategory): string {
  return categories.find(({ value }) => value === category)?.label ?? category;
}

/** The source that Tomo brings along. */
export const BUILT_IN = 'tomo';

/** The source in an app's id: `tomo` of `tomo/miniflux`. */
export function sourceOf(id: string): string {
  return id.split('/')[0] ?? '';
}

const ofDocker: Record<string, string> = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  armv8l: 'arm64',
  armv7l: 'arm/v7',
  armv6l: 'arm/v6',
  i386: '386',
  i686: '386',
};

/** A machine's architecture as Docker and catalogs write it: `x86_64` is `amd64`. */
export function dockerArchitecture(architecture: string): string {
  return ofDocker[architecture] ?? architecture;
}

/** What an app may do that one should know of before; the worst sorts first. */
const flagSentences: Record<AppFlag['kind'], (what: string) => string> = {
  privileged: () => 'It may do on the server what root may',
  engine_socket: () => 'It may use the engine, and so do on the server what root may',
  host_pid: () => 'It sees the processes of the server, and may end them',
  system_path: (path) => `It is given ${path} of the server’s system`,
  capability: (name) => `It has a power that containers do not have: ${name}`,
  device: (path) => {
    const asked = /^\$\{(\w+)\}$/.exec(path)?.[1];
    if (asked) return `It may be given a device of the server: see ${asked}`;
    return `It uses a device of the server: ${path}`;
  },
  host_network: () => 'It stands in the server’s own network, with every port of it',
  moving_image: (image) => `Its image can be another one tomorrow: ${image}`,
};

const flagOrder = Object.keys(flagSentences) as AppFlag['kind'][];

/** Whether a flag is as good as the whole server. */
export function isGrave({ kind }: AppFlag): boolean {
  return kind === 'privileged' || kind === 'engine_socket';
}

export function flagText(flag: AppFlag): string {
  const what = 'name' in flag ? flag.name : 'path' in flag ? flag.path : '';
  return flagSentences[flag.kind]('image' in flag ? flag.image : what);
}

export function byWeight(flags: readonly AppFlag[]): AppFlag[] {
  const place = ({ kind }: AppFlag) => flagOrder.indexOf(kind);
  return [...flags].sort((one, other) => place(one) - place(other));
}

/** On how many servers an app is: `Installed`, `On 2 servers`. */
export function thereText(servers: number): string | null {
  if (servers === 0) return null;
  return servers === 1 ? 'Installed' : `On ${counted(servers, 'server')}`;
}

/** What a setting takes: `port, TCP`, `whole number from 1 to 16`. */
export function kindText(kind: AppSettingKind): string {
  switch (kind.type) {
    case 'text':
      return 'text';
    case 'number':
      if (kind.min !== null && kind.max !== null) {
        return `whole number from ${kind.min} to ${kind.max}`;
      }
      if (kind.min !== null) return `whole number, at least ${kind.min}`;
      return kind.max === null ? 'whole number' : `whole number, at most ${kind.max}`;
    case 'choice':
      return `one of ${kind.choices.map(({ label }) => label).join(', ')}`;
    case 'secret':
      return 'secret';
    case 'port':
      return `port, ${kind.protocol.toUpperCase()}`;
    case 'path':
      return 'path on the server';
    case 'time_zone':
      return 'time zone';
  }
}

/** What a setting is if nobody says another. */
export function defaultText({ kind, default: value, is_required }: AppSetting): string {
  if (kind.type === 'secret') return `made for you, ${counted(kind.length, 'character')}`;
  if (value !== null && value !== '') {
    if (kind.type !== 'choice') return value;
    return kind.choices.find((choice) => choice.value === value)?.label ?? value;
  }
  return is_required ? 'to be filled in' : 'may stay empty';
}

/** Whether what stands for a setting is a value, and not words about it. */
export function hasValue({ kind, default: value }: AppSetting): boolean {
  return kind.type !== 'secret' && Boolean(value);
}

/** A need as sizes are shown everywhere. */
export function need(value: number | null): string {
  return isMeasured(value) ? bytes(value) : 'not known';
}

export function problemText(place: string, { line, message }: AppProblem): string {
  const where = line === null ? place : place === '' ? `line ${line}` : `${place}:${line}`;
  return where === '' ? message : `${where}: ${message}`;
}

export const sourceKinds: Record<AppSourceKind, string> = {
  built_in: 'comes with Tomo',
  path: 'folder or file',
  address: 'file at an address',
  repository: 'git repository',
};
