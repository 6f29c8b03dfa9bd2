import { useTranslation } from 'react-i18next';
import type { TypedTime } from '../ipc';
import { TimeField } from './TimeField';

/** Takes a time to go to, or a span to narrow a log to. */
export function LogTimeField({ typed }: { typed: (time: TypedTime) => void }) {
  const { t } = useTranslation();
  return (
    <TimeField
      label={t('logs.goTo')}
      hint={t('logs.times')}
      wrong={t('logs.noTime')}
      take={(time) => {
        document.querySelector<HTMLElement>('[data-lines]')?.focus();
        typed(time);
        return true;
      }}
    />
  );
}
