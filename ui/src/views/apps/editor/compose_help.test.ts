import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { expect, test } from 'vitest';
import { composeCompletions, helpAt } from './compose_help';

/** What is offered where `|` stands. */
function offered(text: string, explicit = true) {
  const at = text.indexOf('|');
  const state = EditorState.create({ doc: text.replace('|', '') });
  const found = composeCompletions(new CompletionContext(state, at, explicit));
  return { found, labels: found?.options.map(({ label }) => label) ?? [], state, at };
}

/** The file after one of them was taken. */
function taken(text: string, label: string): string {
  const { found, state, at } = offered(text);
  const option = found?.options.find((one) => one.label === label);
  if (!found || !option) throw new Error(`${label} is not offered`);
  const view = new EditorView({ state });
  if (typeof option.apply === 'function') option.apply(view, option, found.from, at);
  else view.dispatch({ changes: { from: found.from, to: at, insert: label } });
  return view.state.doc.toString();
}

test('what may stand on a level is offered, without what stands there already', () => {
  expect(offered('|').labels).toContain('services');
  const service = offered('services:\n  web:\n    image: a\n    |').labels;
  expect(service).toContain('restart');
  expect(service).not.toContain('image');
  expect(service).not.toContain('services');
  expect(offered('services:\n  web:\n    deploy:\n      resources:\n        |').labels).toEqual([
    'limits',
    'reservations',
  ]);
});

test('nobody is bothered before the first letter, or where names are one’s own', () => {
  expect(offered('services:\n  web:\n    |', false).found).toBeNull();
  expect(offered('services:\n  w|').found).toBeNull();
  expect(offered('services:\n  web:\n    environment:\n      TI|').found).toBeNull();
});

test('values that are all there are, and the names of services', () => {
  expect(offered('services:\n  web:\n    restart: |').labels).toContain('unless-stopped');
  expect(offered('services:\n  web:\n    image: |').found).toBeNull();
  const depends = 'services:\n  web:\n    depends_on:\n      |\n  db:\n    image: b\n';
  expect(offered(depends).labels).toEqual(['db']);
  expect(offered(depends.replace('|', '- |')).labels).toEqual(['db']);
});

test('a key is written with what has to follow it', () => {
  const service = 'services:\n  web:\n    |';
  expect(taken(service, 'image')).toBe('services:\n  web:\n    image: ');
  expect(taken(service, 'ports')).toBe('services:\n  web:\n    ports:\n      - ');
  expect(taken(service, 'healthcheck')).toBe('services:\n  web:\n    healthcheck:\n      ');
  expect(taken('services:\n  web:\n    im|: a', 'image')).toBe('services:\n  web:\n    image: a');
});

test('a key says what it is for, and a value says nothing', () => {
  const state = EditorState.create({ doc: 'services:\n  web:\n    privileged: true' });
  expect(helpAt(state, 24)).toMatchObject({ key: 'privileged', from: 21, to: 31 });
  expect(helpAt(state, 24)?.help).toMatch(/all that root may do/);
  expect(helpAt(state, 34)).toBeNull();
});
