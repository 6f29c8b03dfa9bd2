import { Copy, Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { carefully } from '../../app/carefully';
import { removeAfterAsking, signOutAfterAsking } from '../../app/connectionActions';
import { openConnection } from '../../app/layers';
import { go } from '../../app/navigation';
import { paths } from '../../app/paths';
import { plainUrl } from '../../app/plainUrl';
import { useShell } from '../../app/shell';
import { sessionWord } from '../../app/switcher';
import { useCopied } from '../../hooks/useCopied';
import { useNow } from '../../hooks/useNow';
import { timeOfDay } from '../../i18n/format';
import { commands, type ConnectionView } from '../../ipc';
import { Button } from '../Button';
import { ConnectionsFile } from '../ConnectionsFile';
import { smallIcon } from '../icon';
import { Link } from '../Link';
import { Swatch } from '../Swatch';
import table from '../Table.module.css';
import styles from './ConnectionsSection.module.css';
import section from './Section.module.css';
import { ConnectionsTable } from './ConnectionsTable';
import { Section } from './Section';

/** The connections, and what is done with them. */
export function ConnectionsSection() {
  const { t } = useTranslation();
  const connections = useShell((value) => value.connections);
  return (
    <Section part="connections">
      <ConnectionsTable
        label={t('settings.part.connections')}
        columns={[t('settings.name'), t('settings.address'), t('settings.session')]}
        row={Row}
      />
      <div className={section.below}>
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
    </Section>
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
          {connection.readOnly && <span className={section.dim}>{t('lock.locked')}</span>}
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
          <span className={section.dim}>
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
