import { History } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { anyLayerOpen } from '../app/layers';
import { isTyping } from '../app/typing';
import { ErrorBar } from './ErrorBar';
import { MatrixThen } from './MatrixThen';
import { Sentence } from './PageBody';
import { smallIcon } from './icon';
import bar from './Bar.module.css';
import { useNow } from '../hooks/useNow';
import { useFleetThen } from '../hooks/usePast';
import { momentWords } from '../i18n/moment';
import type { Translate } from '../i18n/i18n';
import type { ConnectionId, FleetThen } from '../ipc';

/** Says that what is below is not how it is now; Escape leads back, as does what stands next to the time. */
export function ThenBar({ at, leave }: { at: string; leave: () => void }) {
  const { t } = useTranslation();
  const now = useNow(10);
  useEffect(() => {
    const heard = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || anyLayerOpen() || isTyping(event.target))
        return;
      event.preventDefault();
      leave();
    };
    document.addEventListener('keydown', heard);
    return () => {
      document.removeEventListener('keydown', heard);
    };
  }, [leave]);
  return (
    <div role="status" className={bar.bar}>
      <History {...smallIcon} />
      <p className={bar.words}>{t('past.bar', { time: momentWords(at, now) })}</p>
    </div>
  );
}

/** What the fleet was like at a time, in a line. */
export function ThenSentence({ connection, at }: { connection: ConnectionId; at: string }) {
  const { t } = useTranslation();
  const { then } = useFleetThen(connection, at);
  return then ? <Sentence>{sentence(then, t)}</Sentence> : null;
}

/** The fleet as it was known at a time. */
export function MatrixAt({ connection, at }: { connection: ConnectionId; at: string }) {
  const { then, error } = useFleetThen(connection, at);
  if (error) return <ErrorBar error={error} />;
  return then && then.rows.length > 0 ? <MatrixThen connection={connection} then={then} /> : null;
}

function sentence({ observed, rows }: FleetThen, t: Translate): string {
  if (!observed) return t('past.nobodyLooked');
  const unwell = rows.filter(({ cells }) => cells.some(({ then }) => then.kind === 'known' && then.unwell));
  return unwell.length === 0 && rows.every(({ cells }) => cells.every(({ then }) => isWell(then)))
    ? t('past.allWell')
    : t('past.unwell', { count: unwell.length, total: rows.length });
}

function isWell(then: FleetThen['rows'][number]['cells'][number]['then']): boolean {
  switch (then.kind) {
    case 'known':
      return then.state === 'well' || then.state === 'off';
    case 'notObserved':
      return false;
    case 'before':
    case 'absent':
      return true;
  }
}
