import type { Sample, SystemInfo } from '../../lib/backend/generated';
import { counted } from '../../lib/format';

/** A source of figures on a host, and whether it can be read. */
export interface Source {
  name: string;
  read: boolean;
  /** How much it gives, or why it gives nothing. */
  detail: string;
}

/** What is read from a host: the sources its newest sample holds, then those it cannot give. */
export function sourcesOf(sample: Sample | null, system: SystemInfo | null): Source[] {
  const sources: Source[] = [];
  const add = (name: string, read: boolean, detail: string): void => {
    if (read) sources.push({ name, read, detail });
  };
  if (sample) {
    const basics = [
      sample.cpu || system?.cpu_count ? 'CPU' : null,
      sample.memory ? 'memory' : null,
      sample.load ? 'load' : null,
      sample.uptime_seconds === null ? null : 'uptime',
    ].filter((name) => name !== null);
    add(upperFirst(basics.join(', ')), basics.length > 0, 'every sample');
    add('Network', sample.interfaces.length > 0, counted(sample.interfaces.length, 'interface'));
    add('Disk', sample.disks.length > 0, counted(sample.disks.length, 'disk'));
    add('Mounts', sample.mounts.length > 0, counted(sample.mounts.length, 'file system'));
    const sensors = sample.temperatures.length;
    add('Temperatures', sensors > 0, counted(sensors, 'sensor'));
  }
  for (const { source, reason } of system?.unreadable ?? []) {
    const name = upperFirst(source.replaceAll('_', ' '));
    if (!sources.some((known) => known.name === name)) {
      sources.push({ name, read: false, detail: reason });
    }
  }
  return sources;
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
