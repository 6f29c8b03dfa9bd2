import { useTranslation } from 'react-i18next';
import { closeLayer } from '../app/layers';
import { shortcutGroups } from '../app/shortcuts';
import { Dialog } from './Dialog';
import { Kbd } from './Kbd';
import styles from './ShortcutSheet.module.css';

export function ShortcutSheet() {
  const { t } = useTranslation();
  return (
    <Dialog
      title={t('shortcuts.title')}
      wide
      close={() => {
        closeLayer('shortcuts');
      }}
    >
      {/* In a small window it is scrolled by keys too. */}
      <div className={styles.groups} role="region" tabIndex={0} aria-label={t('shortcuts.title')}>
        {shortcutGroups.map(({ heading, shortcuts }) => (
          <section key={heading}>
            <h3 className={styles.heading}>{t(heading)}</h3>
            <dl>
              {shortcuts.map(({ keys, what }) => (
                <div key={what} className={styles.row}>
                  <dt>{t(what)}</dt>
                  <dd className={styles.keys}>
                    {keys.map((key) => (
                      <Kbd key={key} keys={key} />
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
