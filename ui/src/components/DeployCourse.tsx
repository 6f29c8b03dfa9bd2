import { useTranslation } from 'react-i18next';
import { isRunning } from '../app/state';
import { duration, between, timeOfDay } from '../i18n/format';
import type { Course, Deployment, Reading } from '../ipc';
import styles from './DeployPanel.module.css';
import { errorWords } from './Problem';

/** What is not as usual with a deployment that is under way: slow, stuck, and lost contact are different. */
export function DeployCourse({
  course,
  reading,
  now,
}: {
  course: Course | undefined;
  reading: Reading<Deployment>;
  now: number;
}) {
  const { t } = useTranslation();
  const { value } = reading;
  switch (course?.state) {
    case 'slow':
      return (
        <p className={styles.dim}>
          {t('deploy.slow', {
            took: between(value.startedAt ?? value.createdAt, new Date(now).toISOString()),
            usual: duration((course.usual ?? 0) * 1000),
          })}
        </p>
      );
    case 'stuck': {
      const step = value.steps.find((each) => isRunning(each.status) && each.startedAt !== null);
      return (
        <p className={styles.dim}>
          {t('deploy.stuck', { still: between(course.stillSince, reading.asOf) })}{' '}
          {step === undefined ? t('deploy.stuckNoStep') : t('deploy.stuckText', { step: step.name })}
        </p>
      );
    }
    case 'outOfContact':
      return (
        <p className={styles.dim}>
          {t('deploy.lostContactText', { time: timeOfDay(reading.asOf, now) })}{' '}
          {reading.failure !== null && errorWords(reading.failure).title}
        </p>
      );
    case 'onItsWay':
    case 'ended':
    case undefined:
      return null;
  }
}
