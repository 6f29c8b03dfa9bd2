import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openConnection, useLayers } from '../../app/layers';
import { number } from '../../i18n/format';
import {
  asCommandError,
  commands,
  type CommandError,
  type ConnectionId,
  type ConnectionView,
  type ConnectionWay,
} from '../../ipc';
import { Button } from '../Button';
import { errorWords } from '../Problem';
import { Swatch } from '../Swatch';
import table from '../Table.module.css';
import named from './ConnectionsSection.module.css';
import section from './Section.module.css';
import { ConnectionsTable } from './ConnectionsTable';
import { Section } from './Section';

/** How each connection reaches its instance, with the way to change it. */
export function NetworkSection() {
  const { t } = useTranslation();
  return (
    <Section part="network">
      <p className={section.dim}>{t('settings.network.text')}</p>
      <ConnectionsTable
        label={t('settings.network.label')}
        columns={[
          t('settings.network.connection'),
          t('settings.network.proxy'),
          t('settings.network.certificates'),
          t('settings.network.limits'),
        ]}
        row={Row}
      />
    </Section>
  );
}

function Row({ connection }: { connection: ConnectionView }) {
  const { t } = useTranslation();
  const { id, name, hue, local } = connection;
  const way = useWay(id);
  return (
    <tr data-row={id}>
      <th scope="row">
        <span className={named.name}>
          <Swatch hue={hue} />
          {name}
        </span>
      </th>
      {local ? (
        <td colSpan={4} className={table.dim}>
          {t('settings.network.noneNeeded')}
        </td>
      ) : (
        <>
          <Set way={way} />
          <td>
            <div className={named.actions}>
              <Button
                kind="quiet"
                data-item=""
                aria-label={t('settings.network.changeNamed', { name })}
                onClick={() => {
                  openConnection(id, 'network');
                }}
              >
                {t('settings.network.change')}
              </Button>
            </div>
          </td>
        </>
      )}
    </tr>
  );
}

function Set({ way }: { way: ConnectionWay | CommandError | null }) {
  const { t } = useTranslation();
  if (way === null) return <td colSpan={3} />;
  if ('code' in way) return <td colSpan={3}>{errorWords(way).title}</td>;
  const { proxy, authorities } = way.network;
  const { requestsPerHour, requestsPerMinute, requestsPerWindow } = way.limits;
  const limits = [
    requestsPerHour !== null && t('settings.network.perHour', { value: number(requestsPerHour) }),
    requestsPerMinute !== null && t('settings.network.perMinute', { value: number(requestsPerMinute) }),
    requestsPerWindow !== null && t('settings.network.perWindow', { value: number(requestsPerWindow) }),
  ].filter((part) => part !== false);
  const { length: count } = authorities;
  return (
    <>
      {proxy.kind === 'through' ? (
        <td className={`${table.mono ?? ''} ${table.fill ?? ''}`} title={proxy.url}>
          {proxy.url}
        </td>
      ) : (
        <td className={table.fill}>{t(`way.proxies.${proxy.kind}`)}</td>
      )}
      <td title={authorities.join('\n')}>
        {count === 0
          ? t('settings.network.systemOnly')
          : t('settings.network.authorities', { count, formatted: number(count) })}
      </td>
      <td>{limits.length === 0 ? t('settings.network.usual') : limits.join(', ')}</td>
    </>
  );
}

/** How a connection is reached, read anew when its dialog has been closed. */
function useWay(id: ConnectionId): ConnectionWay | CommandError | null {
  const [way, setWay] = useState<ConnectionWay | CommandError | null>(null);
  const { connection: edited } = useLayers();
  const isOpen = edited?.id === id;
  useEffect(() => {
    let wanted = true;
    const take = (read: ConnectionWay | CommandError) => {
      if (wanted) setWay(read);
    };
    commands.connectionWay(id).then(take, (thrown: unknown) => {
      take(asCommandError(thrown));
    });
    return () => {
      wanted = false;
    };
  }, [id, isOpen]);
  return way;
}
