import { Copy, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { openConnection } from '../app/layers';
import { go } from '../app/navigation';
import { paths } from '../app/paths';
import { plainUrl } from '../app/plainUrl';
import { changeSettings, useShell } from '../app/shell';
import { carefully } from '../app/carefully';
import { removeAfterAsking, signOutAfterAsking } from '../app/connectionActions';
import { sessionWord } from '../app/switcher';
import { Button } from '../components/Button';
import { Choice } from '../components/Choice';
import { ConnectionsFile } from '../components/ConnectionsFile';
import { Header } from '../components/Header';
import { smallIcon } from '../components/icon';
import { Link } from '../components/Link';
import { LogSettings } from '../components/LogSettings';
import { PageBody } from '../components/PageBody';
import { Segmented } from '../components/Segmented';
import { Swatch } from '../components/Swatch';
import table from '../components/Table.module.css';
import { useCopied } from '../hooks/useCopied';
import { useNow } from '../hooks/useNow';
import { timeOfDay } from '../i18n/format';
import { commands, type ConnectionView } from '../ipc';
import styles from './Settings.module.css';

const THEMES = ['system', 'light', 'dark'] as const;

export function Settings() {
  const { t } = useTranslation();
  const theme = useShell((value) => value.settings.theme);
  const quiet = useShell((value) => value.settings.quiet);
  const typeToDeploy = useShell((value) => value.settings.typeToDeploy);
  const connections = useShell((value) => value.connections);
  const version = useShell((value) => value.version);
  return (
    <>
      <Header title={t('settings.title')} />
      <PageBody>
        <section className={styles.section}>
          <h2>{t('settings.theme')}</h2>
          <Segmented
            label={t('settings.theme')}
            value={theme}
            options={THEMES.map((value) => ({ value, label: t(`settings.${value}`) }))}
            change={(value) => {
              changeSettings((before) => ({ ...before, theme: value }));
            }}
          />
        </section>
        <section className={styles.section}>
          <h2>{t('settings.notifications')}</h2>
          <Choice
            label={t('settings.tellEnds')}
            checked={!quiet}
            change={(tell) => {
              changeSettings((before) => ({ ...before, quiet: !tell }));
            }}
          />
        </section>
        <section className={styles.section}>
          <h2>{t('settings.production')}</h2>
          <Choice
            label={t('settings.typeToDeploy')}
            checked={typeToDeploy}
            change={(type) => {
              changeSettings((before) => ({ ...before, typeToDeploy: type }));
            }}
          />
        </section>
        <LogSettings />
        <section className={styles.section}>
          <h2>{t('settings.connections')}</h2>
          {connections.length === 0 ? (
            <p className={styles.dim}>{t('settings.noConnections')}</p>
          ) : (
            <table className={table.table} aria-label={t('settings.connections')}>
              <thead>
                <tr>
                  <th scope="col">{t('settings.name')}</th>
                  <th scope="col">{t('settings.address')}</th>
                  <th scope="col">{t('settings.session')}</th>
                  <th scope="col">
                    <span className="visually-hidden">{t('settings.actions')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {connections.map((connection) => (
                  <Row key={connection.id} connection={connection} />
                ))}
              </tbody>
            </table>
          )}
          <div className={styles.below}>
            <Button
              onClick={() => {
                go(paths.welcome());
              }}
            >
              <Plus {...smallIcon} />
              {t('connections.add')}
            </Button>
            <ConnectionsFile />
            {connections.some(({ local }) => !local) && <CopyFile />}
          </div>
        </section>
        <section className={styles.section}>
          <h2>{t('settings.about')}</h2>
          <p>
            {t('product')} <span className={styles.dim}>{t('settings.version', { version })}</span>
          </p>
        </section>
      </PageBody>
    </>
  );
}

/** Hands the connections to others, without whose they are. */
function CopyFile() {
  const { t } = useTranslation();
  const [copied, sayCopied] = useCopied();
  return (
    <Button
      kind="quiet"
      onClick={() => {
        void carefully(async () => {
          await commands.connectionsCopyFile();
          sayCopied();
        });
      }}
    >
      <Copy {...smallIcon} />
      {copied ? t('copied') : t('offers.copy')}
    </Button>
  );
}

function Row({ connection }: { connection: ConnectionView }) {
  const { t } = useTranslation();
  const { name, session } = connection;
  const now = useNow();
  return (
    <tr data-row={connection.id}>
      <th scope="row">
        <span className={styles.name}>
          <Swatch hue={connection.hue} />
          {name}
          {connection.production && <span className={styles.mark}>{t('connection.mark')}</span>}
          {connection.readOnly && <span className={styles.dim}>{t('lock.locked')}</span>}
        </span>
      </th>
      <td
        className={`${table.mono ?? ''} ${table.fill ?? ''}`}
        title={connection.local ? undefined : plainUrl(connection.url)}
      >
        {connection.local ? t('settings.thisMachine') : plainUrl(connection.url)}
      </td>
      <td>
        {sessionWord(connection)}
        {session.state === 'signedIn' && !session.remembered && (
          <span className={styles.dim}>
            {' '}
            {session.until === null
              ? t('settings.untilQuit')
              : t('session.until', { time: timeOfDay(session.until, now) })}
          </span>
        )}
      </td>
      <td>
        <div className={styles.actions}>
          {session.state === 'signedIn' ? (
            <Button
              kind="quiet"
              data-item=""
              aria-label={t('settings.signOutOf', { name })}
              onClick={() => void signOutAfterAsking(connection)}
            >
              {t('signOut.action')}
            </Button>
          ) : (
            <Link
              className={styles.link}
              data-item=""
              aria-label={t('settings.signInTo', { name })}
              to={paths.home(connection.id)}
            >
              {t('settings.signIn')}
            </Link>
          )}
          <Button
            kind="quiet"
            data-item=""
            aria-label={t('connection.editNamed', { name })}
            onClick={() => {
              openConnection(connection.id);
            }}
          >
            {t('connection.edit')}
          </Button>
          <Button
            kind="quiet"
            data-item=""
            aria-label={t('settings.removeNamed', { name })}
            onClick={() => void removeAfterAsking(connection)}
          >
            {t('remove.action')}
          </Button>
        </div>
      </td>
    </tr>
  );
}
