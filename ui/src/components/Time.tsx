import { useNow } from '../hooks/useNow';
import { age, ago, exactTime } from '../i18n/format';

/** How long ago, kept up, with the exact time on hover. */
export function Age({ time, words = false }: { time: string | null; words?: boolean }) {
  const now = useNow(10);
  if (time === null) return null;
  return (
    <time dateTime={time} title={exactTime(time)}>
      {words ? ago(time, now) : age(time, now)}
    </time>
  );
}
