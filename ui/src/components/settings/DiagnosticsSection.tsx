import { Copy, Download, RefreshCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { carefully } from '../../app/carefully';
import { useCopied } from '../../hooks/useCopied';
import { asCommandError, commands, type CommandError, type Diagnostics, type Versions } from '../../ipc';
import { Button } from '../Button';
import { smallIcon } from '../icon';
import { Loading } from '../Loading';
import { Problem } from '../Problem';
import { BudgetTable } from './BudgetTable';
import styles from './DiagnosticsSection.module.css';
import { FaultTable } from './FaultTable';
import section from './Section.module.css';
import { Section } from './Section';

/** What the app knows of itself, to look at and to hand on. */
export function DiagnosticsSection() {
  const { t } = useTranslation();
  const [read, setRead] = useState<Diagnostics | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  const look = () => {
    commands.diagnostics().then(
      (diagnostics) => {
        setRead(diagnostics);
        setError(null);
      },
      (thrown: unknown) => {
        setError(asCommandError(thrown));
      },
    );
  };
  useEffect(look, []);
  return (
    <Section part="diagnostics">
      <HandOn look={look} />
      {error && <Problem error={error} />}
      {!read && !error && <Loading what={t('settings.part.diagnostics')} />}
      {read && (
        <>
          <VersionList versions={read.versions} />
          {read.connections.map((each) => (
            <BudgetTable key={each.connection} name={each.name} budget={each.budget} />
          ))}
          <FaultTable connections={read.connections} />
        </>
      )}
    </Section>
  );
}

/** The ways to somebody who can read it. */
function HandOn({ look }: { look: () => void }) {
  const { t } = useTranslation();
  const [copied, sayCopied] = useCopied();
  const [saved, saySaved] = useCopied();
  return (
    <div>
      <div className={section.below}>
        <Button
          onClick={() => {
            void carefully(async () => {
              if (await commands.diagnosticsExport()) saySaved();
            });
          }}
        >
          <Download {...smallIcon} />
          {saved ? t('settings.diagnostics.exported') : t('settings.diagnostics.export')}
        </Button>
        <Button
          onClick={() => {
            void carefully(async () => {
              await commands.diagnosticsCopy();
              sayCopied();
            });
          }}
        >
          <Copy {...smallIcon} />
          {copied ? t('copied') : t('copy')}
        </Button>
        <Button kind="quiet" onClick={look}>
          <RefreshCw {...smallIcon} />
          {t('settings.diagnostics.refresh')}
        </Button>
      </div>
      <p className={`${section.dim ?? ''} ${styles.text ?? ''}`}>{t('settings.diagnostics.exportText')}</p>
    </div>
  );
}

function VersionList({ versions }: { versions: Versions }) {
  const { t } = useTranslation();
  const { app, system, webview, rust } = versions;
  const all = [
    [t('settings.diagnostics.app'), `${t('product')} ${app}`],
    [t('settings.diagnostics.systemVersion'), system],
    [t('settings.diagnostics.webview'), webview ?? t('settings.diagnostics.notKnown')],
    [t('settings.diagnostics.rust'), rust],
  ] as const;
  return (
    <div>
      <h3>{t('settings.diagnostics.versions')}</h3>
      <dl className={styles.facts}>
        {all.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
