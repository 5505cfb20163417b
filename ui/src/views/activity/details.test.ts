import { expect, test } from 'vitest';
import { detailsOf, piecesOf } from './details';

test('details read as pairs, and what is nested stays JSON', () => {
  const all = detailsOf({
    key: 'monitoring.live',
    returned_bytes: 1024 ** 2,
    with_history: true,
    nothing: null,
    fields: ['mounts', 'cpu'],
    arguments: { id: 7 },
  });
  expect(all.map(({ label, text }) => [label, text])).toEqual([
    ['Key', 'monitoring.live'],
    ['Returned', '1.00\u00a0MB'],
    ['With history', 'yes'],
    ['Nothing', '–'],
    ['Fields', 'mounts, cpu'],
    ['Arguments', '{\n  "id": 7\n}'],
  ]);
  expect(all.at(-1)).toMatchObject({ mono: true, block: true });
});

test('a text of a megabyte is shown in part', () => {
  const [one] = detailsOf({ text: 'x'.repeat(1_000_000) });
  expect(one?.text.length).toBeLessThan(20_000);
});

test('names in a sentence are told apart, whatever signs are in them', () => {
  const names = (message: string, all: (string | null)[]) =>
    piecesOf(message, all)
      .filter(({ name }) => name)
      .map(({ text }) => text);
  expect(names('The connection to nas was lost', ['nas', null])).toEqual(['nas']);
  expect(names('nas-2 was added', ['nas'])).toEqual([]);
  expect(names('a.b*c (x was added', ['a.b*c (x'])).toEqual(['a.b*c (x']);
  expect(piecesOf('<b>nas</b>', ['nas']).map(({ text }) => text)).toEqual(['<b>', 'nas', '</b>']);
  expect(piecesOf('nothing', ['', null])).toEqual([{ text: 'nothing', name: false }]);
});

test('a port is written as it is, a count with its thousands apart', () => {
  const all = detailsOf({ port: 2222, server_port: 2222, rows: 41902 });
  expect(all.map(({ text }) => text)).toEqual(['2222', '2222', '41,902']);
});
