import { Fragment } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { shortcutGroups } from '../../app/shortcuts';
import { Kbd } from '../Kbd';
import table from '../Table.module.css';
import { Section } from './Section';
import styles from './ShortcutsSection.module.css';

/** All shortcuts as a table; they are what they are. */
export function ShortcutsSection() {
  const { t } = useTranslation();
  return (
    <Section part="shortcuts">
      <p>
        <Trans i18nKey="settings.shortcutsText" components={{ key: <Kbd keys="?" /> }} />
      </p>
      <table className={`${table.table ?? ''} ${styles.table ?? ''}`} aria-label={t('shortcuts.title')}>
        <thead>
          <tr>
            <th scope="col">{t('settings.shortcutWhat')}</th>
            <th scope="col">{t('settings.shortcutKeys')}</th>
          </tr>
        </thead>
        {shortcutGroups.map(({ heading, shortcuts }) => (
          <tbody key={heading}>
            <tr>
              <th scope="rowgroup" colSpan={2} className={styles.group}>
                {t(heading)}
              </th>
            </tr>
            {shortcuts.map(({ keys, what }) => (
              <tr key={what}>
                <td>{t(what)}</td>
                <td>
                  <span className={styles.keys}>
                    {keys.map((key, at) => (
                      <Fragment key={key}>
                        {at > 0 && ' '}
                        <Kbd keys={key} />
                      </Fragment>
                    ))}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </Section>
  );
}
