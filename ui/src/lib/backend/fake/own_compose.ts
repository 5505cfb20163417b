import type { AppFlag, AppManifest, AppProblem, AppSetting, OwnApp } from '../generated';
import { line as anyText, port, secret, setting } from './app_settings';

const tops = ['services', 'volumes', 'networks', 'configs', 'secrets', 'name', 'version'];
const numbered = (line: number | null, message: string): AppProblem => ({ line, message });

/** The words of a command line; quotes hold them together. */
function wordsOf(text: string): string[] {
  const words = text.replaceAll(/\\\r?\n/g, ' ').matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g);
  return [...words].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
}

/** A `docker run` line as a compose file, as far as the stand-in knows its options. */
function fromRun(text: string): { compose: string; name: string; notes: AppProblem[] } {
  const words = wordsOf(text.trim());
  words.splice(0, words.indexOf('run') + 1);
  const notes: AppProblem[] = [];
  const lists: Record<string, string[]> = { ports: [], environment: [], volumes: [] };
  const kinds: Record<string, string> = { '-p': 'ports', '-e': 'environment', '-v': 'volumes' };
  let [name, restart, image] = ['', '', ''];
  while (words.length > 0 && image === '') {
    const word = words.shift() ?? '';
    const [option = '', value] = word.split('=', 2);
    const take = () => value ?? words.shift() ?? '';
    const kind = kinds[word];
    if (kind !== undefined) lists[kind]?.push(words.shift() ?? '');
    else if (option === '--name') name = take();
    else if (option === '--restart') restart = take();
    else if (['-d', '--rm', '-it'].includes(word)) {
      if (word !== '-d') notes.push(numbered(1, `'${word}' means nothing to an app; left out`));
    } else image = word;
  }
  name ||= image.replace(/^.*\//, '').replace(/:.*$/, '');
  const lines = ['services:', `  ${name}:`, `    image: ${image}`];
  if (restart) lines.push(`    restart: ${restart}`);
  for (const [key, all] of Object.entries(lists)) {
    if (all.length === 0) continue;
    lines.push(`    ${key}:`, ...all.map((one) => `      - "${one}"`));
  }
  if (words.length > 0) lines.push(`    command: [${words.join(', ')}]`);
  return { compose: `${lines.join('\n')}\n`, name, notes };
}

function settingOf(name: string): AppSetting {
  if (/PASSWORD|SECRET|TOKEN|KEY/.test(name)) return setting(name, name, secret(32));
  return name.endsWith('PORT') ? port(name, name, '') : setting(name, name, anyText);
}

/** Reads a compose file or a command line about as the other side does, which reads YAML. */
export function readOwn(
  text: string,
  env = '',
  wished: string | null = null,
  hasSecrets = false,
): OwnApp {
  const isRun = /^\s*(?:sudo\s+)?(?:docker|podman)\s+run\b/.test(text);
  const run = isRun ? fromRun(text) : null;
  const compose = run?.compose ?? text;
  const problems: AppProblem[] = [];
  const notes = run?.notes ?? [];
  const flags: AppFlag[] = [];
  const services: AppManifest['services'] = [];
  let [section, name] = ['', wished ?? run?.name ?? null];
  compose.split('\n').forEach((line, at) => {
    const [, lead = '', key = '', value = ''] = /^( *)([\w.-]+):\s*(.*)$/.exec(line) ?? [];
    if (line.includes('\t')) problems.push(numbered(at + 1, 'a tab is no indentation; use spaces'));
    if (key === '') return;
    if (lead === '') {
      section = key;
      if (!tops.includes(key)) problems.push(numbered(at + 1, `compose knows no '${key}'`));
      if (key === 'version') notes.push(numbered(at + 1, "'version' has no meaning any more"));
      if (key === 'name') name = value;
    } else if (section === 'services' && lead.length === 2) {
      services.push({ name: key, image: '', flags: [], has_healthcheck: false });
    } else if (section === 'services' && lead.length === 4 && key === 'image') {
      const last = services.at(-1);
      if (last) last.image = value;
      if (/:latest$/.test(value)) flags.push({ kind: 'moving_image', image: value });
    } else if (key === 'privileged' && value === 'true') flags.push({ kind: 'privileged' });
  });
  if (services.length === 0) problems.push(numbered(null, "there is no 'services'"));
  for (const service of services.filter(({ image }) => image === '')) {
    const at = compose.split('\n').findIndex((line) => line.startsWith(`  ${service.name}:`));
    problems.push(numbered(at + 1, `the service '${service.name}' needs 'image'`));
  }
  if (!hasSecrets && env.includes('••••')) {
    problems.push(numbered(null, 'no secret of this app is kept; write its value'));
  }
  const known = new Set(env.split('\n').map((line) => line.split('=')[0]?.trim()));
  const used = new Set([...compose.matchAll(/\$\{(\w+)\}/g)].map(([, variable]) => variable ?? ''));
  const fits = name ?? services[0]?.name ?? null;
  const manifest: AppManifest = {
    id: fits ?? 'app',
    name: fits ?? 'app',
    description: 'An own app.',
    version: services[0]?.image.split(':')[1] ?? '1',
    category: 'utility',
    tags: [],
    icon: null,
    licence: null,
    repository: null,
    documentation: null,
    requirements: {
      memory_bytes: null,
      storage_bytes: null,
      cpu_cores: null,
      architectures: [],
    },
    is_featured: false,
    is_deprecated: false,
    settings: [...used].filter((variable) => !known.has(variable)).map(settingOf),
    web: null,
    health: null,
    compose,
    services,
    notes: null,
  };
  return {
    name: fits,
    compose,
    manifest: problems.length > 0 ? null : manifest,
    flags,
    notes,
    problems,
  };
}
