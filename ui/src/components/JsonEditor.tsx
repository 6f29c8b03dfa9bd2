import { lintGutter, linter, type Diagnostic } from '@codemirror/lint';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef, useState } from 'react';
import { changeable, jsonText, readOnly } from './editing';
import styles from './JsonEditor.module.css';

/** Something wrong in a text, by positions in it. */
export type TextFault = { from: number; to: number; message: string };

type Props = {
  label: string;
  value: string;
  /** Hears what was typed; without it, nothing can be. */
  change?: (text: string) => void;
  /** What is wrong with a text, marked in it. */
  faults?: (text: string) => TextFault[] | Promise<TextFault[]>;
};

/** A text in JSON, to read or to change. A new `value` from outside takes the place of what was typed. */
export default function JsonEditor({ label, value, change, faults }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const heard = useRef({ change, faults });
  useEffect(() => {
    heard.current = { change, faults };
  });
  const changes = change !== undefined;
  const [mode] = useState(() => new Compartment());
  useEffect(() => {
    const parent = place.current;
    if (!parent) return undefined;
    const marks = async (editor: EditorView): Promise<Diagnostic[]> => {
      const found = (await heard.current.faults?.(editor.state.doc.toString())) ?? [];
      return found.map((fault) => ({ ...fault, severity: 'error' }));
    };
    const editor = new EditorView({
      parent,
      state: EditorState.create({
        doc: value,
        extensions: [
          jsonText(label),
          mode.of(modeOf(changes)),
          linter(marks, { delay: 250 }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) heard.current.change?.(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
    // What is shown at first; later values come by the effect below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [label]);
  // What was typed stays where it can be read and not be changed for a while.
  const was = useRef(changes);
  useEffect(() => {
    if (was.current === changes) return;
    was.current = changes;
    view.current?.dispatch({ effects: mode.reconfigure(modeOf(changes)) });
  }, [changes, mode]);
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  return <div ref={place} className={styles.editor} data-editor="" />;
}

function modeOf(changes: boolean): Extension {
  return changes ? [changeable(), lintGutter()] : readOnly();
}
