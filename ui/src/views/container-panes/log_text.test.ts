import { expect, test } from 'vitest';
import { classesOf, piecesOf, plainText } from './ansi';
import { jsonOf, marked, spreadOut, stretchesOf } from './line_text';

const looks = (text: string) =>
  piecesOf(text).map((piece) => [piece.text, ...classesOf(piece.look)]);

// Colours are how programs say how bad it is: they must come out as the theme's, and end where they end.
test('a coloured line is its stretches in the colours of the theme', () => {
  expect(looks('\u001b[31mERROR\u001b[39m it \u001b[1;33mwarns\u001b[0m.')).toEqual([
    ['ERROR', 'red'],
    [' it '],
    ['warns', 'yellow', 'bold'],
    ['.'],
  ]);
  expect(looks('\u001b[38;5;196mred\u001b[38;2;20;200;30mgreen\u001b[mplain')).toEqual([
    ['red', 'red'],
    ['green', 'green'],
    ['plain'],
  ]);
  expect(looks('\u001b[7;34mturned\u001b[27m not')).toEqual([
    ['turned', 'on-blue'],
    [' not', 'blue'],
  ]);
});

// What a container writes must not move the cursor, name a window, hide text or turn it around.
test('every other sequence is dropped, and what is invisible is shown as such', () => {
  const hostile = 'a\u001b[2Jb\u001b]0;title\u0007c\u001b]8;;http://x\u001b\\d\u001b[?25le\u001bMf';
  expect(plainText(hostile)).toBe('abcdef');
  expect(plainText('x\u202eevil\u0000')).toBe('x\ufffdevil\ufffd');
  expect(plainText('cut off \u001b[3')).toBe('cut off ');
  expect(plainText('a\tb')).toBe('a\tb');
});

test('a line with an object in it is JSON, and no other line is', () => {
  expect(jsonOf('\u001b[32m{"a": 1}\u001b[0m')).toEqual({ a: 1 });
  for (const text of ['{"a": 1', '[1]', '"a"', '{a}', 'x {"a": 1}'])
    expect(jsonOf(text)).toBeNull();
});

test('keys of JSON are quiet, and their values are not', () => {
  const stretches = stretchesOf('{"level":"info","n":{"x":-1.5}}', true);
  const quiet = stretches.filter((one) => one.classes.includes('key')).map((one) => one.text);
  expect(quiet).toContain('"level":');
  expect(quiet).toContain('"x":');
  expect(stretches.find((one) => one.text === '"info"')?.classes).toEqual([]);
  expect(stretches.map((one) => one.text).join('')).toBe('{"level":"info","n":{"x":-1.5}}');
});

// A million brackets deep would end the window's stack.
test('an object that is nested too deep is not spread out', () => {
  const deep = jsonOf(`${'{"a":'.repeat(400)}1${'}'.repeat(400)}`);
  expect(spreadOut(deep)).not.toContain('\n');
  expect(spreadOut({ a: { b: 1 } })).toContain('\n');
});

// A word that was found may begin in one colour and end in another.
test('what is searched for is marked, whatever its case and colour', () => {
  const stretches = stretchesOf('Thum\u001b[31mbnail.* and thumbnail', false);
  const hits = marked(stretches, 'THUMBNAIL').filter((one) => one.isHit);
  expect(hits.map((one) => one.text)).toEqual(['Thum', 'bnail', 'thumbnail']);
  expect(marked(stretches, '.*').filter((one) => one.isHit)).toHaveLength(1);
  const whole = marked(stretches, 'thumb').map((one) => one.text);
  expect(whole.join('')).toBe('Thumbnail.* and thumbnail');
});
