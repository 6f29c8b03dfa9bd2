import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Translate } from '../i18n/i18n';
import {
  asCommandError,
  commands,
  type CommandError,
  type ConnectionId,
  type DeployRequest,
  type PlannedChange,
} from '../ipc';
import { Button } from './Button';
import styles from './DeployPanel.module.css';
import { Problem } from './Problem';

type Props = { connection: ConnectionId; application: string; request: DeployRequest };

/** What a deployment would change, by the instance's own word. Asked for by a click: it costs a request. */
export function DryRun({ connection, application, request }: Props) {
  const { t } = useTranslation();
  const [changes, setChanges] = useState<PlannedChange[] | null>(null);
  const [error, setError] = useState<CommandError | null>(null);
  const [asking, setAsking] = useState(false);
  const ask = () => {
    if (asking) return;
    setAsking(true);
    setError(null);
    commands
      .dryRun(connection, application, request)
      .then(setChanges, (thrown: unknown) => {
        setError(asCommandError(thrown));
      })
      .finally(() => {
        setAsking(false);
      });
  };
  return (
    <div className={styles.dryRun}>
      <Button onClick={ask}>{asking ? t('deploy.asking') : t('deploy.dryRun')}</Button>
      <div role="status">
        {changes?.length === 0 && <p className={styles.dim}>{t('deploy.changesNothing')}</p>}
        {changes && changes.length > 0 && (
          <table className={styles.changes} aria-label={t('deploy.changes')}>
            <tbody>
              {changes.map(({ path, before, after }) => (
                <tr key={path}>
                  <th scope="row">{path}</th>
                  <td>
                    <del>{valueWords(before, t)}</del> <ins>{valueWords(after, t)}</ins>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      {error && <Problem error={error} />}
    </div>
  );
}

/** A value as it can be shown: of a secret only whether there is one. */
function valueWords(value: unknown, t: Translate): string {
  if (value === null || value === undefined) return t('deploy.nothingThere');
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && 'isSet' in value)
    return value.isSet === true ? t('deploy.secretSet') : t('deploy.secretUnset');
  return JSON.stringify(value);
}
