import { Trash2, Undo2 } from 'lucide-react';
import { useId, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { isBlank, isSecret, portalInputOf, type Row } from '../app/configuration';
import type { Translate } from '../i18n/i18n';
import type { EditedItem, Violation } from '../ipc';
import { IconButton } from './Button';
import { ConfigurationChoice } from './ConfigurationChoice';
import styles from './ConfigurationTable.module.css';
import { SecretValue, VariableValue } from './ConfigurationValue';
import { smallIcon } from './icon';
import { violationWords } from './violationWords';

export type RowActs = {
  edit: (id: number, change: Partial<EditedItem>) => void;
  /** A secret was typed; it is handed on and kept nowhere here. */
  hold: (id: number, secret: string, change: Partial<EditedItem>) => void;
  remove: (id: number) => void;
  restore: (id: number) => void;
  /** One more row, below the last one. */
  add: () => void;
};

type Props = {
  row: Row;
  /** Whether it differs from what was read. */
  changed: boolean;
  violations: Violation[];
  readOnly: boolean;
  acts: RowActs;
};

/** One item of the table, edited in place. */
export function ConfigurationRow({ row, changed, violations, readOnly, acts }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const { item, removed } = row;
  const { label } = portalInputOf(item);
  const name = item.name === '' ? t('configuration.newItem') : item.name;
  const off = readOnly || removed;
  const blank = isBlank(row);
  const shown = blank ? [] : violations;
  const [ofName, others] = [true, false].map((name) =>
    shown.filter((each) => each.field.endsWith('.name') === name),
  ) as [Violation[], Violation[]];
  const described = (wrong: Violation[], field: string) =>
    wrong.length > 0 ? `${id}-${field}` : label === null ? undefined : `${id}-label`;
  const state = removed
    ? 'removed'
    : blank
      ? undefined
      : row.was === null
        ? 'added'
        : changed
          ? 'changed'
          : undefined;
  const next = (from: HTMLElement) => {
    if (!step(from, 1)) acts.add();
  };
  return (
    <tr
      data-row={String(row.id)}
      data-state={state}
      onKeyDown={(event) => {
        arrows(event);
      }}
    >
      <th scope="row">
        <input
          className={styles.field}
          data-mono=""
          data-column="name"
          aria-label={t('configuration.nameOf', { name })}
          aria-invalid={ofName.length > 0}
          aria-describedby={described(ofName, 'name')}
          placeholder={t('configuration.name')}
          title={item.name === '' ? undefined : item.name}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          value={item.name}
          readOnly={off}
          onChange={(event) => {
            acts.edit(row.id, { name: event.target.value });
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            fieldOf(event.currentTarget.closest('tr'), 'value')?.focus();
          }}
        />
        <Wrong id={`${id}-name`} violations={ofName} />
        {label !== null && (
          <p id={`${id}-label`} className={styles.label} title={label}>
            {label}
          </p>
        )}
      </th>
      <td className={styles.value}>
        {isSecret(item) ? (
          <SecretValue
            item={item}
            label={t('configuration.secretOf', { name })}
            readOnly={off}
            invalid={others.length > 0}
            describedBy={described(others, 'value')}
            typed={(secret) => {
              acts.hold(row.id, secret, {});
            }}
            next={next}
          />
        ) : (
          <VariableValue
            item={item}
            label={t('configuration.valueOf', { name })}
            readOnly={off}
            invalid={others.length > 0}
            describedBy={described(others, 'value')}
            change={(value) => {
              acts.edit(row.id, { value });
            }}
            next={next}
          />
        )}
        <Wrong id={`${id}-value`} violations={others} />
      </td>
      <td>
        <ConfigurationChoice
          label={t('configuration.locationOf', { name })}
          value={item.location}
          options={locations(item.location).map((location) => ({
            value: location,
            label: locationWord(location, t),
          }))}
          readOnly={off}
          change={(location) => {
            relocate(row, location, acts);
          }}
        />
      </td>
      <td className={styles.tick}>
        <input
          type="checkbox"
          aria-label={t('configuration.requiredOf', { name })}
          checked={item.required}
          disabled={off}
          onChange={(event) => {
            acts.edit(row.id, { required: event.target.checked });
          }}
        />
      </td>
      <td className={styles.state}>
        <span>{settingWord(item, t)}</span>
        {state !== undefined && <span className={styles.mark}>{t(`configuration.state.${state}`)}</span>}
      </td>
      <td className={styles.act}>
        {!readOnly &&
          (state === 'removed' || state === 'changed' ? (
            <IconButton
              label={t('configuration.restore', { name })}
              onClick={() => {
                acts.restore(row.id);
              }}
            >
              <Undo2 {...smallIcon} />
            </IconButton>
          ) : null)}
        {!readOnly && !removed && (
          <IconButton
            label={t('configuration.remove', { name })}
            onClick={() => {
              acts.remove(row.id);
            }}
          >
            <Trash2 {...smallIcon} />
          </IconButton>
        )}
      </td>
    </tr>
  );
}

function Wrong({ id, violations }: { id: string; violations: Violation[] }) {
  if (violations.length === 0) return null;
  return (
    <p id={id} className={styles.wrong}>
      {violations.map(violationWords).join(' · ')}
    </p>
  );
}

/** A variable's value goes along into a secret; a secret's never comes out of it. */
function relocate({ id, item, was }: Row, location: string, { edit, hold }: RowActs): void {
  if (location === item.location) return;
  if (location !== 'keyvault') {
    edit(id, { location, value: isSecret(item) ? null : item.value, isSet: null, held: null });
    return;
  }
  const change = { location, value: null, isSet: was && isSecret(was) ? was.isSet : false };
  if ((item.value ?? '') === '') edit(id, { ...change, held: null });
  else hold(id, item.value ?? '', change);
}

function locations(known: string): string[] {
  return [...new Set(['variable', 'keyvault', known])];
}

export function locationWord(location: string, t: Translate): string {
  return location === 'variable' || location === 'keyvault'
    ? t(`configuration.location.${location}`)
    : location;
}

/** Whether it has a value. */
export function settingWord(item: EditedItem, t: Translate): string {
  if (isSecret(item)) {
    if (item.held !== null) return t('configuration.setting.new');
    return t(item.isSet === true ? 'configuration.setting.set' : 'configuration.setting.notSet');
  }
  const value = item.value ?? '';
  const lines = value.split('\n').length;
  if (lines > 1) return t('configuration.setting.lines', { count: lines });
  return t(value === '' ? 'configuration.setting.empty' : 'configuration.setting.set');
}

/** Up and down go from row to row, unless the caret has a line to go to. */
function arrows(event: KeyboardEvent<HTMLElement>): void {
  const field = event.target;
  const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (by === 0 || event.altKey || event.shiftKey) return;
  if (field instanceof HTMLTextAreaElement && field.value.includes('\n')) return;
  if (!(field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)) return;
  if (step(field, by)) event.preventDefault();
}

function step(from: HTMLElement, by: 1 | -1): boolean {
  const row = from.closest('tr');
  const column = from.dataset['column'];
  const next = by > 0 ? row?.nextElementSibling : row?.previousElementSibling;
  const field = column === undefined ? null : fieldOf(next ?? null, column);
  field?.focus();
  return field !== null;
}

function fieldOf(row: Element | null, column: string): HTMLElement | null {
  return row?.querySelector<HTMLElement>(`[data-column="${column}"]`) ?? null;
}
