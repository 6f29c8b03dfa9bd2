import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isSecret } from '../app/configuration';
import {
  asCommandError,
  commands,
  type CommandError,
  type EditedItem,
  type MergedItems,
  type ItemSide,
} from '../ipc';
import { Button } from './Button';
import styles from './ConfigurationDifferences.module.css';
import { settingWord } from './ConfigurationRow';
import { Problem } from './Problem';
import { PanelContent, PanelFoot, PanelSection, SidePanel } from './SidePanel';

type Props = { merged: MergedItems; settled: (items: EditedItem[]) => void; close: () => void };

/** What two people changed differently: an item each, with what was and what either wants. Nothing is chosen unasked. */
export function ConfigurationConflict({ merged, settled, close }: Props) {
  const { t } = useTranslation();
  const [sides, setSides] = useState<Record<string, ItemSide>>({});
  const [error, setError] = useState<CommandError | null>(null);
  const left = merged.conflicts.filter(({ name }) => sides[name] === undefined).length;
  const settle = () => {
    commands.configurationSettle(merged, sides).then(settled, (thrown: unknown) => {
      setError(asCommandError(thrown));
    });
  };
  return (
    <SidePanel title={t('configuration.conflictTitle')} close={close}>
      <PanelContent>
        <PanelSection>
          <p className={styles.note}>{t('configuration.conflictText', { count: merged.conflicts.length })}</p>
          {merged.taken.length > 0 && (
            <p className={styles.words}>{t('configuration.takenOver', { names: merged.taken.join(', ') })}</p>
          )}
        </PanelSection>
        <PanelSection>
          <ul className={styles.list}>
            {merged.conflicts.map(({ name, was, yours, theirs }) => (
              <li key={name} className={styles.item}>
                <fieldset className={styles.sides}>
                  <legend className={styles.name}>{name}</legend>
                  <div>
                    <span className={styles.words}>{t('configuration.was')}</span>
                    <Version item={was} />
                  </div>
                  {(['yours', 'theirs'] as const).map((side) => (
                    <label key={side} className={styles.side}>
                      <input
                        type="radio"
                        name={`side ${name}`}
                        checked={sides[name] === side}
                        onChange={() => {
                          setSides((before) => ({ ...before, [name]: side }));
                        }}
                      />
                      <span>
                        <span className={styles.sideName}>{t(`configuration.side.${side}`)}</span>
                        <Version item={side === 'yours' ? yours : theirs} />
                      </span>
                    </label>
                  ))}
                </fieldset>
              </li>
            ))}
          </ul>
        </PanelSection>
        {error && (
          <PanelSection>
            <Problem error={error} />
          </PanelSection>
        )}
      </PanelContent>
      <PanelFoot note={left > 0 ? null : t('configuration.thenReview')}>
        <Button
          kind="primary"
          reason={left > 0 ? t('configuration.leftToSettle', { count: left }) : undefined}
          onClick={settle}
        >
          {t('configuration.settle')}
        </Button>
      </PanelFoot>
    </SidePanel>
  );
}

/** An item as one of the sides has it. */
function Version({ item }: { item: EditedItem | null }) {
  const { t } = useTranslation();
  if (!item) return <span className={styles.words}>{t('configuration.notThere')}</span>;
  const words = [
    ...(isSecret(item) ? [t('configuration.location.keyvault'), settingWord(item, t)] : []),
    ...(item.required ? [t('configuration.required')] : []),
  ];
  return (
    <>
      {!isSecret(item) && <code className={styles.value}>{item.value ?? ''}</code>}
      {words.length > 0 && <span className={styles.words}>{words.join(' · ')}</span>}
    </>
  );
}
