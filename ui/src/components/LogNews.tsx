import { useTranslation } from 'react-i18next';
import { carefully } from '../app/carefully';
import { LEVELS, type LogFilter } from '../app/logFilter';
import { patternKey, shownPattern, sinceIn, worstFirst } from '../app/logNews';
import { isStarred, toggleStar, useShell } from '../app/shell';
import { useHistory } from '../hooks/useHistory';
import { useLogNews } from '../hooks/useLogNews';
import { useWatchedPatterns, type WatchedPatterns } from '../hooks/useWatchedPatterns';
import { exactTime, number } from '../i18n/format';
import { commands, type ConnectionId, type LogNewSince, type LogPattern } from '../ipc';
import { Button } from './Button';
import { Empty } from './Empty';
import { ErrorBar } from './ErrorBar';
import { Loading } from './Loading';
import styles from './LogNews.module.css';
import { LogNewsSince } from './LogNewsSince';
import { Level, LogNewsTable, PatternText } from './LogNewsTable';
import { PageBody } from './PageBody';
import { Remark } from './Remark';
import { Waiting } from './Waiting';

type Props = {
  connection: ConnectionId;
  application: string;
  environment: string;
  /** A time, or the last deployment. */
  since: string;
  choose: (since: string | null) => void;
  filter: LogFilter;
  /** How many lines there are. */
  total: number;
  /** Leads to a line of the log. */
  lead: (position: number) => void;
};

/** What a log says since a deployment or a time that it did not say before, and what is told when it is said again. */
export function LogNews(props: Props) {
  const { connection, application, environment, since, choose, filter, total, lead } = props;
  const { t } = useTranslation();
  const { held, deployments } = useHistory(connection, application, environment);
  const time = sinceIn(deployments, since);
  const levels = LEVELS[filter.levels];
  const news = useLogNews(connection, application, environment, time, levels, total);
  const watched = useWatchedPatterns(connection, application, environment);
  const wanted = filter.text.toLowerCase();
  const patterns = worstFirst(news.value?.patterns ?? []).filter(({ text }) =>
    text.toLowerCase().includes(wanted),
  );
  const leadTo = ({ position }: LogPattern) => {
    void carefully(async () => {
      const generation = news.value?.generation ?? 0;
      const places = [position ?? 0];
      const moved = await commands.logMoved(connection, application, environment, generation, places);
      lead(moved.places[0] ?? position ?? 0);
    });
  };
  const nothing = news.value !== undefined && patterns.length === 0;
  return (
    <PageBody>
      <div className={styles.bar} role="group" aria-label={t('logs.news.since')}>
        <span>{t('logs.news.since')}</span>
        <LogNewsSince deployments={deployments} since={since} choose={choose} />
        {news.value && time !== null && (
          <span role="status" className={styles.said}>
            {t('logs.news.found', {
              count: news.value.total,
              formatted: number(news.value.total),
              lines: number(news.value.lines ?? 0),
              since: exactTime(time),
            })}
          </span>
        )}
      </div>
      {news.error && <ErrorBar error={news.error} again={news.again} />}
      {time === null ? (
        <>
          <Waiting held={held} what={t('deployments.title')} rows={8} />
          {held.value && <Empty title={t('logs.news.noDeployment')} text={t('logs.news.noDeploymentText')} />}
        </>
      ) : news.value === undefined ? (
        news.error === null && <Loading what={t('logs.news.title')} rows={8} />
      ) : (
        <>
          <Doubts news={news.value} />
          {nothing ? (
            <Empty title={t('logs.news.none')} text={t('logs.news.noneText')} />
          ) : (
            <LogNewsTable patterns={patterns} watched={watched} lead={leadTo} />
          )}
        </>
      )}
      {watched.all.length > 0 && (
        <Watched connection={connection} application={application} watched={watched} />
      )}
    </PageBody>
  );
}

/** As far as what is said to be new may not be. */
function Doubts({ news }: { news: LogNewSince }) {
  const { t } = useTranslation();
  const { before, oldest, gaps, others, total, patterns } = news;
  const count = (value: number) => ({ count: value, formatted: number(value) });
  return (
    <>
      {before === 0 ? (
        <Remark state="warning">{t('logs.news.nothingBefore')}</Remark>
      ) : (
        <Remark>{t('logs.news.comparedWith', { ...count(before ?? 0), oldest: exactTime(oldest) })}</Remark>
      )}
      {gaps > 0 && <Remark state="warning">{t('logs.news.gaps', count(gaps))}</Remark>}
      {(others ?? 0) > 0 && <Remark state="warning">{t('logs.news.others', count(others ?? 0))}</Remark>}
      {total > patterns.length && <Remark>{t('logs.news.notAll', count(patterns.length))}</Remark>}
    </>
  );
}

type WatchedProps = { connection: ConnectionId; application: string; watched: WatchedPatterns };

/** What is told when it appears again. A log that is not recorded is only looked at while its page is open. */
function Watched({ connection, application, watched }: WatchedProps) {
  const { t } = useTranslation();
  const settings = useShell((value) => value.settings);
  const starred = isStarred(settings, connection, application);
  return (
    <section className={styles.watched} aria-label={t('logs.news.watched')}>
      <h3>{t('logs.news.watched')}</h3>
      {!settings.logKeeping.record ? (
        <Remark state="warning">{t('logs.news.recordingOff')}</Remark>
      ) : (
        !starred && (
          <Remark state="warning">
            {t('logs.news.notRecorded')}{' '}
            <Button
              onClick={() => {
                toggleStar(connection, application);
              }}
            >
              {t('logs.news.star', { application })}
            </Button>
          </Remark>
        )
      )}
      {watched.all.map((pattern) => (
        <div key={patternKey(pattern)} className={styles.one}>
          <Level level={pattern.level} />
          <PatternText text={pattern.text} />
          <Button
            aria-label={t('logs.news.endOne', { pattern: shownPattern(pattern.text) })}
            onClick={() => {
              watched.toggle(pattern);
            }}
          >
            {t('logs.news.endWatch')}
          </Button>
        </div>
      ))}
    </section>
  );
}
