import { useTranslation } from 'react-i18next';
import type { Speaks } from '../ipc';
import field from './Field.module.css';
import { Segmented } from './Segmented';

const CHOICES: (Speaks | 'found')[] = ['found', 'documented', 'v1'];

/** By which reading of the API an instance is read: the one that was found, unless another is chosen. */
export function ReadsAs(props: {
  value: Speaks | null;
  found: Speaks | null;
  change: (value: Speaks | null) => void;
}) {
  const { t } = useTranslation();
  const { value, found, change } = props;
  return (
    <div>
      <p className={field.label}>{t('way.readsAs')}</p>
      <Segmented
        label={t('way.readsAs')}
        value={value ?? 'found'}
        options={CHOICES.map((choice) => ({ value: choice, label: t(`way.readings.${choice}`) }))}
        change={(choice) => {
          change(choice === 'found' ? null : choice);
        }}
      />
      <p className={field.hint}>
        {found === null
          ? t('way.readsAsUnseen')
          : t('way.readsAsFound', { reading: t(`way.readings.${found}`) })}
      </p>
    </div>
  );
}
