import { useTranslation } from 'react-i18next';
import type { OfferedImage } from '../ipc';
import styles from './DeployPanel.module.css';

type Props = {
  suggestions: OfferedImage[];
  /** The name of an environment. */
  named: (environment: string) => string;
  disabled: boolean;
  choose: (suggestion: OfferedImage) => void;
};

/** Tags that could be meant, each a click away. */
export function Suggestions({ suggestions, named, disabled, choose }: Props) {
  const { t } = useTranslation();
  if (suggestions.length === 0) return null;
  return (
    <ul className={styles.chips} aria-label={t('deploy.suggestions')}>
      {suggestions.map((each) => (
        <li key={each.image}>
          <button
            type="button"
            className={styles.chip}
            title={each.image}
            disabled={disabled}
            onClick={() => {
              choose(each);
            }}
          >
            <code>{each.name}</code>
            {(each.runsIn !== null || each.before || each.copied) && (
              <span className={styles.note}>
                {[
                  each.runsIn !== null && t('deploy.runsIn', { environment: named(each.runsIn) }),
                  each.before && t('deploy.before'),
                  each.copied && t('deploy.copied'),
                ]
                  .filter((part) => part !== false)
                  .join(', ')}
              </span>
            )}
          </button>
        </li>
      ))}
    </ul>
  );
}
