import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AppSetting } from '../../lib/backend/generated';
import { yamlLines } from './compose_text';
import { drawingOf, drawings, pictureOf } from './drawings';
import { noteParagraphs } from './notes';
import { defaultText, dockerArchitecture, flagText, kindText, need, problemText } from './words';

const manifest = readFileSync(
  join(import.meta.dirname, '../../../../src-tauri/src/catalog/manifest.rs'),
  'utf8',
);

// Manifests may use every name that the other side takes; one that is not drawn here is a lie there.
test('every drawing that a manifest may name is drawn, and no other', () => {
  const list = /DRAWINGS: \[&str; (\d+)\] = \[([^\]]*)\]/.exec(manifest);
  const names = [...(list?.[2] ?? '').matchAll(/"(\w+)"/g)].map(([, name]) => name);
  expect(names).toHaveLength(Number(list?.[1]));
  expect(Object.keys(drawings).sort()).toEqual(names.sort());
});

test('what has no drawing that is known has that of its category', () => {
  const media = drawingOf(null, 'media');
  expect(drawingOf({ kind: 'drawing', name: 'constructor' }, 'media')).toBe(media);
  expect(drawingOf({ kind: 'drawing', name: 'feed' }, 'media')).toBe(drawings['feed']);
});

test('a picture is one of four kinds, or none', () => {
  const picture = (media_type: string) => pictureOf({ kind: 'picture', media_type, data: 'AA==' });
  expect(picture('image/svg+xml')).toBe('data:image/svg+xml;base64,AA==');
  expect(picture('text/html')).toBeNull();
});

test('keys of a compose file are told from values, and a block of text is text', () => {
  const keys = (text: string) =>
    yamlLines(text).map((line) => line.find(({ is }) => is === 'key')?.text ?? null);
  expect(
    keys(
      [
        'services:',
        '  web:',
        '    image: docker.io/a/b:1.2@sha256:00',
        '    command: |-',
        '      key: in a text',
        '',
        '      another: one',
        '    ports: ["80:80"]',
        '    volumes:',
        '      - data:/data',
        '      - type: bind',
        '    "quoted": 1',
        '    # a: comment',
        '    test: [CMD, "a: b"]',
        'volumes:',
        '',
      ].join('\n'),
    ),
  ).toEqual([
    'services',
    'web',
    'image',
    'command',
    null,
    null,
    null,
    'ports',
    'volumes',
    null,
    'type',
    '"quoted"',
    null,
    'test',
    'volumes',
  ]);
});

test('every line of a compose file is shown whole', () => {
  const text = 'a:\n  - "b": c # d\n\n  e: >\n   f\n';
  const lines = yamlLines(text).map((line) => line.map(({ text }) => text).join(''));
  expect(`${lines.join('\n')}\n`).toBe(text);
});

const setting = (more: Partial<AppSetting>): AppSetting => ({
  name: 'NAME',
  kind: { type: 'text', pattern: null, max: 100 },
  label: 'Name',
  description: null,
  default: null,
  is_required: true,
  is_advanced: false,
  ...more,
});

test('notes flow, but keep their paragraphs and lists, and name settings by their default', () => {
  const text = 'Sign in as ${NAME} at\n${HOST}, not ${OTHER}.\n\nThen:\n- one\n  more\n- two\n';
  const settings = [setting({ default: 'admin' }), setting({ name: 'HOST', label: 'Host' })];
  expect(noteParagraphs(text, settings)).toEqual([
    'Sign in as admin at ‹Host›, not ${OTHER}.',
    'Then:',
    '- one more',
    '- two',
  ]);
});

test('a device that one may name is told by its setting', () => {
  expect(flagText({ kind: 'device', path: '${RADIO}' })).toBe(
    'It may be given a device of the server: see RADIO',
  );
  expect(flagText({ kind: 'device', path: '/dev/dri' })).toBe(
    'It uses a device of the server: /dev/dri',
  );
});

test('a setting says what it takes and what it is if nobody says another', () => {
  expect(kindText({ type: 'number', min: null, max: 9 })).toBe('whole number, at most 9');
  expect(kindText({ type: 'port', protocol: 'udp' })).toBe('port, UDP');
  expect(defaultText(setting({}))).toBe('to be filled in');
  expect(defaultText(setting({ is_required: false }))).toBe('may stay empty');
  const choices = [{ value: 'a', label: 'First' }];
  expect(defaultText(setting({ kind: { type: 'choice', choices }, default: 'a' }))).toBe('First');
});

test('needs read as their authors wrote them, and architectures as Docker does', () => {
  expect([need(300 * 2 ** 20), need(1.5 * 2 ** 30), need(null)]).toEqual([
    '300\u00a0MB',
    '1.50\u00a0GB',
    'not known',
  ]);
  expect(['x86_64', 'aarch64', 'armv7l', 'riscv64'].map(dockerArchitecture)).toEqual([
    'amd64',
    'arm64',
    'arm/v7',
    'riscv64',
  ]);
});

test('a problem names its file and its line', () => {
  expect(problemText('app.yaml', { line: 14, message: 'no' })).toBe('app.yaml:14: no');
  expect(problemText('app.yaml', { line: null, message: 'no' })).toBe('app.yaml: no');
  expect(problemText('', { line: null, message: 'no' })).toBe('no');
});
