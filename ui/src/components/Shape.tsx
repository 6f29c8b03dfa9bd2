import { useTranslation } from 'react-i18next';
import type { State } from '../app/state';
import styles from './Shape.module.css';

/** A state as a shape. With a label it speaks for itself; without one a word stands beside it. */
export function Shape({ state, labelled = false }: { state: State; labelled?: boolean }) {
  const { t } = useTranslation();
  const spoken = labelled
    ? ({ role: 'img', 'aria-label': t(`state.${state}`) } as const)
    : ({ 'aria-hidden': true } as const);
  return (
    <svg className={styles[state]} width="12" height="12" viewBox="0 0 12 12" {...spoken}>
      {drawing(state)}
    </svg>
  );
}

function drawing(state: State) {
  switch (state) {
    case 'well':
      return <circle cx="6" cy="6" r="3" fill="currentColor" />;
    case 'warning':
      return (
        <path
          d="M6 2 10.4 9.6H1.6Z"
          fill="currentColor"
          stroke="currentColor"
          strokeWidth="1"
          strokeLinejoin="round"
        />
      );
    case 'bad':
      return (
        <path
          d="M6 1.6 10.4 6 6 10.4 1.6 6Z"
          fill="currentColor"
          stroke="currentColor"
          strokeWidth="1"
          strokeLinejoin="round"
        />
      );
    case 'progress':
      return (
        <>
          <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
          <path d="M6 6V2.6A3.4 3.4 0 0 1 8.9 7.7Z" fill="currentColor" />
        </>
      );
    case 'off':
      return <rect x="2.5" y="2.5" width="7" height="7" rx="0.5" fill="currentColor" />;
    case 'unknown':
      return <circle cx="6" cy="6" r="3.5" fill="none" stroke="currentColor" strokeWidth="1.5" />;
  }
}
