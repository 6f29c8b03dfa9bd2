import { useTranslation } from 'react-i18next';
import { paths } from '../app/paths';
import { healthState } from '../app/state';
import { shareOf, ticksOf } from '../app/timeline';
import { useMade } from '../hooks/useResource';
import { useWidth } from '../hooks/useWidth';
import { timeOfDay } from '../i18n/format';
import { healthOverview, type PlaceHealth } from '../ipc';
import { EnvironmentName } from './EnvironmentName';
import { HealthSpans } from './HealthSpans';
import styles from './HealthTable.module.css';
import { Link } from './Link';
import { Shape } from './Shape';
import { Age } from './Time';
import { healthWord, probeWords } from './timelineWords';
import { Waiting } from './Waiting';

type Props = { connection: string; application: string; environments: string[] };

/** The health of an application in all its environments: how it is, since when, and over the last day. */
export function HealthTable({ connection, application, environments }: Props) {
  const { t } = useTranslation();
  const held = useMade(connection, healthOverview(connection, application, environments));
  const [place, width] = useWidth<HTMLTableCellElement>();
  if (!held.value) return <Waiting held={held} what={t('timeline.looks.environments')} rows={3} />;
  const first = held.value[0];
  const view = first && { from: Date.parse(first.from), to: Date.parse(first.to) };
  const ticks = view ? ticksOf(view, width) : [];
  return (
    <div className={styles.place}>
      <table className={styles.table} aria-label={t('timeline.looks.environments')}>
        <thead>
          <tr>
            <th scope="col">{t('timeline.environment')}</th>
            <th scope="col">{t('timeline.health')}</th>
            <th scope="col">{t('timeline.since')}</th>
            <th scope="col" className={styles.day} ref={place}>
              <span className="visually-hidden">{t('timeline.lastDay')}</span>
              <span className={styles.axis} aria-hidden="true">
                {view &&
                  ticks.map((tick, at) => (
                    <span key={tick} style={{ left: `${String(shareOf(view, tick) * 100)}%` }}>
                      {timeOfDay(new Date(tick).toISOString(), ticks[at - 1] ?? view.to)}
                    </span>
                  ))}
              </span>
            </th>
            <th scope="col">{t('timeline.probed')}</th>
          </tr>
        </thead>
        <tbody>
          {held.value.map((each) => (
            <PlaceRow
              key={each.environment.key}
              connection={connection}
              application={application}
              place={each}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function PlaceRow({
  connection,
  application,
  place,
}: {
  connection: string;
  application: string;
  place: PlaceHealth;
}) {
  const { t } = useTranslation();
  const { environment, status, since, message, from, to, spans, probe } = place;
  const now = Date.parse(to);
  const day = spans.map((span) => `${timeOfDay(span.from, now)} ${healthWord(span, t)}`).join(', ');
  return (
    <tr>
      <th scope="row">
        <Link to={paths.application(connection, application, environment.key, 'now')}>
          <EnvironmentName environment={environment.key} />
        </Link>
      </th>
      <td title={message ?? undefined}>
        <span className={styles.state}>
          <Shape state={healthState(status)} />
          {healthWord({ status }, t)}
        </span>
      </td>
      <td className={styles.since}>{since === null ? '–' : <Age time={since} />}</td>
      <td className={styles.day}>
        <span className="visually-hidden">{day}</span>
        <HealthSpans spans={spans} view={{ from: Date.parse(from), to: now }} />
      </td>
      <td className={styles.probe}>{probeWords(probe, t)}</td>
    </tr>
  );
}
