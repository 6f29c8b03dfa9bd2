import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { foundZones, systemZone } from '../../app/zones';
import { useNow } from '../../hooks/useNow';
import { number, timeIn } from '../../i18n/format';
import { SearchInput } from '../SearchInput';
import { Segmented } from '../Segmented';
import section from './Section.module.css';
import styles from './ZoneChooser.module.css';

/** As many are shown; more are found by typing. */
const SHOWN = 8;

/** The system's time zone, or another one that is found by typing. */
export function ZoneChooser({
  zone,
  change,
}: {
  zone: string | null;
  change: (zone: string | null) => void;
}) {
  const { t } = useTranslation();
  const [choosing, setChoosing] = useState(zone !== null);
  const [search, setSearch] = useState('');
  const now = useNow(10);
  const found = choosing ? foundZones(search) : [];
  const more = found.length - SHOWN;
  return (
    <>
      <Segmented
        label={t('settings.zone')}
        value={choosing ? 'chosen' : 'system'}
        options={(['system', 'chosen'] as const).map((value) => ({
          value,
          label: t(`settings.zones.${value}`),
        }))}
        change={(value) => {
          setChoosing(value === 'chosen');
          if (value === 'system') change(null);
        }}
      />
      <p className={section.dim}>
        {zone === null
          ? t('settings.zoneOfSystem', { zone: systemZone() })
          : t('settings.zoneChosen', { zone })}
      </p>
      {choosing && (
        <section className={styles.zones} aria-label={t('settings.zoneSearch')}>
          <SearchInput label={t('settings.zoneSearch')} value={search} change={setSearch} />
          <ul>
            {found.slice(0, SHOWN).map((each) => (
              <li key={each} data-row={each}>
                <button
                  type="button"
                  className={styles.zone}
                  data-item=""
                  aria-pressed={each === zone}
                  onClick={() => {
                    change(each);
                  }}
                >
                  <span className={styles.name}>{each}</span>
                  <span className={styles.time}>{timeIn(each, now)}</span>
                </button>
              </li>
            ))}
          </ul>
          {found.length === 0 && <p className={section.dim}>{t('settings.zoneNone')}</p>}
          {more > 0 && (
            <p className={section.dim}>{t('settings.zoneMore', { count: more, formatted: number(more) })}</p>
          )}
        </section>
      )}
    </>
  );
}
