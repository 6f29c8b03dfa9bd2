import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { closeLayer } from '../app/layers';
import { go } from '../app/navigation';
import { paths } from '../app/paths';
import { plainUrl } from '../app/plainUrl';
import { putConnection } from '../app/shell';
import { asCommandError, commands, type CommandError, type ConnectionOffer } from '../ipc';
import { Button } from './Button';
import { Dialog, DialogActions } from './Dialog';
import { OfferFacts } from './OfferFacts';
import styles from './OffersLayer.module.css';
import { Problem } from './Problem';
import { Swatch } from './Swatch';

/** The connections that a team's file offers, to choose among. Nothing of them is asked before one signs in. */
export function OffersLayer({ offers }: { offers: ConnectionOffer[] }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(() => offers.map(({ known }) => known === null));
  const [error, setError] = useState<CommandError | null>(null);
  const [adding, setAdding] = useState(false);
  const count = chosen.filter(Boolean).length;
  const close = () => {
    closeLayer('offers');
  };
  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (count === 0 || adding) return;
    setAdding(true);
    try {
      const made = await commands.connectionsAccept(offers.filter((_, at) => chosen[at]));
      made.forEach(putConnection);
      close();
      const [first] = made;
      if (made.length === 1 && first) go(paths.home(first.id));
      else go(paths.settings('connections'));
    } catch (thrown) {
      setError(asCommandError(thrown));
    } finally {
      setAdding(false);
    }
  };
  const nothingNew = offers.every(({ known }) => known !== null);
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
                <span className={styles.about}>
                  <span className={styles.name}>
                    {offer.hue !== null && <Swatch hue={offer.hue} />}
                    <span className={styles.title}>{offer.name}</span>
                    {offer.production && <span className={styles.mark}>{t('connection.mark')}</span>}
                    {offer.readOnly && <span className={styles.dim}>{t('lock.locked')}</span>}
                  </span>
                  <span className={styles.url}>{plainUrl(offer.url)}</span>
                  <OfferFacts offer={offer} />
                </span>
              </label>
            </li>
          ))}
        </ul>
        {offers.length > 0 && nothingNew && <p className={styles.dim}>{t('offers.allKnown')}</p>}
        {error && <Problem error={error} />}
        <DialogActions>
          <Button onClick={close}>{nothingNew ? t('connection.close') : t('cancel')}</Button>
          {!nothingNew && (
            <Button type="submit" kind="primary" disabled={count === 0 || adding}>
              {t('offers.add', { count })}
            </Button>
          )}
        </DialogActions>
      </form>
    </Dialog>
  );
}
