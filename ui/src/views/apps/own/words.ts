import type { OwnApp } from '../../../lib/backend/generated';

/** A name as one of a project has to be; `null` where nothing of it is left. */
function projectNameOf(text: string): string | null {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 49)
    .replace(/-+$/, '');
  return name.length >= 2 ? name : null;
}

/** The id that an own app is planned under: by the name that suits, else by its first container. */
export function idOf({ name, manifest }: Pick<OwnApp, 'name' | 'manifest'>): string {
  const [first] = manifest?.services ?? [];
  const fits = name ?? (first && projectNameOf(first.name)) ?? 'app';
  return `own/${fits}`;
}
