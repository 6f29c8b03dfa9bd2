import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { middle, tagOf } from '../app/image';
import type { Pair } from '../app/promotions';
import { useRowWindow } from '../hooks/useRowWindow';
import type { FleetRow, Stage } from '../ipc';
import styles from './Promotion.module.css';
import { Shape } from './Shape';
import table from './Table.module.css';

type Props = {
  pair: Pair;
  chosen: string[];
  toggle: (key: string) => void;
  disabled: boolean;
  /** Those that were sent, which are not chosen again before the page is done with them. */
  sent: string[];
};

/** The applications that are ahead of an environment, to choose from. Of a long list only what is seen exists. */
export function PromotionList({ pair: { from, to, rows }, chosen, toggle, disabled, sent }: Props) {
  const { t } = useTranslation();
  const ref = useRef<HTMLTableElement>(null);
  const shown = useRowWindow(ref, rows.length);
  return (
    <table
      ref={ref}
      className={table.table}
      aria-label={t('promote.aheadLabel')}
      aria-rowcount={rows.length + 1}
    >
      <thead>
        <tr>
          <th scope="col">{t('matrix.application')}</th>
          <th scope="col">{from.name}</th>
          <th scope="col" data-production={to.production}>
            {to.name}
          </th>
        </tr>
      </thead>
      <tbody>
        {shown.before > 0 && <tr aria-hidden="true" style={{ height: shown.before }} />}
        {rows.slice(shown.from, shown.to).map((row, at) => (
          <tr key={row.key} data-row={row.key} aria-rowindex={shown.from + at + 2}>
            <th scope="row">
              <label className={styles.pick}>
                <input
                  type="checkbox"
                  data-select=""
                  data-item=""
                  checked={chosen.includes(row.key)}
                  disabled={disabled || sent.includes(row.key)}
                  onChange={() => {
                    toggle(row.key);
                  }}
                />
                <span title={row.key}>{middle(row.key, 24)}</span>
              </label>
            </th>
            <td className={table.mono}>
              <TagIn row={row} stage={from} />
            </td>
            <td className={table.mono}>
              <TagIn row={row} stage={to} />
            </td>
          </tr>
        ))}
        {shown.after > 0 && <tr aria-hidden="true" style={{ height: shown.after }} />}
      </tbody>
    </table>
  );
}

function TagIn({ row, stage }: { row: FleetRow; stage: Stage }) {
  const place = row.cells.find((cell) => cell.environment === stage.key)?.place;
  if (!place) return <span className={table.dim}>–</span>;
  return (
    <span className={styles.tag} title={place.image ?? undefined}>
      {place.unwell && <Shape state={place.state} labelled />}
      {middle(tagOf(place.image) ?? '–', 12)}
    </span>
  );
}
