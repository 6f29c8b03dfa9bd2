import { useTranslation } from 'react-i18next';
import type { Imported, LineRemark } from '../ipc';
import type { Translate } from '../i18n/i18n';
import { Button } from './Button';
import { ConfigurationDifferences } from './ConfigurationDifferences';
import styles from './ConfigurationImport.module.css';
import panel from './DeployPanel.module.css';
import { PanelContent, PanelFoot, PanelSection, SidePanel } from './SidePanel';
import { Shape } from './Shape';

type Props = {
  imported: Imported;
  /** The file's name, where it was one. */
  from: string | null;
  /** Why it cannot be taken into the table now. */
  reason: string | undefined;
  take: () => void;
  close: () => void;
};

/** What a file brings, shown before it is taken into the table; it is saved from there. */
export function ConfigurationImport({
  imported: { differences, remarks },
  from,
  reason,
  take,
  close,
}: Props) {
  const { t } = useTranslation();
  const count = differences.length;
  return (
    <SidePanel
      title={from === null ? t('configuration.importTitle') : t('configuration.importFrom', { file: from })}
      close={close}
    >
      <PanelContent>
        {remarks.length > 0 && (
          <PanelSection title={t('configuration.remarks')}>
            <ul>
              {remarks.map((remark) => (
                <li key={`${String(remark.line)} ${remark.fault} ${remark.name}`} className={styles.remark}>
                  <Shape state={remark.fault === 'takenAsSecret' ? 'unknown' : 'warning'} />
                  <span>{remarkWords(remark, t)}</span>
                </li>
              ))}
            </ul>
          </PanelSection>
        )}
        <PanelSection>
          {count === 0 ? (
            <p className={panel.note}>{t('configuration.importNothing')}</p>
          ) : (
            <ConfigurationDifferences differences={differences} />
          )}
        </PanelSection>
      </PanelContent>
      <PanelFoot note={count > 0 ? t('configuration.importThen') : null}>
        <Button onClick={close}>{t('cancel')}</Button>
        {count > 0 && (
          <Button kind="primary" autoFocus reason={reason} onClick={take}>
            {t('configuration.importTake', { count })}
          </Button>
        )}
      </PanelFoot>
    </SidePanel>
  );
}

function remarkWords({ line, name, fault }: LineRemark, t: Translate): string {
  return t(`configuration.remark.${fault}`, { line, name });
}
