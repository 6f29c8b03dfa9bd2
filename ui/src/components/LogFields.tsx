import { Copy } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { printable } from '../app/printable';
import type { LogLine } from '../ipc';
import { Button } from './Button';
import { copyText } from './copy';
import { smallIcon } from './icon';
import styles from './LogFields.module.css';

/** All of a line: its whole text and its fields, in place below it. */
export function LogFields({
  line,
  around,
}: {
  line: LogLine;
  /** Shows the lines around it, where only some are shown. */
  around?: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  const fields: [name: string, value: unknown][] = [
    [t('logs.time'), line.timestamp],
    [t('logs.level'), line.level],
    ...(line.instance === null ? [] : ([[t('logs.instance'), line.instance]] as [string, unknown][])),
    ...(line.source === null ? [] : ([[t('logs.source'), line.source]] as [string, unknown][])),
    ...Object.entries(line.fields),
  ];
  return (
    <div className={styles.box} role="group" aria-label={t('logs.fields')}>
      <pre className={styles.text}>{printable(line.message)}</pre>
      <dl className={styles.fields}>
        {fields.map(([name, value]) => (
          <div key={name} className={styles.field}>
            <dt>{name}</dt>
            <dd>{printable(typeof value === 'string' ? value : JSON.stringify(value))}</dd>
          </div>
        ))}
      </dl>
      <div className={styles.acts}>
        <Button
          onClick={() => {
            copyText(line.message);
          }}
        >
          <Copy {...smallIcon} />
          {t('logs.copyLine')}
        </Button>
        {around && <Button onClick={around}>{t('logs.around')}</Button>}
      </div>
    </div>
  );
}
