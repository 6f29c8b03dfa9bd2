import { useLayoutEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useStage } from '../app/environments';
import { modifier } from '../app/platform';
import type { Editing } from '../hooks/useConfiguration';
import { useEscape } from '../hooks/useEscape';
import { useTakeBack } from '../hooks/useTakeBack';
import { useSendKey } from '../hooks/useSendKey';
import { Button } from './Button';
import { ConfigurationDifferences } from './ConfigurationDifferences';
import panel from './DeployPanel.module.css';
import { EnvironmentName } from './EnvironmentName';
import { Problem } from './Problem';
import { PanelContent, PanelFoot, PanelSection, SidePanel } from './SidePanel';

type Props = { editing: Editing; environment: string; reason: string | undefined; close: () => void };

/**
 * What would be saved, before it is. For production this is the confirmation, and for three seconds after it the
 * saving can be taken back.
 */
export function ConfigurationReview({ editing, environment, reason, close }: Props) {
  const { t } = useTranslation();
  const { name, production } = useStage(environment);
  const { review, saving, save, error } = editing;
  const send = () => {
    void save().then((saved) => {
      if (saved) close();
    });
  };
  const countdown = useTakeBack<string>(send);
  const { left, what, cancel } = countdown;
  const waiting = left !== null;
  const words = JSON.stringify(review.differences);
  useEscape(waiting, cancel);
  const count = review.differences.length;
  const wrong = review.violations.length > 0 ? t('configuration.mendFirst') : undefined;
  const refused = reason ?? wrong ?? (count === 0 ? t('configuration.nothingChanged') : undefined);
  // What was confirmed is what is saved: where it changes meanwhile, or cannot be saved any more, nothing is.
  const changed = waiting && (what !== words || refused !== undefined);
  useLayoutEffect(() => {
    if (changed) cancel();
  }, [changed, cancel]);
  const submit = () => {
    if (refused !== undefined || saving || waiting) return;
    if (production) countdown.start(words);
    else send();
  };
  const form = useSendKey<HTMLFormElement>(submit);
  return (
    <SidePanel
      title={t('configuration.reviewTitle')}
      mark={<EnvironmentName environment={environment} />}
      production={production}
      close={close}
    >
      <form
        ref={form}
        className={panel.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <PanelContent>
          <PanelSection>
            {count === 0 ? (
              <p className={panel.note}>{t('configuration.nothingChanged')}</p>
            ) : (
              <ConfigurationDifferences differences={review.differences} />
            )}
          </PanelSection>
          <PanelSection>
            <p className={panel.note}>{t('configuration.effect')}</p>
          </PanelSection>
          {error && (
            <PanelSection>
              <Problem error={error} />
            </PanelSection>
          )}
        </PanelContent>
        <PanelFoot
          waiting={waiting}
          note={
            waiting
              ? t('configuration.takingBack', { count, environment: name, seconds: left })
              : production
                ? t('configuration.thenTakeBack')
                : null
          }
        >
          {waiting ? (
            <Button key="back" autoFocus onClick={cancel}>
              {t('deploy.takeBack')}
              <span className={panel.kbd}>{t('keys.escape')}</span>
            </Button>
          ) : (
            <Button
              key="save"
              type="submit"
              autoFocus
              kind={production ? 'production' : 'primary'}
              reason={refused}
              aria-disabled={saving}
            >
              {t(saving ? 'configuration.saving' : 'configuration.saveTo', { environment: name })}
              {!saving && <span className={panel.kbd}>{`${modifier} ⏎`}</span>}
            </Button>
          )}
        </PanelFoot>
      </form>
    </SidePanel>
  );
}
