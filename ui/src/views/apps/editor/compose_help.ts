import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
  insertCompletionText,
} from '@codemirror/autocomplete';
import type { EditorState } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { type ComposeKey, keyIn, levelAt } from './compose_keys';
import { keyAt, keysBeside, namesOf, placeAt } from './compose_place';

/** The lines of a file, and where in them one is. */
function where(state: EditorState, at: number) {
  const line = state.doc.lineAt(at);
  return { lines: state.doc.toString().split('\n'), row: line.number - 1, column: at - line.from };
}

/** The help for the key that a place of the file is on. */
export function helpAt(
  state: EditorState,
  at: number,
): { key: string; help: string; from: number; to: number } | null {
  const { lines, row, column } = where(state, at);
  const found = keyAt(lines, row, column);
  const level = found && levelAt(found.path);
  const known = level && keyIn(level, found.key);
  if (!known) return null;
  const start = state.doc.line(row + 1).from;
  return { key: found.key, help: known.help, from: start + found.from, to: start + found.to };
}

/** Writes a key, and what has to follow it for one to go on. */
function writeKey(key: string, { takes }: ComposeKey) {
  return (view: EditorView, _: Completion, from: number, to: number) => {
    const line = view.state.doc.lineAt(from);
    const rest = line.text.slice(to - line.from);
    // A key that has its colon already is only called another way.
    if (/^\s*:/.test(rest)) {
      view.dispatch(insertCompletionText(view.state, key, from, to));
      return;
    }
    const under = `\n${' '.repeat(from - line.from + 2)}`;
    const tail = takes === 'text' ? ' ' : takes === 'map' ? under : `${under}- `;
    view.dispatch(insertCompletionText(view.state, `${key}:${tail}`, from, to));
  };
}

/** What may be written in a compose file at a place, with what it is for. */
export function composeCompletions(context: CompletionContext): CompletionResult | null {
  const { lines, row, column } = where(context.state, context.pos);
  const place = placeAt(lines, row, column);
  if (!place) return null;
  const level = levelAt(place.path);
  if (!level) return null;
  const from = context.pos - place.word.length;
  if (place.is === 'value') {
    const values = place.key === null ? undefined : keyIn(level, place.key)?.values;
    if (!values) return null;
    return { from, options: values.map((label) => ({ label })), validFor: /^[\w'-]*$/ };
  }
  if (place.word === '' && !context.explicit) return null;
  const there = keysBeside(lines, row, place.from);
  if ('names' in level) {
    const names = level.of === undefined ? [] : namesOf(lines, level.of);
    // In a list of names a name is all; on its own it has more under it.
    const isItem = place.path.at(-1) === '-';
    const options = names
      .filter((name) => !there.has(name) && name !== place.path[1])
      .map((label) => ({ label, ...(!isItem && { apply: writeKey(label, level.names) }) }));
    return options.length > 0 ? { from, options, validFor: /^[\w.-]*$/ } : null;
  }
  const options = Object.entries(level.keys)
    .filter(([key]) => !there.has(key))
    .map(([key, known]) => ({ label: key, detail: known.help, apply: writeKey(key, known) }));
  return { from, options, validFor: /^[\w.-]*$/ };
}
