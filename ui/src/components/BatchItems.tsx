import { useTranslation } from 'react-i18next';
import { imageNames } from '../app/image';
import type { BatchReview } from '../ipc';
import styles from './Batch.module.css';
import { Preflight } from './Preflight';
import { errorWords } from './Problem';
import { Shape } from './Shape';
import { Change, Tag } from './Tag';

type Props = {
  review: BatchReview;
  /** Those that are left out. */
  left: ReadonlySet<string>;
  disabled: boolean;
  toggle: (key: string) => void;
};

/** Each application with what would change there, and what stands in its way. */
export function BatchItems({ review, left, disabled, toggle }: Props) {
  const { t } = useTranslation();
  return (
    <ul className={styles.items} aria-label={t('batch.review')}>
      {review.items.map(({ application, running, image, findings, refusal }) => {
        const [from, to] = imageNames(running, image);
        const minded = findings.filter(({ state }) => state === 'bad' || state === 'warning');
        return (
          <li key={application} className={styles.item}>
            <label className={styles.line}>
              <input
                type="checkbox"
                checked={refusal === null && !left.has(application)}
                disabled={disabled || refusal !== null}
                onChange={() => {
                  toggle(application);
                }}
              />
              <span className={styles.key}>
                <Tag text={application} />
              </span>
              <span className={styles.change}>
                {image !== null && <Change from={from} to={to} length={14} />}
              </span>
            </label>
            {refusal !== null && (
              <p className={styles.reason}>
                <Shape state="unknown" /> {errorWords(refusal).title}
              </p>
            )}
            {refusal === null && minded.length > 0 && (
              <div className={styles.findings}>
                <Preflight application={application} findings={minded} />
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}
