import { Trans, useTranslation } from 'react-i18next';
import type { Finding } from '../ipc';
import styles from './DeployPanel.module.css';
import { Shape } from './Shape';

type WithTag = Exclude<
  Finding['kind'],
  | 'configurationStays'
  | 'requiredUnset'
  | 'requiredSet'
  | 'first'
  | 'another'
  | 'noOther'
  | 'notKnownOther'
  | 'notKnownPermission'
>;

function keyOf({ state }: Finding, kind: WithTag) {
  if (kind !== 'restart') return `deploy.${kind}` as const;
  return state === 'bad'
    ? 'deploy.restartBad'
    : state === 'warning'
      ? 'deploy.restartWarning'
      : 'deploy.restart';
}

/** What is known about a deployment before it is sent. */
export function Preflight({ application, findings }: { application: string; findings: Finding[] }) {
  const { t } = useTranslation();
  const tag = <code />;
  const words = (finding: Finding) => {
    switch (finding.kind) {
      case 'restart':
      case 'otherRepository':
      case 'runsBelow':
      case 'ranBelow':
      case 'neverRan':
      case 'notKnownBelow':
        return (
          <Trans
            i18nKey={keyOf(finding, finding.kind)}
            values={{ tag: finding.tag, environment: finding.environment.name }}
            components={{ tag }}
            shouldUnescape
          />
        );
      case 'requiredUnset':
      case 'requiredSet':
        return t(`deploy.${finding.kind}`, {
          names: finding.names.join(', '),
          environment: finding.environment.name,
        });
      case 'configurationStays':
      case 'first':
      case 'another':
      case 'noOther':
      case 'notKnownOther':
      case 'notKnownPermission':
        return t(`deploy.${finding.kind}`, { application, environment: finding.environment.name });
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
