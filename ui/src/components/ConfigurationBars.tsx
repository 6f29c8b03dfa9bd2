import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { go } from '../app/navigation';
import type { Editing } from '../hooks/useConfiguration';
import { useNow } from '../hooks/useNow';
import { ago } from '../i18n/format';
import type { State } from '../ipc';
import styles from './Bar.module.css';
import { Button, IconButton } from './Button';
import { smallIcon } from './icon';
import { Shape } from './Shape';

type Props = {
  editing: Editing;
  /** The permission that is missing, in words. */
  missing: string | undefined;
  /** The deploy panel, with what runs now in it. */
  deploy: string;
  runs: boolean;
};

/** What is to be known of the configuration as a whole. */
export function ConfigurationBars({ editing, missing, deploy, runs }: Props) {
  const { t } = useTranslation();
  const now = useNow(10);
  const { saved, newer, merged, restored, conflict, isAside } = editing;
  const dismiss = (
    <IconButton label={t('dismiss')} onClick={editing.dismiss}>
      <X {...smallIcon} />
    </IconButton>
  );
  return (
    <>
      {missing !== undefined && <Bar state="unknown" words={missing} />}
      {restored && (
        <Bar state="unknown" words={t('draft.restored', { ago: ago(restored.at, now) })}>
          <Button onClick={editing.discard}>{t('draft.afresh')}</Button>
        </Bar>
      )}
      {conflict && isAside && (
        <Bar state="warning" words={t('configuration.conflictText', { count: conflict.conflicts.length })}>
          <Button onClick={editing.openConflict}>{t('configuration.choose')}</Button>
        </Bar>
      )}
      {newer && (
        <Bar state="warning" words={t('configuration.newer')}>
          <Button onClick={editing.merge}>{t('configuration.merge')}</Button>
        </Bar>
      )}
      {merged !== null && (
        <Bar state="well" words={t('configuration.merged', { count: merged })}>
          {dismiss}
        </Bar>
      )}
      {saved && (
        <Bar state="well" words={t(runs ? 'configuration.saved' : 'configuration.savedFirst')}>
          <Button
            onClick={() => {
              go(deploy);
            }}
          >
            {t(runs ? 'configuration.restart' : 'deploy.action')}
          </Button>
          {dismiss}
        </Bar>
      )}
    </>
  );
}

function Bar({ state, words, children }: { state: State; words: string; children?: ReactNode }) {
  return (
    <div role="status" className={styles.bar}>
      <Shape state={state} />
      <p className={styles.words}>{words}</p>
      {children}
    </div>
  );
}
