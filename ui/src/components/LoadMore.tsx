import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import styles from './LoadMore.module.css';

/** So far before its end, in pixels, a list goes on. */
const AHEAD = 1200;

type Props = {
  loading: boolean;
  /** Whether scrolling on goes on with it; else the button alone does. */
  byItself: boolean;
  load: () => void;
};

/** The end of a list that goes on: the next part is asked for as the end comes near. */
export function LoadMore({ loading, byItself, load }: Props) {
  const { t } = useTranslation();
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(load);
  useEffect(() => {
    latest.current = load;
  });
  const watches = byItself && !loading;
  useEffect(() => {
    const scroller = end.current?.closest('[data-scroll]');
    if (!watches || !scroller) return undefined;
    const look = () => {
      // What fits into the view without scrolling does not go on by itself.
      const left = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
      if (scroller.scrollTop > 0 && left < AHEAD) latest.current();
    };
    scroller.addEventListener('scroll', look, { passive: true });
    return () => {
      scroller.removeEventListener('scroll', look);
    };
  }, [watches]);
  return (
    <div ref={end} className={styles.more}>
      <Button aria-disabled={loading} onClick={load}>
        {t(loading ? 'applications.loadingMore' : 'applications.loadMore')}
      </Button>
    </div>
  );
}
