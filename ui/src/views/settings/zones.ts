/** The time zones to choose from. A web view that lists none still offers those that are set. */

let names: readonly string[] | null = null;

function allZones(): readonly string[] {
  if (names) return names;
  try {
    names = Intl.supportedValuesOf('timeZone');
  } catch {
    names = [];
  }
  if (!names.includes('UTC')) names = [...names, 'UTC'];
  return names;
}

/** `local` first, then all by name; `chosen` is there even where it is not known. */
export function zoneOptions(chosen: string): { value: string; label: string }[] {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = allZones();
  const others = chosen === 'local' || known.includes(chosen) ? known : [chosen, ...known];
  return [
    { value: 'local', label: here ? `This computer’s, ${here}` : 'This computer’s' },
    ...others.map((value) => ({ value, label: value })),
  ];
}
