import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Errand } from '../app/errands';
import {
  asCommandError,
  commands,
  type Capability,
  type CommandError,
  type ConnectionView,
  type ConnectionWay,
} from '../ipc';
import { Button } from './Button';
import styles from './ConnectionLayer.module.css';
import { Doctor } from './Doctor';
import { Problem } from './Problem';

type Props = {
  connection: ConnectionView;
  /** The way as it is typed, where it is not the one that is saved. */
  way: ConnectionWay | null;
  mend: (errand: Errand) => void;
};

/** The way to a connection's instance, walked now, and what that instance is known not to offer. */
export function ConnectionCheck({ connection, way, mend }: Props) {
  const { t } = useTranslation();
  const { id, url } = connection;
  return (
    <>
      {way && <p className={styles.unsaved}>{t('connection.unsaved')}</p>}
      <Doctor
        address={url}
        examine={(told, call) =>
          way ? commands.addressExamine(url, way, told, call) : commands.connectionExamine(id, told, call)
        }
        mend={mend}
      />
      <Lacking id={id} />
    </>
  );
}

function Lacking({ id }: { id: string }) {
  const { t } = useTranslation();
  const [lacking, setLacking] = useState<Capability[]>([]);
  const [error, setError] = useState<CommandError | null>(null);
  const ask = (first: Promise<unknown>) =>
    first
      .then(() => commands.connectionLacks(id))
      .then(setLacking)
      .catch((thrown: unknown) => {
        setError(asCommandError(thrown));
      });
  useEffect(() => {
    void ask(Promise.resolve());
    // Asked once; what is asked again is by the button.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id]);
  if (error) return <Problem error={error} />;
  if (lacking.length === 0) return null;
  return (
    <section aria-label={t('connection.lacking')}>
      <p>{t('connection.lacking')}</p>
      <ul className={styles.lacking}>
        {lacking.map((each) => (
          <li key={each}>{t(`capabilities.${each}`)}</li>
        ))}
      </ul>
      <Button onClick={() => void ask(commands.connectionAskAgain(id))}>{t('connection.askAgain')}</Button>
    </section>
  );
}
