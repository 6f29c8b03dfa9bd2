import { Bookmark, Columns3 } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  columnOf,
  columnsOf,
  forgetView,
  isColumnShown,
  keepView,
  setColumns,
  toggleColumn,
} from '../app/columns';
import { openMenu, type MenuEntry } from '../app/layers';
import { listFrom, listWords, type List } from '../app/list';
import { goInstead } from '../app/navigation';
import { paths } from '../app/paths';
import { isSame } from '../app/same';
import { useShell } from '../app/shell';
import type { ConnectionId, SavedView, Stage } from '../ipc';
import { Button, IconButton } from './Button';
import { Dialog, DialogActions } from './Dialog';
import { Field } from './Field';
import { smallIcon } from './icon';

/** Characters that the name of a view may have. */
const LONGEST_NAME = 40;

type Props = { connection: ConnectionId; list: List; environments: Stage[] };

/** How a connection's list of applications is looked at: views that have a name, and which columns it has. */
export function ListLook({ connection, list, environments }: Props) {
  const { t } = useTranslation();
  const settings = useShell((value) => value.settings);
  const [naming, setNaming] = useState(false);
  const columns = columnsOf(settings, connection);
  const views = settings.views.filter((view) => view.connection === connection);
  const words = listWords(list);
  const current = views.find((view) => view.list === words && isSame(view.columns, columns));
  const look = (view: SavedView) => {
    setColumns(connection, view.columns);
    goInstead(paths.applications(connection, listFrom(view.list)));
  };
  const openViews = (place: HTMLElement) => {
    const saved: MenuEntry[] = views.map((view) => ({
      label: view.name,
      checked: view === current,
      act: () => {
        look(view);
      },
    }));
    openMenu(
      place,
      t('views.title'),
      [
        ...saved,
        ...(saved.length > 0 ? (['divider'] as const) : []),
        {
          label: t('views.keep'),
          checked: false,
          act: () => {
            setNaming(true);
          },
        },
        ...(current
          ? [
              {
                label: t('views.forget', { name: current.name }),
                checked: false,
                act: () => {
                  forgetView(current);
                },
              },
            ]
          : []),
      ],
      place,
    );
  };
  const openColumns = (place: HTMLElement) => {
    const entry = (column: string, label: string): MenuEntry => ({
      label,
      checked: isColumnShown(columns, column),
      act: () => {
        toggleColumn(connection, column);
      },
    });
    openMenu(
      place,
      t('views.columns'),
      [
        entry('type', t('matrix.type')),
        entry('image', t('matrix.image')),
        ...environments.map(({ key, name }) => entry(columnOf(key), name)),
        entry('deployed', t('matrix.deployed')),
      ],
      place,
    );
  };
  return (
    <>
      <Button
        kind="quiet"
        aria-haspopup="menu"
        onClick={(event) => {
          openViews(event.currentTarget);
        }}
      >
        <Bookmark {...smallIcon} />
        {current?.name ?? t('views.title')}
      </Button>
      <IconButton
        label={t('views.columns')}
        aria-haspopup="menu"
        onClick={(event) => {
          openColumns(event.currentTarget);
        }}
      >
        <Columns3 {...smallIcon} />
      </IconButton>
      {naming && (
        <Naming
          taken={views.map(({ name }) => name)}
          close={() => {
            setNaming(false);
          }}
          keep={(name) => {
            keepView({ connection, name, list: words, columns });
            setNaming(false);
          }}
        />
      )}
    </>
  );
}

function Naming({
  taken,
  keep,
  close,
}: {
  taken: string[];
  keep: (name: string) => void;
  close: () => void;
}) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const typed = name.trim();
  return (
    <Dialog title={t('views.keepTitle')} focus={field} close={close}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (typed !== '') keep(typed);
        }}
      >
        <Field
          ref={field}
          label={t('views.name')}
          maxLength={LONGEST_NAME}
          autoComplete="off"
          value={name}
          {...(taken.includes(typed) ? { hint: t('views.replaces', { name: typed }) } : {})}
          onChange={({ target }) => {
            setName(target.value);
          }}
        />
        <DialogActions>
          <Button onClick={close}>{t('cancel')}</Button>
          <Button type="submit" kind="primary" reason={typed === '' ? t('views.nameNeeded') : undefined}>
            {t('views.save')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
