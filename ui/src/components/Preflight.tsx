import { Trans, useTranslation } from 'react-i18next';
import { environmentName } from '../app/environments';
import type { Finding } from '../app/preflight';
import styles from './DeployPanel.module.css';
import { Shape } from './Shape';

/** What is known about a deployment before it is sent. */
export function Preflight({ findings }: { findings: Finding[] }) {
  const { t } = useTranslation();
  const tag = <code />;
  const words = (finding: Finding) => {
    switch (finding.kind) {
      case 'neverRan':
      case 'ranBelow':
      case 'runsBelow':
        return (
          <Trans
            i18nKey={`deploy.${finding.kind}`}
            values={{ tag: finding.tag, environment: environmentName(finding.environment) }}
            components={{ tag }}
            shouldUnescape
          />
        );
      case 'restart':
        return (
          <Trans i18nKey="deploy.restart" values={{ tag: finding.tag }} components={{ tag }} shouldUnescape />
        );
      case 'another':
      case 'noOther':
      case 'first':
        return t(`deploy.${finding.kind}`);
    }
  };
  return (
    <ul>
      {findings.map((finding) => (
        <li key={finding.kind} className={styles.finding}>
          <Shape state={finding.state} />
          <span>{words(finding)}</span>
        </li>
      ))}
    </ul>
  );
}
