import type { SystemInfo } from '../backend/generated';
import { bytes } from './scale';
import { counted } from './text';

const ARCHITECTURES: Record<string, string> = {
  x86_64: 'x86-64',
  amd64: 'x86-64',
  aarch64: 'ARM64',
  arm64: 'ARM64',
  armv7l: 'ARMv7',
  armv6l: 'ARMv6',
};

/** A machine's architecture as people write it. */
export function architectureName(architecture: string): string {
  return ARCHITECTURES[architecture] ?? architecture;
}

/** `Debian 12.7 (bookworm)`: the system's own name, with its exact version and no filler. */
export function systemName(system: SystemInfo | null | undefined): string | null {
  if (!system) return null;
  const name = system.os_name?.replace(' GNU/Linux', '').trim();
  if (!name) return system.os_id ?? null;
  const version = system.os_version;
  if (!version || name.includes(version)) return name;
  const major = version.replace(/\..*$/, '');
  return name.replace(new RegExp(`\\b${major.replace(/\W/g, '\\$&')}\\b`), version);
}

/** The same without the release's nickname, for the line under a server's name. */
export function systemShort(system: SystemInfo | null | undefined): string | null {
  return systemName(system)?.replace(/\s*\([^)]*\)\s*$/, '') ?? null;
}

/** `4 cores, x86-64`; `null` when neither is known. */
export function processors(system: SystemInfo | null | undefined): string | null {
  if (!system) return null;
  const parts = [
    system.cpu_count === null ? null : counted(system.cpu_count, 'core'),
    system.architecture === null ? null : architectureName(system.architecture),
  ];
  return parts.filter((part) => part !== null).join(', ') || null;
}

/** `15.6 GB, swap 4.00 GB`. */
export function memoryText(system: SystemInfo | null | undefined): string | null {
  if (!system || system.memory_total_bytes === null) return null;
  const swap = system.swap_total_bytes;
  const suffix = swap === null ? '' : swap === 0 ? ', no swap' : `, swap ${bytes(swap)}`;
  return `${bytes(system.memory_total_bytes)}${suffix}`;
}

/** What the system runs on: `hardware, no hypervisor`, `a virtual machine (kvm)`. */
export function platformText(virtualization: string | null | undefined): string | null {
  if (!virtualization) return null;
  if (virtualization === 'none') return 'hardware, no hypervisor';
  const containers = ['lxc', 'docker', 'podman', 'openvz', 'systemd-nspawn', 'wsl'];
  const kind = containers.includes(virtualization) ? 'a container' : 'a virtual machine';
  return `${kind} (${virtualization})`;
}
