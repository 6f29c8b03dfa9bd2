import { Copy, ListFilter } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { fieldText } from '../app/fieldText';
import { asText } from '../app/logText';
import { printable } from '../app/printable';
import type { LogLine } from '../ipc';
import { Button, IconButton } from './Button';
import { copyText } from './copy';
import { smallIcon } from './icon';
import styles from './LogFields.module.css';

type Props = {
  line: LogLine;
  /** Shows the lines around it, where only some are shown. */
  around?: (() => void) | undefined;
  /** Shows only lines that have this in a field. */
  narrow?: ((name: string, value: string) => void) | undefined;
};

/** All of a line: its whole text and its fields, in place below it. */
export function LogFields({ line, around, narrow }: Props) {
  const { t } = useTranslation();
  return (
    <div className={styles.box} role="group" aria-label={t('logs.fields')}>
      <pre className={styles.text}>{printable(line.message)}</pre>
      <dl className={styles.fields}>
        {fieldsOf(line).map(({ name, word, value }) => (
          <div key={name} className={styles.field}>
            <dt>{word === null ? name : t(word)}</dt>
            <dd>
              {printable(value)}
              {narrow && name !== 'time' && name !== 'level' && (
                <IconButton
                  label={t('logs.only', { name, value: printable(value).slice(0, 60) })}
                  className={styles.only}
                  onClick={() => {
                    narrow(name, value);
                  }}
                >
                  <ListFilter {...smallIcon} size={12} />
                </IconButton>
              )}
            </dd>
          </div>
        ))}
      </dl>
      <div className={styles.acts}>
        <Button
          onClick={() => {
            copyText(asText([line]));
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

/** What a line says of itself, and its own fields; one of these stands before what has the same name. */
function fieldsOf(line: LogLine) {
  const own = Object.entries(line.fields).map(([name, value]) => ({
    name,
    word: null,
    value: fieldText(value),
  }));
  const known = [
    { name: 'time', word: 'logs.time', value: line.timestamp },
    { name: 'level', word: 'logs.level', value: line.level },
    { name: 'instance', word: 'logs.instance', value: line.instance },
    { name: 'source', word: 'logs.source', value: line.source },
  ] as const;
  return [
    ...known.flatMap(({ value, ...rest }) =>
      value === null || Object.hasOwn(line.fields, rest.name) ? [] : [{ ...rest, value }],
    ),
    ...own,
  ];
}
