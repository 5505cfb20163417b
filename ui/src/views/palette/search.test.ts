import { expect, test } from 'vitest';
import { find, parseQuery, piecesOf, type Searchable } from './search';

const entries: Searchable[] = [
  { group: 'Commands', title: 'Reconnect media', onlyWhenTyped: true },
  { group: 'Servers', title: 'multimedia', detail: '192.168.1.9' },
  { group: 'Servers', title: 'media', detail: '192.168.1.22' },
  { group: 'Settings', title: 'Theme', detail: 'as the system' },
  { group: 'Commands', title: 'Sign out' },
];
const titles = (text: string) =>
  find(entries, text).map(({ group, found }) => [group, ...found.map(({ entry }) => entry.title)]);

test('groups keep their order and the best hit of each is first', () => {
  expect(titles('media')).toEqual([
    ['Servers', 'media', 'multimedia'],
    ['Commands', 'Reconnect media'],
  ]);
});

test('with nothing typed the commands of single servers stay away', () => {
  expect(titles('')).toEqual([
    ['Servers', 'multimedia', 'media'],
    ['Commands', 'Sign out'],
    ['Settings', 'Theme'],
  ]);
});

test('> is for commands and @ for servers', () => {
  expect(titles('>media')).toEqual([['Commands', 'Reconnect media']]);
  expect(titles('@media')).toEqual([['Servers', 'media', 'multimedia']]);
  expect(parseQuery('> sign out')).toEqual({ words: ['sign', 'out'], only: 'Commands' });
});

test('an address finds its server', () => {
  expect(titles('1.22')).toEqual([['Servers', 'media']]);
});

test('the letters that fit are marked, and letters that change length are left alone', () => {
  expect(piecesOf('Edit media', ['med'])).toEqual([
    { text: 'Edit ', hit: false },
    { text: 'med', hit: true },
    { text: 'ia', hit: false },
  ]);
  expect(piecesOf('İstanbul', ['st'])).toEqual([{ text: 'İstanbul', hit: false }]);
});
