import { useTranslation } from 'react-i18next';
import { paths } from '../app/paths';
import { useShell } from '../app/shell';
import { Header } from '../components/Header';
import { Link } from '../components/Link';
import { PageBody } from '../components/PageBody';
import styles from './NotThere.module.css';

/** An address that leads nowhere. */
export function NotThere() {
  const { t } = useTranslation();
  const current = useShell((value) => value.current);
  return (
    <>
      <Header title={t('notThere.title')} />
      <PageBody>
        <p>{t('notThere.text')}</p>
        <Link className={styles.link} to={current === null ? paths.welcome() : paths.applications(current)}>
          {current === null ? t('welcome.connect') : t('notThere.list')}
        </Link>
      </PageBody>
    </>
  );
}
