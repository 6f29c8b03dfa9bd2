import { useTranslation } from 'react-i18next';
import type { ApiField } from '../../ipc';
import table from '../Table.module.css';

/** What may be in a body. */
export function FieldTable({ fields, cut }: { fields: ApiField[]; cut: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <table className={table.table} aria-label={t('explorer.fields')}>
        <thead>
          <tr>
            <th scope="col">{t('explorer.field')}</th>
            <th scope="col">{t('explorer.kind')}</th>
            <th scope="col" className={table.fill}>
              {t('explorer.meaning')}
            </th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ path, kind, required, description, choices }, at) => (
            <tr key={`${path} ${String(at)}`}>
              <th scope="row" className={table.mono}>
                {required ? t('explorer.required', { name: path }) : path}
              </th>
              <td className={table.dim}>{kind}</td>
              <td className={`${table.dim ?? ''} ${table.fill ?? ''}`} title={description ?? undefined}>
                {[choices.length > 0 && t('explorer.oneOf', { choices: choices.join(', ') }), description]
                  .filter((part) => typeof part === 'string')
                  .join(' · ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {cut && <p className={table.dim}>{t('explorer.moreFields')}</p>}
    </>
  );
}
