import { useTranslation } from 'react-i18next';
import type { State } from '../ipc';
import styles from './Shape.module.css';

/** A state as a shape. With a label it speaks for itself; without one a word stands beside it. */
export function Shape({ state, labelled = false }: { state: State; labelled?: boolean }) {
  const { t } = useTranslation();
  const spoken = labelled
    ? ({ role: 'img', 'aria-label': t(`state.${state}`) } as const)
    : ({ 'aria-hidden': true } as const);
  return <span className={shapeClass(state)} {...spoken} />;
}

/** The class that draws a state, for long lists: their rows are plain markup. */
export function shapeClass(state: State): string {
  return `${styles.shape ?? ''} ${styles[state] ?? ''}`;
}
