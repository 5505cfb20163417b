import type { Fleet, History, LivePoint, Range, Sample, ServerRow } from '../generated';
import { GB } from './machines';

/** Figures that look like a machine's and are the same each time. */

const rangeSeconds: Record<Range, number> = {
  '1h': 3600,
  '24h': 86_400,
  '7d': 7 * 86_400,
  '30d': 30 * 86_400,
};

/** A number between 0 and 1 that looks random and is the same each time. */
export function noise(seed: number): number {
  const value = Math.sin(seed * 12.9898) * 43_758.5453;
  return value - Math.floor(value);
}

/** The CPU lines of the overview. */
export function sparklines(rows: readonly ServerRow[], now: number): Fleet['sparklines'] {
  return rows
    .filter((row) => row.figures)
    .map((row, at) => {
      const end = Date.parse(row.figures?.at ?? '');
      const base = row.figures?.cpu_percent ?? 5;
      return {
        server_id: row.server.id,
        points: Array.from({ length: 120 }, (_, point): [number, number] => {
          const slow = Math.sin(point / 9 + at) * 0.3 + Math.sin(point / 23 + at * 2) * 0.25;
          const value = base * (1 + slow + (noise(point + at * 131) - 0.5) * 0.5);
          return [end - (119 - point) * 30_000, Math.min(100, Math.max(0.5, value))];
        }).filter(([at]) => at > now - 3_600_000),
      };
    });
}

export function point(row: ServerRow, at: number): LivePoint {
  const cpu = row.figures?.cpu_percent ?? 10;
  const wave = (seed: number) => 0.6 + noise(Math.floor(at / 2000) + seed) * 0.8;
  const cores = row.server.system_info?.cpu_count ?? 4;
  const total = (row.figures?.memory_total_bytes ?? 16 * GB) as number;
  return {
    at_ms: at,
    cpu_percent: cpu * wave(1),
    core_percents: Array.from({ length: cores }, (_, core) => Math.min(100, cpu * wave(core + 2))),
    memory_used_bytes: total * 0.55 + total * 0.02 * wave(9),
    memory_cached_bytes: total * 0.25,
    swap_used_bytes: 0.6 * GB,
    network_rx: (row.figures?.network_rx ?? 1e5) * wave(4),
    network_tx: (row.figures?.network_tx ?? 1e5) * wave(5),
    disk_read: 4e6 * wave(6),
    disk_written: 9e6 * wave(7),
  };
}

export function sample(row: ServerRow): Sample | null {
  const figures = row.figures;
  if (!figures) return null;
  const disk = figures.disk;
  const mount = (path: string, fs_type: string, used: number, total: number) => ({
    path,
    device: '/dev/sda1',
    fs_type,
    total_bytes: total,
    used_bytes: used,
    available_bytes: total - used,
  });
  return {
    at: figures.at,
    span_seconds: 2,
    cpu: { total_percent: figures.cpu_percent ?? 0, core_percents: [8, 12, 9, 14] },
    memory: {
      total_bytes: figures.memory_total_bytes ?? 0,
      used_bytes: figures.memory_used_bytes ?? 0,
      cached_bytes: 4.8 * GB,
      swap_total_bytes: 4 * GB,
      swap_used_bytes: 0.6 * GB,
    },
    load: { one: figures.load_one ?? 0, five: 0.81, fifteen: 0.77 },
    uptime_seconds: figures.uptime_seconds,
    mounts: [
      mount('/', 'ext4', 93 * GB, 228 * GB),
      ...(disk && disk.path !== '/'
        ? [mount(disk.path, 'zfs', disk.used_bytes, disk.total_bytes)]
        : []),
      mount('/mnt/scratch', 'xfs', 164 * GB, 916 * GB),
      mount('/boot', 'ext4', 0.2 * GB, 0.9 * GB),
      mount('/boot/efi', 'vfat', 0.01 * GB, 0.5 * GB),
    ],
    interfaces: [
      {
        name: 'enp3s0',
        counted: true,
        rx_bytes_per_second: figures.network_rx,
        tx_bytes_per_second: figures.network_tx,
        rx_total_bytes: 8e11,
        tx_total_bytes: 3e11,
      },
      {
        name: 'enp4s0',
        counted: true,
        rx_bytes_per_second: null,
        tx_bytes_per_second: null,
        rx_total_bytes: 0,
        tx_total_bytes: 0,
      },
    ],
    disks: [{ name: 'nvme0n1', read_bytes_per_second: 5.4e6, written_bytes_per_second: 12.3e6 }],
    temperatures: [
      { label: 'CPU package', celsius: figures.temperature_celsius ?? 40 },
      { label: 'nvme0', celsius: 44 },
    ],
    containers: [],
    cost: { round_trip_ms: 3.1, remote_cpu_ms: 2.2, received_bytes: 5120 },
  };
}

export function history(row: ServerRow, range: Range, now: number): History {
  const to = Math.floor(now / 1000);
  const from = to - rangeSeconds[range];
  const span = range === '1h' || range === '24h' ? 60 : range === '7d' ? 600 : 3600;
  const start = Math.ceil(from / span) * span;
  const at: number[] = [];
  for (let time = start; time + span <= to; time += span) {
    const share = (time - from) / (to - from);
    // A stretch in which the host was off.
    if (range !== '1h' && share > 0.22 && share < 0.32) continue;
    at.push(time);
  }
  const total = row.figures?.memory_total_bytes ?? 16 * GB;
  const wave = (time: number, seed: number) =>
    1 + 0.5 * Math.sin(time / (span * 40) + seed) + 0.4 * (noise(time / span + seed) - 0.5);
  const base = row.figures?.cpu_percent ?? 10;
  const cpu = at.map((time) => Math.min(100, base * wave(time, 1)));
  const like = (mean: number, seed: number) => at.map((time) => mean * wave(time, seed));
  return {
    from,
    to,
    at,
    span_seconds: at.map(() => span),
    cpu_percent: cpu,
    cpu_peak_percent: cpu.map((value) => Math.min(100, value * 1.6)),
    memory_used_bytes: at.map((time) => total * (0.5 + 0.04 * wave(time, 3))),
    memory_total_bytes: at.map(() => total),
    memory_cached_bytes: at.map(() => total * 0.25),
    swap_used_bytes: at.map(() => 0.6 * GB),
    disk_percent: at.map(() => row.figures?.disk?.percent ?? 40),
    network_rx: like(row.figures?.network_rx ?? 1e6, 4),
    network_tx: like(row.figures?.network_tx ?? 1e6, 5),
    disk_read: like(5e6, 6),
    disk_written: like(1.2e7, 7),
    load_one: like(row.figures?.load_one ?? 0.5, 8),
  };
}
