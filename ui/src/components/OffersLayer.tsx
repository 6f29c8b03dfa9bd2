import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { closeLayer } from '../app/layers';
import { go } from '../app/navigation';
import { paths } from '../app/paths';
import { putConnection } from '../app/shell';
import { asCommandError, commands, type CommandError, type ConnectionOffer } from '../ipc';
import { Button } from './Button';
import { Dialog } from './Dialog';
import styles from './OffersLayer.module.css';
import { Problem } from './Problem';

/** The connections that a team's file offers, to choose among. Nothing of them is asked before one signs in. */
export function OffersLayer({ offers }: { offers: ConnectionOffer[] }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(() => offers.map(({ known }) => known === null));
  const [error, setError] = useState<CommandError | null>(null);
  const count = chosen.filter(Boolean).length;
  const close = () => {
    closeLayer('offers');
  };
  const add = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const made = await commands.connectionsAccept(offers.filter((_, at) => chosen[at]));
      made.forEach(putConnection);
      close();
      const [first] = made;
      if (made.length === 1 && first) go(paths.home(first.id));
      else go(paths.settings());
    } catch (thrown) {
      setError(asCommandError(thrown));
    }
  };
  return (
    <Dialog title={t('offers.title')} wide close={close}>
      <form className={styles.form} onSubmit={(event) => void add(event)}>
        {offers.length === 0 && <p className={styles.dim}>{t('offers.none')}</p>}
        <ul className={styles.offers}>
          {offers.map((offer, at) => (
            <li key={`${offer.url} ${String(at)}`}>
              <label className={styles.offer} data-known={offer.known !== null}>
                <input
                  type="checkbox"
                  checked={chosen[at] ?? false}
                  disabled={offer.known !== null}
                  onChange={({ target }) => {
                    setChosen((before) =>
                      before.map((each, index) => (index === at ? target.checked : each)),
                    );
                  }}
                />
                <span className={styles.name}>
                  {offer.name}
                  {offer.production && <span className={styles.mark}>{t('connection.production')}</span>}
                  {offer.readOnly && <span className={styles.dim}>{t('lock.locked')}</span>}
                </span>
                <span className={styles.url}>{offer.url}</span>
                <span className={styles.dim}>
                  {offer.known !== null
                    ? t('offers.known')
                    : offer.way.signIn.issuer !== null && t('offers.by', { issuer: offer.way.signIn.issuer })}
                </span>
              </label>
            </li>
          ))}
        </ul>
        {error && <Problem error={error} />}
        <div className={styles.actions}>
          <Button onClick={close}>{t('cancel')}</Button>
          <Button type="submit" kind="primary" disabled={count === 0}>
            {t('offers.add', { count })}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
