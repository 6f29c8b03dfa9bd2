import { X } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { imageNames } from '../app/image';
import { canBePicked, takenItems, type Picked } from '../app/promotions';
import { paths } from '../app/paths';
import type { Reviewed } from '../hooks/usePromotions';
import type { ConnectionId, Promotion, PromotedItem, RolloutStep } from '../ipc';
import { IconButton } from './Button';
import { Choice } from './Choice';
import { CompareLink } from './CompareLink';
import { smallIcon } from './icon';
import { Link } from './Link';
import { Loading } from './Loading';
import { Preflight } from './Preflight';
import { errorWords, Problem } from './Problem';
import styles from './Promotion.module.css';
import { SecretInput } from './SecretInput';
import { Shape } from './Shape';
import { Change } from './Tag';

type Props = {
  connection: ConnectionId;
  reviewed: Reviewed;
  picked: Picked;
  pick: (picked: Picked) => void;
  secrets: Secrets;
  step: RolloutStep | undefined;
  disabled: boolean;
};

/** Where what is typed for a secret goes; null takes it away again. */
type Secrets = (name: string, secret: string | null) => void;

/** What one application brings along, to be looked through and chosen from. */
export function PromotionReview({ connection, reviewed, picked, pick, secrets, step, disabled }: Props) {
  const { application, promotion, error } = reviewed;
  const id = useId();
  const [from, to] = promotion ? imageNames(promotion.before, promotion.after) : [null, null];
  return (
    <section className={styles.review} aria-labelledby={id}>
      <header className={styles.reviewHead}>
        <h3 id={id} className={styles.reviewTitle}>
          {application}
        </h3>
        {promotion && <Change from={from} to={to} length={22} />}
        {promotion?.comparable === true && promotion.before !== null && (
          <CompareLink
            connection={connection}
            application={application}
            before={promotion.before}
            after={promotion.after}
            disabled={false}
          />
        )}
      </header>
      {step && <Told connection={connection} step={step} />}
      {error && <Problem error={error} />}
      {!promotion && !error && <Loading what={application} rows={4} />}
      {promotion && (
        <>
          <div className={styles.part}>
            <Preflight application={application} findings={promotion.findings} />
            {promotion.refusal && (
              <p className={styles.refusal}>{errorWords({ ...promotion.refusal }).title}</p>
            )}
          </div>
          <Items promotion={promotion} picked={picked} pick={pick} secrets={secrets} disabled={disabled} />
          <AccessPart promotion={promotion} picked={picked} pick={pick} disabled={disabled} />
        </>
      )}
    </section>
  );
}

type PartProps = {
  promotion: Promotion;
  picked: Picked;
  pick: (picked: Picked) => void;
  disabled: boolean;
};

function Items({ promotion, picked, pick, secrets, disabled }: PartProps & { secrets: Secrets }) {
  const { t } = useTranslation();
  const { items, equal, unreadable, to } = promotion;
  if (items === null)
    return (
      <div className={styles.part}>
        <h4>{t('promote.configuration')}</h4>
        <p className={styles.dim}>
          {unreadable ? errorWords(unreadable).title : null}{' '}
          {t('promote.unreadable', { environment: to.name })}
        </p>
      </div>
    );
  const taken = takenItems(promotion, picked);
  const kept = items.filter(({ kind }) => kind === 'differs' || kind === 'incomparable').length;
  const toggle = (name: string, wanted: boolean) => {
    pick({ ...picked, items: wanted ? [...taken, name] : taken.filter((each) => each !== name) });
  };
  const byHand = items.some(
    ({ kind, name }) => ['arrives', 'arrivesUnset', 'leaves'].includes(kind) && !taken.includes(name),
  );
  return (
    <div className={styles.part}>
      <h4>
        {t('promote.configuration')}{' '}
        <span className={styles.dim}>
          {items.length === 0
            ? t('promote.noDifference')
            : [
                t('promote.counted.differ', { count: items.length }),
                equal > 0 ? t('promote.counted.equal', { count: equal }) : '',
                kept > 0 ? t('promote.counted.kept', { count: kept }) : '',
              ]
                .filter((part) => part !== '')
                .join(', ')}
        </span>
      </h4>
      {items.length > 0 && (
        <ul className={styles.items}>
          {items.map((item) => (
            <li key={item.name} className={styles.item}>
              <span className={styles.itemName}>
                {canBePicked(item, promotion) ? (
                  <Choice
                    label={item.name}
                    checked={taken.includes(item.name)}
                    disabled={disabled}
                    change={(wanted) => {
                      toggle(item.name, wanted);
                    }}
                  />
                ) : (
                  <span className={styles.fixed}>{item.name}</span>
                )}
              </span>
              <Becomes
                item={item}
                taken={taken.includes(item.name)}
                environment={to.name}
                held={picked.secrets[item.name] !== undefined}
                disabled={disabled}
                secrets={secrets}
              />
            </li>
          ))}
        </ul>
      )}
      {byHand && items.some(({ kind }) => kind === 'leaves') && (
        <p className={styles.dim}>{t('promote.oneByOne', { environment: to.name })}</p>
      )}
    </div>
  );
}

