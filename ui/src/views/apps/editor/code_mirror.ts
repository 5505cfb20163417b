/** The editor itself: CodeMirror in the theme's colours. Loaded when the first one is opened. */
import { autocompletion, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import {
  HighlightStyle,
  indentOnInput,
  indentUnit,
  StreamLanguage,
  syntaxHighlighting,
} from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import {
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { composeCompletions, helpAt } from './compose_help';

export type Language = 'compose' | 'env';

/** Something to say about a line. */
export interface LineProblem {
  /** From 1. */
  line: number;
  message: string;
  tone: 'critical' | 'warning';
}

export interface EditorOptions {
  text: string;
  language: Language;
  /** What it is, for who cannot see it. */
  label: string;
  /** The element that says how it is left by keyboard. */
  describedBy: string;
  /** What stands there while nothing does. */
  hint: string;
  onChange: (text: string) => void;
  /** The key that the cursor is on, and what it is for. */
  onKey: (known: { key: string; help: string } | null) => void;
}

export interface Editor {
  setText(text: string): void;
  setProblems(problems: readonly LineProblem[]): void;
  setReadOnly(isReadOnly: boolean): void;
  /** Puts the cursor at the beginning of a line. */
  goTo(line: number): void;
  focus(): void;
  dispose(): void;
}

const look = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--font-mono)',
    fontSize: 'var(--t-12)',
    lineHeight: '18px',
    fontVariantLigatures: 'none',
  },
  '.cm-content': { padding: 'var(--s-2) 0', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 var(--s-3) 0 var(--s-2)' },
  '.cm-gutters': { backgroundColor: 'transparent', border: '0', color: 'var(--text-3)' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '32px', padding: '0 var(--s-1) 0 var(--s-2)' },
  '.cm-gutter-lint': { width: '16px' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0 0 0 var(--s-1)' },
  '.cm-lint-marker': { width: '10px', height: '18px', content: 'none' },
  '.cm-lint-marker::before': { display: 'block', lineHeight: '18px', fontSize: '10px' },
  '.cm-lint-marker-error::before': { content: '"◆"', color: 'var(--crit)' },
  '.cm-lint-marker-warning::before': { content: '"▲"', color: 'var(--warn)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--crit) 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--warn) 1px',
    textUnderlineOffset: '3px',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter': {
    backgroundColor: 'var(--bg-active)',
  },
  // What stands there instead of a text is no line.
  '&.cm-focused .cm-activeLine:has(.cm-placeholder)': { backgroundColor: 'transparent' },
  '.cm-placeholder': { color: 'var(--text-3)' },
  '.cm-tooltip': {
    maxWidth: '420px',
    border: '0',
    borderRadius: 'var(--r-3)',
    backgroundColor: 'var(--bg-overlay)',
    boxShadow: 'var(--shadow)',
    color: 'var(--text)',
    fontFamily: 'var(--font)',
    fontSize: 'var(--t-12)',
    lineHeight: 'var(--l-12)',
    zIndex: 'var(--z-overlay)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete': { maxWidth: '560px' },
  '.cm-tooltip-autocomplete > ul': {
    maxHeight: '240px',
    padding: 'var(--s-1)',
    fontFamily: 'var(--font)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    display: 'flex',
    alignItems: 'center',
    gap: 'var(--s-3)',
    height: '24px',
    padding: '0 var(--s-2)',
    borderRadius: 'var(--r-1)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--bg-selected)',
    color: 'var(--text)',
  },
  '.cm-completionLabel': { flex: 'none', fontFamily: 'var(--font-mono)' },
  '.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--accent-text)' },
  '.cm-completionDetail': {
    marginLeft: '0',
    fontFamily: 'var(--font)',
    color: 'var(--text-3)',
    fontStyle: 'normal',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
  },
  '.cm-diagnostic': {
    padding: 'var(--s-2) var(--s-3)',
    borderLeft: '0',
    marginLeft: '0',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  },
  '.cm-diagnostic-error': { color: 'var(--crit-text)' },
  '.cm-diagnostic-warning': { color: 'var(--warn-text)' },
  '.cm-key-help': { padding: 'var(--s-2) var(--s-3)' },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--ansi-blue)' },
  { tag: tags.comment, color: 'var(--text-3)' },
  { tag: [tags.labelName, tags.typeName, tags.meta], color: 'var(--ansi-magenta)' },
]);

