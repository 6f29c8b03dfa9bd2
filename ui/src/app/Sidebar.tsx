import {
  ArrowRight,
  ArrowUp,
  Braces,
  ChevronDown,
  House,
  KeyRound,
  Layers,
  LayoutGrid,
  PanelLeft,
  ScrollText,
  Settings,
} from 'lucide-react';
import { useMemo, useRef, type ComponentType, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../components/Button';
import { icon } from '../components/icon';
import { Link } from '../components/Link';
import { Shape } from '../components/Shape';
import { Swatch } from '../components/Swatch';
import { useFleet } from '../hooks/useFleet';
import { useNow } from '../hooks/useNow';
import { useRecordings } from '../hooks/useRecordings';
import { number } from '../i18n/format';
import type { ConnectionId, ConnectionView, Fleet, FleetRow, Settings as Kept } from '../ipc';
import { useAddress } from './navigation';
import { paths } from './paths';
import { behindCount } from './promotions';
import { recordingTitle } from './recordings';
import { changeSettings, useShell } from './shell';
import styles from './Sidebar.module.css';
import { openSwitcher } from './switcher';

type Props = { connection: ConnectionView | null; collapsed: boolean };

export function Sidebar({ connection, collapsed }: Props) {
  const { t } = useTranslation();
  const address = useAddress().split('?')[0] ?? '';
  const signedIn =
    connection !== null &&
    connection.session.state !== 'signedOut' &&
    connection.session.state !== 'signingIn';
  return (
    <nav className={styles.sidebar} aria-label={t('frame.navigation')} data-collapsed={collapsed}>
      <Switcher connection={connection} collapsed={collapsed} />
      {signedIn && <Places connection={connection} address={address} collapsed={collapsed} />}
      <ul className={styles.foot}>
        {signedIn && (
          <Entry
            to={paths.access(connection.id)}
            icon={KeyRound}
            label={t('access.title')}
            current={address === paths.access(connection.id)}
            collapsed={collapsed}
          />
        )}
        {signedIn && (
          <Entry
            to={paths.api(connection.id)}
            icon={Braces}
            label={t('explorer.title')}
            current={address === paths.api(connection.id)}
            collapsed={collapsed}
          />
        )}
        <Entry
          to={paths.settings()}
          icon={Settings}
          label={t('settings.title')}
          current={address === paths.settings() || address.startsWith(`${paths.settings()}/`)}
          collapsed={collapsed}
        />
        <li className={styles.fold}>
          <IconButton
            label={collapsed ? t('frame.expand') : t('frame.collapse')}
            aria-expanded={!collapsed}
            onClick={() => {
              changeSettings((before) => ({ ...before, sidebarCollapsed: !before.sidebarCollapsed }));
            }}
          >
            <PanelLeft {...icon} />
          </IconButton>
        </li>
      </ul>
    </nav>
  );
}

function Switcher({ connection, collapsed }: Props) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  const name = connection?.name ?? t('connections.none');
  return (
    <button
      ref={button}
      type="button"
      className={styles.switcher}
      aria-haspopup="menu"
      aria-label={t('connections.switch', { name })}
      title={collapsed ? name : undefined}
      onClick={() => {
        openSwitcher(button.current);
      }}
    >
      {connection ? <Swatch hue={connection.hue} /> : <span className={styles.noSwatch} />}
      <span className={styles.name}>{name}</span>
      <ChevronDown {...icon} size={14} className={styles.chevron} />
    </button>
  );
}

