import { useTranslation } from 'react-i18next';
import type { Held } from '../hooks/useResource';
import { Button } from './Button';
import { Loading } from './Loading';
import { comesNever, Problem } from './Problem';

/** Stands for a resource that is not there yet: on its way, called off, or why it did not come. */
export function Waiting({ held, what, rows }: { held: Held<unknown>; what: string; rows?: number }) {
  const { t } = useTranslation();
  const again = <Button onClick={held.again}>{t('tryAgain')}</Button>;
  if (held.pending) return <Loading what={what} rows={rows} cancel={held.cancel} />;
  if (held.error) return <Problem error={held.error}>{!comesNever(held.error) && again}</Problem>;
  if (!held.stopped) return null;
  return (
    <div role="status">
      <p>{t('loadingStopped', { what })}</p>
      <p>{again}</p>
    </div>
  );
}
