import { useTranslation } from 'react-i18next';
import { oneLine } from '../app/printable';
import { healthState } from '../app/state';
import type { Translate } from '../i18n/i18n';
import { Shape } from './Shape';
import table from './Table.module.css';

/** How an environment, or what it is made of, is: a shape and a word. */
export function EnvironmentState({ status }: { status: string }) {
  const { t } = useTranslation();
  return (
    <span className={table.state}>
      <Shape state={healthState(status)} />
      {environmentWord(status, t)}
    </span>
  );
}

/** The word; an unknown one as it came. */
function environmentWord(status: string, t: Translate): string {
  switch (status) {
    case 'healthy':
    case 'degraded':
    case 'down':
    case 'unknown':
      return t(`environments.${status}`);
    default:
      return oneLine(status);
  }
}
