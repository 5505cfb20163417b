import { EditorView } from '@codemirror/view';
import { screen } from '@testing-library/svelte';

// What opens it loads it at its own time; here it is there before the clock of a test runs.
import '../../views/apps/editor/code_mirror';

// happy-dom tells of a selection while it is being made, and also where nothing of it changed, which
// no browser does; the editor has set what it would hear of.
const dispatch = document.dispatchEvent.bind(document);
document.dispatchEvent = (event) => event.type === 'selectionchange' || dispatch(event);

/** An editor by what it is called; it is loaded when its page is opened. */
async function viewOf(name: string): Promise<EditorView> {
  const box = await screen.findByRole('textbox', { name });
  const view = EditorView.findFromDOM(box);
  if (!view) throw new Error(`${name} is no editor`);
  return view;
}

/** Replaces all that is written, as somebody does who pastes something else. */
export async function write(name: string, text: string): Promise<void> {
  const view = await viewOf(name);
  view.dispatch({
    changes: { from: 0, to: view.state.doc.length, insert: text },
    userEvent: 'input.paste',
  });
}

/** What is written, and the line that the cursor is in. */
export async function written(name: string): Promise<{ text: string; line: number }> {
  const { state } = await viewOf(name);
  return { text: state.doc.toString(), line: state.doc.lineAt(state.selection.main.head).number };
}
