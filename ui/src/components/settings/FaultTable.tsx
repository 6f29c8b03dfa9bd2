import { Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../hooks/useNow';
import { exactTime, timeOfDay } from '../../i18n/format';
import type { ConnectionDiagnostics } from '../../ipc';
import { IconButton } from '../Button';
import { copyText } from '../copy';
import { smallIcon } from '../icon';
import table from '../Table.module.css';
import connections from './ConnectionsSection.module.css';
import section from './Section.module.css';

/** The last things that went wrong on any connection, the newest first. */
export function FaultTable(props: { connections: ConnectionDiagnostics[] }) {
  const { t } = useTranslation();
  const now = useNow();
  const faults = props.connections
    .flatMap(({ name, faults: all }) => all.map((fault) => ({ ...fault, name })))
    .sort((one, other) => other.at.localeCompare(one.at, 'en'));
  const several = props.connections.length > 1;
  return (
    <div>
      <h3>{t('settings.diagnostics.faults')}</h3>
      {faults.length === 0 ? (
        <p className={section.dim}>{t('settings.diagnostics.noFaults')}</p>
      ) : (
        <div className={connections.wide}>
          <table className={table.table} aria-label={t('settings.diagnostics.faults')}>
            <thead>
              <tr>
                <th scope="col">{t('settings.diagnostics.when')}</th>
                {several && <th scope="col">{t('settings.diagnostics.connection')}</th>}
                <th scope="col">{t('settings.diagnostics.code')}</th>
                <th scope="col">{t('settings.diagnostics.call')}</th>
                <th scope="col">{t('settings.diagnostics.request')}</th>
              </tr>
            </thead>
            <tbody>
              {faults.map(({ at, name, code, call, requestId }, place) => (
                <tr key={`${at} ${name} ${String(place)}`}>
                  <td className={table.dim} title={exactTime(at)}>
                    {timeOfDay(at, now)}
                  </td>
                  {several && <td>{name}</td>}
                  <td className={table.mono}>{code}</td>
                  <td className={`${table.mono ?? ''} ${table.fill ?? ''}`} title={call ?? undefined}>
                    {call ?? t('settings.diagnostics.signIn')}
                  </td>
                  <td className={table.mono}>
                    {requestId !== null && (
                      <span className={connections.name}>
                        {requestId.length > 14 ? `${requestId.slice(0, 12)}…` : requestId}
                        <IconButton
                          label={t('settings.diagnostics.copyRequest', { id: requestId })}
                          onClick={() => {
                            copyText(requestId);
                          }}
                        >
                          <Copy {...smallIcon} />
                        </IconButton>
                      </span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