type BecomesProps = {
  item: PromotedItem;
  taken: boolean;
  environment: string;
  /** A value was typed for it and is held. */
  held: boolean;
  disabled: boolean;
  secrets: Secrets;
};

/** What becomes of an item, in values where they can be shown, else in words. */
function Becomes({ item, taken, environment, held, disabled, secrets }: BecomesProps) {
  const { t } = useTranslation();
  const { kind, name, before, after } = item;
  if (kind === 'incomparable') return <span className={styles.dim}>{t('promote.incomparable')}</span>;
  if (kind === 'arrivesUnset')
    return (
      <span className={styles.values}>
        <span className={styles.dim}>
          {t(held ? 'promote.arrivesSet' : 'promote.arrivesUnset', { environment })}
        </span>
        <span className={styles.typed}>
          <SecretInput
            className={styles.secret}
            aria-label={t('promote.secretFor', { name, environment })}
            placeholder={t(held ? 'promote.secretHeld' : 'promote.secretPlaceholder')}
            disabled={disabled || !taken}
            typed={(secret) => {
              secrets(name, secret);
            }}
          />
          {held && (
            <IconButton
              label={t('promote.forgetSecret', { name, environment })}
              disabled={disabled}
              onClick={() => {
                secrets(name, null);
              }}
            >
              <X {...smallIcon} />
            </IconButton>
          )}
        </span>
      </span>
    );
  if (!taken)
    return (
      <span className={styles.dim}>
        {kind === 'differs'
          ? t('promote.keeps', { environment, before: before ?? '', after: after ?? '' })
          : kind === 'leaves'
            ? t('promote.staysThere', { environment })
            : t('promote.notTaken')}
      </span>
    );
  return (
    <span className={styles.values}>
      <del>{before ?? (kind === 'leaves' ? t('promote.hidden') : t('promote.notSet'))}</del>
      <ins>{kind === 'leaves' ? t('promote.gone') : after}</ins>
    </span>
  );
}

function AccessPart({ promotion, picked, pick, disabled }: PartProps) {
  const { t } = useTranslation();
  const { access, to } = promotion;
  const none = access?.length === 0;
  return (
    <div className={styles.part}>
      <h4>
        {t('promote.access')}{' '}
        {(access === null || none) && (
          <span className={styles.dim}>{t(none ? 'promote.noDifference' : 'promote.accessUnreadable')}</span>
        )}
      </h4>
      {access?.map(({ row }) => (
        <Choice
          key={row.subject}
          label={t('promote.grant', { subject: row.subject, role: row.role, environment: to.name })}
          checked={picked.access.includes(row.subject)}
          disabled={disabled}
          change={(wanted) => {
            const others = picked.access.filter((each) => each !== row.subject);
            pick({ ...picked, access: wanted ? [...others, row.subject] : others });
          }}
        />
      ))}
    </div>
  );
}

/** What became of it after it was sent. */
function Told({
  connection,
  step: { application, outcome },
}: {
  connection: ConnectionId;
  step: RolloutStep;
}) {
  const { t } = useTranslation();
  switch (outcome.kind) {
    case 'sending':
      return (
        <p className={styles.told} role="status">
          <Shape state="progress" /> {t('promote.sending')}
        </p>
      );
    case 'sent':
      return (
        <p className={styles.told} role="status">
          <Shape state="progress" /> {t('promote.sent')}{' '}
          <Link
            className={styles.follow}
            to={paths.application(connection, application, outcome.deployment.environment, 'now', {
              deployment: outcome.deployment.id,
            })}
          >
            {t('promote.follow')}
          </Link>
        </p>
      );
    case 'left':
    case 'stopped':
      return (
        <p className={styles.told} role="status">
          <Shape state="off" /> {t(`rollout.${outcome.kind}`)}
        </p>
      );
    case 'failed':
      return <Problem error={outcome.failure} />;
  }
}
