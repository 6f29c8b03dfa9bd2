import { jsonLanguage } from '@codemirror/lang-json';
import type { SyntaxNode } from '@lezer/common';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { brokenAt, keepBroken } from '../app/brokenTexts';
import { bring, itemsOf, type Sheet } from '../app/configuration';
import { itemsFrom, readableSecrets, textOf } from '../app/configurationText';
import { i18n } from '../i18n/i18n';
import { commands, type Value } from '../ipc';
import styles from './ConfigurationJson.module.css';
import JsonEditor, { type TextFault } from './JsonEditor';
import { violationWords } from './violationWords';

type Props = {
  /** Names the account, application and environment: a text that is left before it is right is found again there. */
  place: string;
  sheet: Sheet;
  readOnly: boolean;
  change: (next: (before: Sheet) => Sheet) => void;
  /** Whether the text is not right, so that it is in the table only in part. */
  broken: (is: boolean) => void;
};

/** The configuration as a text. What is right by the rules is in the table at once; what is not is marked. */
export default function ConfigurationJson({ place, sheet, readOnly, change, broken }: Props) {
  const { t } = useTranslation();
  const text = textOf(itemsOf(sheet));
  // What the text in the editor stands for; another one is brought by an import, a merge or the last step back.
  const [stands, setStands] = useState(text);
  const [left] = useState(() => brokenAt(place, text));
  const [shown, setShown] = useState({ text: left ?? text, number: 0 });
  if (stands !== text) {
    setStands(text);
    setShown(({ number }) => ({ text, number: number + 1 }));
  }
  const latest = useRef({ place, sheet, change, broken });
  useEffect(() => {
    latest.current = { place, sheet, change, broken };
  });
  useEffect(
    () => () => {
      latest.current.broken(false);
    },
    [],
  );
  const written = useRef(left ?? text);
  const [wrong, setWrong] = useState(left !== null);
  /** Marks what is wrong; what is right goes into the table. */
  const look = useCallback(async (typed: string): Promise<TextFault[]> => {
    const { faults, raw } = await faultsOf(typed);
    // What was typed meanwhile is looked at next.
    if (typed !== written.current) return faults;
    const table = textOf(itemsOf(latest.current.sheet));
    keepBroken(latest.current.place, faults.length > 0 ? { table, text: typed } : null);
    latest.current.broken(faults.length > 0);
    setWrong(faults.length > 0);
    if (faults.length > 0) return faults;
    const before = itemsOf(latest.current.sheet);
    const items = itemsFrom(raw, before);
    if (textOf(items) !== textOf(before)) {
      setStands(textOf(items));
      latest.current.change((known) => bring(known, items));
    }
    return faults;
  }, []);
  return (
    <div className={styles.json}>
      <p role="status" className={styles.hint}>
        {t(wrong ? 'configuration.json.mendFirst' : 'configuration.json.hint')}
      </p>
      <JsonEditor
        key={shown.number}
        label={t('configuration.json.label')}
        value={shown.text}
        faults={look}
        {...(readOnly
          ? {}
          : {
              change: (typed: string) => {
                written.current = typed;
                // Until it was looked at it may be anything.
                broken(true);
              },
            })}
      />
    </div>
  );
}

async function faultsOf(text: string): Promise<{ faults: TextFault[]; raw: Value }> {
  let raw: Value;
  try {
    raw = JSON.parse(text) as Value;
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { faults: [{ ...wrongPlace(text), message }], raw: null };
  }
  const broken = await commands.configurationCheck(raw);
  const faults = broken.map((violation): TextFault => {
    const words =
      violation.field === 'items' ? i18n.t('configuration.json.noList') : violationWords(violation);
    return { ...placeOf(text, violation.field), message: words };
  });
  const readable = readableSecrets(raw).map((at): TextFault => ({
    ...placeOf(text, `items[${String(at)}].value`),
    message: i18n.t('configuration.json.secretValue'),
  }));
  return { faults: [...faults, ...readable], raw };
}

type Range = { from: number; to: number };

/** Where the text stops being JSON. */
function wrongPlace(text: string): Range {
  const found: Range[] = [];
  jsonLanguage.parser.parse(text).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) found.push({ from, to });
    },
  });
  return found[0] ?? { from: 0, to: text.length };
}

/** Where a field of an item stands; the item where it has no such field. */
function placeOf(text: string, field: string): Range {
  const whole = { from: 0, to: text.length };
  const [, at, name] = /^items\[(\d+)\](?:\.(\w+))?/.exec(field) ?? [];
  const list = jsonLanguage.parser.parse(text).topNode.getChild('Array');
  if (at === undefined || !list) return whole;
  const item = valuesOf(list)[Number(at)];
  if (!item) return whole;
  const property = item.getChildren('Property').find((each) => nameOf(text, each) === name);
  const { from, to } = property?.lastChild ?? item;
  return { from, to };
}

function valuesOf(list: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let node = list.firstChild; node; node = node.nextSibling)
    if (!['[', ']', ',', '⚠'].includes(node.name)) found.push(node);
  return found;
}

function nameOf(text: string, property: SyntaxNode): string | null {
  const name = property.getChild('PropertyName');
  if (!name) return null;
  try {
    return String(JSON.parse(text.slice(name.from, name.to)));
  } catch {
    return null;
  }
}
