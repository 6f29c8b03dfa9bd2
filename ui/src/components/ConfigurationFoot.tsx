import { useTranslation } from 'react-i18next';
import { ask } from '../app/layers';
import { useStage } from '../app/environments';
import { modifier } from '../app/platform';
import type { ConfigurationReview } from '../ipc';
import { Button } from './Button';
import styles from './ConfigurationFoot.module.css';
import { Kbd } from './Kbd';

type Props = {
  review: ConfigurationReview;
  environment: string;
  reason: string | undefined;
  /** Why nothing can be thrown away now. */
  busy: string | undefined;
  open: () => void;
  discard: () => void;
};

/** What has changed and is not saved yet, in sight below the table. */
export function ConfigurationFoot({
  review: { differences, violations },
  environment,
  reason,
  busy,
  open,
  discard,
}: Props) {
  const { t } = useTranslation();
  const { name, production } = useStage(environment);
  const count = differences.length;
  if (count === 0 && violations.length === 0) return null;
  const throwAway = async () => {
    const question = {
      title: t('configuration.discardTitle'),
      text: t('configuration.discardText', { count }),
      action: t('configuration.discard'),
      careful: true,
    };
    if (await ask(question)) discard();
  };
  return (
    <footer className={styles.foot}>
      <span role="status">
        {violations.length > 0
          ? t('configuration.toMend', { count: violations.length })
          : t('configuration.changes', { count })}
      </span>
      <span className={styles.fill} />
      <Button kind="quiet" reason={busy} onClick={() => void throwAway()}>
        {t('configuration.discard')}
      </Button>
      <Button
        kind={production ? 'productionOutline' : 'primary'}
        reason={violations.length > 0 ? t('configuration.mendFirst') : reason}
        onClick={open}
      >
        {t('configuration.review', { environment: name })}
        <Kbd keys={`${modifier} S`} />
      </Button>
    </footer>
  );
}
