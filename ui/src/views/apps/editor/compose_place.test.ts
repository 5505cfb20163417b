import { describe, expect, test } from 'vitest';
import { composeFile, keyIn, type Level, levelAt } from './compose_keys';
import { keyAt, keysBeside, namesOf, pathAt, placeAt } from './compose_place';

/** A file with `|` where the cursor is. */
function at(text: string) {
  const before = text.split('|')[0] ?? '';
  const row = before.split('\n').length - 1;
  const column = before.length - (before.lastIndexOf('\n') + 1);
  return { lines: text.replace('|', '').split('\n'), row, column };
}
const place = (text: string) => {
  const { lines, row, column } = at(text);
  return placeAt(lines, row, column);
};

describe('where one is in a file that is being written', () => {
  test('a key at the top, in a service, and two levels below it', () => {
    expect(place('ser|')).toMatchObject({ path: [], is: 'key', word: 'ser', from: 0 });
    expect(place('services:\n  web:\n    im|')).toMatchObject({
      path: ['services', 'web'],
      word: 'im',
    });
    expect(
      place('services:\n  web:\n    deploy:\n      resources:\n        limits:\n          me|'),
    ).toMatchObject({ path: ['services', 'web', 'deploy', 'resources', 'limits'] });
  });

  test('an item of a list, and what goes on in it', () => {
    const path = ['services', 'web', 'ports', '-'];
    expect(place('services:\n  web:\n    ports:\n      - ta|')).toMatchObject({ path, from: 8 });
    expect(place('services:\n  web:\n    ports:\n      - target: 80\n        pub|')).toMatchObject({
      path,
    });
    // A list may begin in the column of its key.
    expect(place('services:\n  web:\n    ports:\n    - ta|')).toMatchObject({ path });
  });

  test('what is further out again is on the level that it is in', () => {
    const text = 'services:\n  web:\n    ports:\n      - "80:80"\n';
    expect(place(`${text}    re|`)).toMatchObject({ path: ['services', 'web'] });
    expect(place(`${text}  |`)).toMatchObject({ path: ['services'] });
    expect(place(`${text}vol|`)).toMatchObject({ path: [] });
  });

  test('the value of a key', () => {
    expect(place('services:\n  web:\n    restart: un|')).toEqual({
      path: ['services', 'web'],
      is: 'value',
      key: 'restart',
      word: 'un',
      from: 13,
    });
    // Right behind the colon there is no value yet: a space is missing.
    expect(place('services:\n  web:\n    restart:|')).toBeNull();
  });

  test('comments and texts of several lines are neither', () => {
    expect(place('services:\n  web:\n    # re|')).toBeNull();
    const { lines } = at('configs:\n  a:\n    content: >-\n      ser');
    expect(placeAt(lines, 3, 9)).toBeNull();
    expect(pathAt(lines, 3, 6)).toBeNull();
  });
});

test('keys that are there already are known, on their own level alone', () => {
  const { lines, row } = at(
    'services:\n  web:\n    image: a\n    |\n    ports:\n      - target: 80\n  db:\n    restart: no',
  );
  expect([...keysBeside(lines, row, 4)].sort()).toEqual(['image', 'ports']);
  const two = at('    ports:\n      - target: 80\n        |\n      - published: 81');
  expect([...keysBeside(two.lines, two.row, 8)]).toEqual(['target']);
});

test('the names of services, and the key that one points at', () => {
  const lines =
    'services:\n  web:\n    image: a\n  "my db":\n    image: b\nvolumes:\n  data:'.split('\n');
  expect(namesOf(lines, 'services')).toEqual(['web', 'my db']);
  expect(namesOf(lines, 'volumes')).toEqual(['data']);
  expect(keyAt(lines, 2, 6)).toEqual({
    path: ['services', 'web'],
    key: 'image',
    from: 4,
    to: 9,
  });
  expect(keyAt(lines, 2, 11)).toBeNull();
});

// Help that nobody can read at a glance is none.
test('every key has one short sentence', () => {
  const seen = new Set<Level>();
  const keys: string[] = [];
  const look = (level: Level) => {
    if (seen.has(level)) return;
    seen.add(level);
    const all = 'names' in level ? { name: level.names } : level.keys;
    for (const [key, { help, under }] of Object.entries(all)) {
      keys.push(key);
      expect(help, key).toMatch(/^\S.{6,98}\S$/);
      expect(help, key).not.toMatch(/!|\n/);
      if (under) look(under);
    }
  };
  look(composeFile);
  expect(keys.length).toBeGreaterThan(120);
});

test('a level is found by its path, and a stranger has none', () => {
  const known = (path: string[], key: string) => {
    const level = levelAt(path);
    return level ? keyIn(level, key)?.help : undefined;
  };
  expect(known([], 'services')).toMatch(/containers of the app/);
  expect(known(['services', 'web', 'healthcheck'], 'retries')).toMatch(/in a row/);
  expect(known(['services', 'web', 'ports', '-'], 'published')).toMatch(/on the server/);
  expect(known(['services', 'web', 'depends_on', 'db'], 'condition')).toMatch(/have reached/);
  expect(known(['services', 'web', 'environment'], 'TITLE')).toBeUndefined();
  expect(known(['services', 'web'], 'constructor')).toBeUndefined();
});