function Places({
  connection,
  address,
  collapsed,
}: {
  connection: ConnectionView;
  address: string;
  collapsed: boolean;
}) {
  const { t } = useTranslation();
  const { fleet } = useFleet(connection.id);
  const { total, unwell, underWay } = fleet.counts;
  const starred = useShell((value) => value.settings.starred);
  const recordings = useRecordings(connection.id);
  const now = useNow();
  const behind = useMemo(() => behindCount(fleet), [fleet]);
  const home = paths.home(connection.id);
  const at = (path: string) => address === path || address.startsWith(`${path}/`);
  const stars = starsOf(connection.id, fleet, starred);
  return (
    <>
      <ul>
        <Entry
          to={home}
          icon={House}
          label={t('home.title')}
          current={address === home}
          count={address === home ? 0 : unwell}
          counted={t('home.unwellCount', { count: unwell })}
          collapsed={collapsed}
        />
        <Entry
          to={paths.applications(connection.id)}
          icon={LayoutGrid}
          label={t('applications.title')}
          current={at(paths.applications(connection.id)) || at(paths.newApplication(connection.id))}
          count={total}
          collapsed={collapsed}
        />
        <Entry
          to={paths.deployments(connection.id)}
          icon={ArrowUp}
          label={t('deployments.title')}
          current={at(paths.deployments(connection.id)) || at(paths.comparisons(connection.id))}
          count={underWay}
          counted={t('deployments.runningCount', { count: underWay })}
          collapsed={collapsed}
        />
        <Entry
          to={paths.promote(connection.id)}
          icon={ArrowRight}
          label={t('promote.title')}
          current={at(paths.promote(connection.id))}
          count={behind}
          counted={t('promote.behindCount', { count: behind })}
          collapsed={collapsed}
        />
        <Entry
          to={paths.manyLogs(connection.id)}
          icon={ScrollText}
          label={t('manyLogs.title')}
          spoken={t('manyLogs.spoken')}
          current={at(paths.manyLogs(connection.id))}
          collapsed={collapsed}
        />
        <Entry
          to={paths.environments(connection.id)}
          icon={Layers}
          label={t('environments.title')}
          current={at(paths.environments(connection.id))}
          collapsed={collapsed}
        />
      </ul>
      {stars.length > 0 && (
        <section className={styles.starred} aria-label={t('frame.starred')}>
          <h2 className={styles.heading}>{t('frame.starred')}</h2>
          <ul>
            {stars.map((row) => {
              const { key } = row;
              const to = paths.application(connection.id, key, row.target);
              return (
                <Entry
                  key={key}
                  to={to}
                  mark={<Shape state={row.state} labelled />}
                  label={key}
                  about={recordingTitle(recordings, key, now, t)}
                  current={false}
                  collapsed={collapsed}
                />
              );
            })}
          </ul>
        </section>
      )}
    </>
  );
}

/** What is starred, as the fleet knows it; how it is beyond what that holds is not known. */
function starsOf(
  connection: ConnectionId,
  { rows, nextPage, environments }: Fleet,
  starred: Kept['starred'],
): Pick<FleetRow, 'key' | 'state' | 'target'>[] {
  const own = new Set(
    starred.filter((star) => star.connection === connection).map((star) => star.application),
  );
  const known = rows.filter(({ key }) => own.has(key));
  if (nextPage === null) return known;
  for (const { key } of known) own.delete(key);
  const target = environments[0]?.key ?? 'dev';
  return [...known, ...[...own].map((key) => ({ key, state: 'unknown' as const, target }))];
}

type EntryProps = {
  to: string;
  label: string;
  /** Its name for those who do not see where it stands, where another link is called the same. */
  spoken?: string;
  current: boolean;
  collapsed: boolean;
  icon?: ComponentType<Record<string, unknown>>;
  mark?: ReactNode;
  count?: number | undefined;
  /** What the count says, for those who do not see it beside the name. */
  counted?: string;
  /** What else is to be known of it, in lines. */
  about?: string | null;
};

function Entry(props: EntryProps) {
  const { to, label, spoken, current, collapsed, icon: Icon, mark, count = 0, counted, about = null } = props;
  const title = [collapsed ? label : null, about].filter((line) => line !== null);
  return (
    <li className={styles.item}>
      <Link
        to={to}
        className={styles.entry}
        aria-current={current ? 'page' : undefined}
        aria-label={spoken ?? (collapsed ? label : undefined)}
        aria-description={about ?? undefined}
        title={title.length > 0 ? title.join('\n') : undefined}
      >
        <span className={styles.icon}>{Icon ? <Icon {...icon} /> : mark}</span>
        <span className={styles.label}>{label}</span>
        {count > 0 && (
          <span className={styles.count} title={counted}>
            {number(count)}
          </span>
        )}
      </Link>
    </li>
  );
}
