import { useNow } from '../hooks/useNow';
import { exactTime, when, whenInWords } from '../i18n/format';

/** How long ago, kept up, with the exact time on hover; or when, where that was chosen. */
export function Age({ time, words = false }: { time: string | null; words?: boolean }) {
  const now = useNow(10);
  if (time === null) return null;
  return (
    <time dateTime={time} title={exactTime(time)}>
      {words ? whenInWords(time, now) : when(time, now)}
    </time>
  );
}
