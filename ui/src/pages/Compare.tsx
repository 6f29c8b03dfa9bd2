import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { lazy, Suspense, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { imageNames } from '../app/image';
import { paths } from '../app/paths';
import { deploymentState } from '../app/state';
import styles from '../components/Compare.module.css';
import { ComparedItems } from '../components/ComparedItems';
import { statusWord } from '../components/DeploymentTable';
import { EnvironmentName } from '../components/EnvironmentName';
import { Header } from '../components/Header';
import { Link } from '../components/Link';
import { Loading } from '../components/Loading';
import { PageBody } from '../components/PageBody';
import { Problem } from '../components/Problem';
import { Shape } from '../components/Shape';
import { Change } from '../components/Tag';
import { useNow } from '../hooks/useNow';
import { between, exactTime, whenInWords } from '../i18n/format';
import { asCommandError, commands, type Comparison, type Deployment } from '../ipc';

const TextDifference = lazy(() => import('../components/TextDifference'));

/** Two deployments beside each other: image, configuration, manifest. */
export function Compare() {
  const { t } = useTranslation();
  const { connection = '', one = '', other = '' } = useParams({ strict: false });
  const { data, error } = useQuery({
    queryKey: [connection, 'compare', one, other],
    queryFn: () => commands.deploymentsCompare(connection, one, other),
  });
  return (
    <>
      <Header title={t('compare.title')} />
      <PageBody>
        {error && <Problem error={asCommandError(error)} />}
        {!data && !error && <Loading what={t('compare.title')} rows={8} />}
        {data && <Differences connection={connection} comparison={data} />}
      </PageBody>
    </>
  );
}

function Differences({ connection, comparison }: { connection: string; comparison: Comparison }) {
  const { t } = useTranslation();
  const { before, after, items, equal, manifests } = comparison;
  const [from, to] = imageNames(before.image, after.image);
  return (
    <>
      <div className={styles.sides}>
        <Side label={t('compare.older')} connection={connection} deployment={before} />
        <Side label={t('compare.newer')} connection={connection} deployment={after} />
      </div>
      <Part title={t('compare.image')} remark={before.image === after.image ? t('compare.same') : null}>
        <Change from={from} to={to} length={48} />
      </Part>
      <Part
        title={t('compare.configuration')}
        remark={items.length === 0 ? t('compare.same') : t('compare.counts', { differ: items.length, equal })}
      >
        {items.length > 0 && <ComparedItems items={items} />}
      </Part>
      <Part
        title={t('compare.manifest')}
        remark={
          manifests === null
            ? t('compare.noManifest')
            : manifests.before === manifests.after
              ? t('compare.same')
              : null
        }
      >
        {manifests !== null && manifests.before !== manifests.after && (
          <div className={styles.texts}>
            <Suspense fallback={null}>
              <TextDifference
                labels={[t('compare.older'), t('compare.newer')]}
                before={manifests.before}
                after={manifests.after}
              />
            </Suspense>
          </div>
        )}
      </Part>
    </>
  );
}

function Part({ title, remark, children }: { title: string; remark: string | null; children?: ReactNode }) {
  return (
    <section className={styles.part} aria-label={title}>
      <h2 className={styles.heading}>
        {title} {remark !== null && <span className={styles.dim}>{remark}</span>}
      </h2>
      {children}
    </section>
  );
}

/** Who, when, how long and why. */
function Side({
  label,
  connection,
  deployment,
}: {
  label: string;
  connection: string;
  deployment: Deployment;
}) {
  const { t } = useTranslation();
  const now = useNow(10);
  const { applicationKey, environment, status, createdAt, startedAt, completedAt, requestedBy } = deployment;
  const why = [deployment.note, deployment.error].filter((each) => each !== null && each !== '').join(' · ');
  const facts: [string, ReactNode][] = [
    [
      t('compare.where'),
      <>
        <Link
          className={styles.link}
          to={paths.application(connection, applicationKey, environment, 'deployments', {
            deployment: deployment.id,
          })}
        >
          {applicationKey}
        </Link>{' '}
        <EnvironmentName environment={environment} />
      </>,
    ],
    [
      t('compare.result'),
      <span className={styles.state}>
        <Shape state={deploymentState(status)} /> {statusWord(status, t)}
      </span>,
    ],
    [t('compare.who'), requestedBy ?? t('deployments.unknownPerson')],
    [t('compare.when'), <span title={exactTime(createdAt)}>{whenInWords(createdAt, now)}</span>],
    [t('compare.took'), between(startedAt ?? createdAt, completedAt)],
    [t('compare.note'), why === '' ? '–' : why],
  ];
  return (
    <section className={styles.side} aria-label={label}>
      <h2 className={styles.heading}>{label}</h2>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
