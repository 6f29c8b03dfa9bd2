import { useId } from 'react';
import { inOrder, stageIn } from '../app/environments';
import { oneLine } from '../app/printable';
import type { Translate } from '../i18n/i18n';
import type { ConnectionView, Stage } from '../ipc';
import styles from './Choices.module.css';

/** As many environments are named in a button. */
const BRIEF = 3;

type Common = {
  label: string;
  disabled: boolean;
  hint?: string;
  /** What the server said about it. */
  error?: string | undefined;
};

/** One word of several, each as it came. */
export function OneOf({
  label,
  words,
  value,
  change,
  disabled,
  hint,
  error,
}: Common & { words: string[]; value: string; change: (word: string) => void }) {
  const id = useId();
  return (
    <fieldset
      className={styles.choices}
      disabled={disabled}
      aria-describedby={error === undefined ? undefined : `${id}-error`}
    >
      <legend className={styles.label}>{label}</legend>
      {words.map((word) => (
        <label key={word} className={styles.choice}>
          <input
            type="radio"
            name={id}
            checked={word === value}
            onChange={() => {
              change(word);
            }}
          />
          <bdi className={styles.word} title={oneLine(word)}>
            {oneLine(word)}
          </bdi>
        </label>
      ))}
      <Below id={id} hint={hint} error={error} />
    </fieldset>
  );
}

/** Some environments; one that may not be chosen says why. */
export function Environments({
  label,
  all,
  value,
  change,
  disabled,
  hint,
  error,
}: Common & {
  all: { environment: Stage; reason: string | undefined }[];
  value: string[];
  change: (keys: string[]) => void;
}) {
  const id = useId();
  return (
    <fieldset
      className={styles.choices}
      disabled={disabled}
      aria-describedby={error === undefined ? undefined : `${id}-error`}
    >
      <legend className={styles.label}>{label}</legend>
      {all.map(({ environment: { key, name, production }, reason }) => (
        <label key={key} className={styles.choice} data-production={production}>
          <input
            type="checkbox"
            checked={value.includes(key)}
            disabled={reason !== undefined}
            onChange={({ target }) => {
              change(target.checked ? [...value, key] : value.filter((each) => each !== key));
            }}
          />
          <span className={styles.word}>
            {name}
            {reason !== undefined && <span className={styles.hint}>{reason}</span>}
          </span>
        </label>
      ))}
      <Below id={id} hint={hint} error={error} />
    </fieldset>
  );
}

function Below({ id, hint, error }: { id: string; hint: string | undefined; error: string | undefined }) {
  return (
    <>
      {error !== undefined && (
        <p id={`${id}-error`} className={styles.error}>
          {error}
        </p>
      )}
      {hint !== undefined && <p className={styles.hint}>{hint}</p>}
    </>
  );
}

/** Environments as one text of a form that keeps texts, and back. */
export const environmentsFrom = (text: string): string[] => text.split('\n').filter((key) => key !== '');
export const environmentsIn = (keys: string[]): string => keys.join('\n');

/** How environments are named in a sentence: in their order, "dev, test, PROD". */
export function placesIn(view: ConnectionView | null, keys: string[]): string {
  return inOrder(view, keys)
    .map((key) => stageIn(view, key).name)
    .join(', ');
}

/** The same within a button: production first and always, the others as far as there is room. */
export function placesBriefly(view: ConnectionView | null, keys: string[], t: Translate): string {
  const stages = inOrder(view, keys).map((key) => stageIn(view, key));
  if (stages.length <= BRIEF) return stages.map(({ name }) => name).join(', ');
  const first = [...stages.filter((each) => each.production), ...stages.filter((each) => !each.production)];
  const named = first.slice(0, BRIEF - 1).map(({ name }) => name);
  return t('access.andMore', { named: named.join(', '), count: stages.length - named.length });
}