/** A file of variables: comments, names, and values that are as they stand. */
const variables = StreamLanguage.define<{ isValue: boolean }>({
  startState: () => ({ isValue: false }),
  token(stream, state) {
    if (stream.sol()) state.isValue = false;
    if (!state.isValue && stream.match(/^\s*#.*/)) return 'comment';
    if (!state.isValue && stream.match(/^\s*(?:export\s+)?[\w.-]+(?==)/)) return 'propertyName';
    stream.skipToEnd();
    state.isValue = true;
    return null;
  },
});

const keyHelp = hoverTooltip((view, at) => {
  const known = helpAt(view.state, at);
  if (!known) return null;
  return {
    pos: known.from,
    end: known.to,
    create: () => {
      const dom = document.createElement('div');
      dom.className = 'cm-key-help';
      dom.textContent = known.help;
      return { dom };
    },
  };
});

/** What only one of the languages has. */
function ofLanguage(language: Language): Extension {
  if (language === 'env') return variables;
  return [
    yaml(),
    indentOnInput(),
    autocompletion({
      override: [composeCompletions],
      icons: false,
      // After a key comes its value.
      activateOnCompletion: () => true,
    }),
    keymap.of(completionKeymap),
    keyHelp,
  ];
}

/** A command line is one long line; a file has its own breaks. */
const isCommand = (text: string) => /^\s*(?:sudo\s+)?(?:docker|podman)\s/.test(text);

export function openEditor(parent: HTMLElement, options: EditorOptions): Editor {
  const wrapping = new Compartment();
  const writing = new Compartment();
  const wrapped = (text: string) => (isCommand(text) ? EditorView.lineWrapping : []);
  let isWrapped = isCommand(options.text);
  /** While the text is replaced from outside nobody has typed it. */
  let isSetting = false;

  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        indentUnit.of('  '),
        EditorState.tabSize.of(2),
        ofLanguage(options.language),
        syntaxHighlighting(colours),
        look,
        placeholder(options.hint),
        keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap, indentWithTab]),
        EditorView.contentAttributes.of({
          'aria-label': options.label,
          'aria-describedby': options.describedBy,
          autocapitalize: 'off',
          autocorrect: 'off',
          spellcheck: 'false',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) {
            const text = update.state.doc.toString();
            if (!isSetting) options.onChange(text);
            if (isCommand(text) !== isWrapped) {
              isWrapped = !isWrapped;
              // Not within the update that it answers.
              queueMicrotask(() =>
                update.view.dispatch({ effects: wrapping.reconfigure(wrapped(text)) }),
              );
            }
          }
          if ((update.docChanged || update.selectionSet) && options.language === 'compose') {
            options.onKey(helpAt(update.state, update.state.selection.main.head));
          }
        }),
        wrapping.of(wrapped(options.text)),
        writing.of([]),
      ],
    }),
  });

  return {
    setText(text) {
      const doc = view.state.doc.toString();
      if (doc === text) return;
      isSetting = true;
      view.dispatch({ changes: { from: 0, to: doc.length, insert: text } });
      isSetting = false;
    },
    setProblems(problems) {
      const { doc } = view.state;
      const diagnostics = problems.flatMap(({ line, message, tone }) => {
        if (line < 1 || line > doc.lines) return [];
        const { from, to, text } = doc.line(line);
        const lead = text.length - text.trimStart().length;
        const severity = tone === 'critical' ? ('error' as const) : ('warning' as const);
        return [{ from: Math.min(from + lead, to), to, severity, message }];
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    setReadOnly(isReadOnly) {
      const as = [EditorState.readOnly.of(isReadOnly), EditorView.editable.of(!isReadOnly)];
      view.dispatch({ effects: writing.reconfigure(as) });
    },
    goTo(line) {
      const { from } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      view.focus();
    },
    focus: () => view.focus(),
    dispose: () => view.destroy(),
  };
}
