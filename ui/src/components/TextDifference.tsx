import { MergeView } from '@codemirror/merge';
import { useEffect, useRef } from 'react';
import { jsonText, readOnly } from './editing';
import styles from './JsonEditor.module.css';

type Props = {
  /** What the two sides are, for those who do not see them side by side. */
  labels: [before: string, after: string];
  before: string;
  after: string;
};

/** Two texts in JSON side by side, what differs marked, long stretches of what does not folded. */
export default function TextDifference({ labels: [left, right], before, after }: Props) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const parent = place.current;
    if (!parent) return undefined;
    const side = (label: string, doc: string) => ({ doc, extensions: [jsonText(label), readOnly()] });
    const view = new MergeView({
      parent,
      a: side(left, before),
      b: side(right, after),
      collapseUnchanged: { margin: 3, minSize: 6 },
      gutter: true,
    });
    return () => {
      view.destroy();
    };
  }, [left, right, before, after]);
  return <div ref={place} className={styles.editor} data-editor="" />;
}
