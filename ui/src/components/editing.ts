import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { nonce } from '../app/nonce';

/** Colours mean state alone: in a text, only names stand out, and what is no value of its own steps back. */
const words = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--text)', fontWeight: 'var(--strong)' },
  { tag: [tags.string, tags.number, tags.bool], color: 'var(--text)' },
  { tag: [tags.null, tags.punctuation, tags.separator, tags.bracket, tags.brace], color: 'var(--faint)' },
]);

const look = EditorView.theme({
  '&': { height: '100%', fontSize: 'var(--small)', color: 'var(--text)', backgroundColor: 'transparent' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: 'var(--log-row)', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)', padding: 'var(--s2) 0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { color: 'var(--faint)', backgroundColor: 'transparent', border: 'none' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'var(--selected)',
  },
  '.cm-panels': { color: 'var(--text)', backgroundColor: 'var(--sidebar)' },
  '.cm-deletedChunk, &.cm-merge-a .cm-changedLine': { backgroundColor: 'var(--removed)' },
  '&.cm-merge-b .cm-changedLine': { backgroundColor: 'var(--added)' },
  '.cm-changedLineGutter, .cm-deletedLineGutter': { background: 'var(--off) !important' },
  '.cm-changedText, .cm-deletedText': { background: 'var(--changed) !important' },
  '.cm-collapsedLines': {
    color: 'var(--dim)',
    background: 'var(--sidebar) !important',
    padding: 'var(--s1) var(--s2)',
  },
  '.cm-tooltip': {
    color: 'var(--text)',
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius)',
  },
});

/** What every text in JSON is shown with. */
export function jsonText(label: string): Extension {
  return [
    lineNumbers(),
    json(),
    syntaxHighlighting(words),
    look,
    search({ top: true }),
    keymap.of(searchKeymap),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
    ...(nonce === undefined ? [] : [EditorView.cspNonce.of(nonce)]),
  ];
}

/** And with this where it can be changed. The tab key leaves it, as it leaves any field. */
export function changeable(): Extension {
  return [
    history(),
    drawSelection(),
    bracketMatching(),
    indentUnit.of('  '),
    keymap.of([...defaultKeymap, ...historyKeymap]),
  ];
}

/** And with this where it cannot. */
export function readOnly(): Extension {
  return [EditorState.readOnly.of(true), EditorView.editable.of(false)];
}
