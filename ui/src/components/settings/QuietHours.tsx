import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { minuteOf, minuteWords } from '../../app/minutes';
import type { QuietHours as Hours } from '../../ipc';
import { Choice } from '../Choice';
import { Field } from '../Field';
import styles from './QuietHours.module.css';

const USUAL: Hours = { from: 22 * 60, to: 7 * 60 };

/** A part of every day in which the system tells nothing. */
export function QuietHours({
  hours,
  change,
}: {
  hours: Hours | null;
  change: (hours: Hours | null) => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <Choice
        label={t('settings.quietHoursOn')}
        checked={hours !== null}
        change={(on) => {
          change(on ? USUAL : null);
        }}
      />
      {hours && (
        <div className={styles.hours}>
          {(['from', 'to'] as const).map((end) => (
            <TimeOfDay
              key={end}
              label={end === 'from' ? t('settings.quietFrom') : t('settings.quietTo')}
              minute={hours[end]}
              change={(minute) => {
                change({ ...hours, [end]: minute });
              }}
            />
          ))}
        </div>
      )}
    </>
  );
}

/** A time of day, taken as soon as what is typed is one. */
function TimeOfDay(props: { label: string; minute: number; change: (minute: number) => void }) {
  const { t } = useTranslation();
  const { label, minute, change } = props;
  const [typed, setTyped] = useState(minuteWords(minute));
  return (
    <Field
      label={label}
      mono
      value={typed}
      error={minuteOf(typed) === null ? t('settings.quietInvalid') : undefined}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => {
        setTyped(event.target.value);
        const read = minuteOf(event.target.value);
        if (read !== null && read !== minute) change(read);
      }}
      onBlur={() => {
        if (minuteOf(typed) !== null) setTyped(minuteWords(minute));
      }}
    />
  );
}
