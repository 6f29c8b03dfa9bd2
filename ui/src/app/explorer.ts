import { Braces, SquareTerminal, Terminal } from 'lucide-react';
import { createStore } from '../hooks/store';
import { i18n } from '../i18n/i18n';
import {
  commands,
  type ApiCall,
  type ApiLanguage,
  type ApiOperation,
  type ApiOperationRow,
  type ApiParameter,
  type ConnectionId,
  type ConnectionView,
  type CopiedCommand,
  type Resource,
} from '../ipc';
import { carefully } from './carefully';
import type { MenuEntry } from './layers';
import type { Tab } from './paths';

/** What is typed into the form of an operation: its parameters by their names, and its body. */
export type Typed = { values: Record<string, string>; body: string };

/** A form without what a secret may have been typed into: its headers, and its body. */
export function forgetting(operation: ApiOperation, { values }: Typed): Typed {
  const headers = operation.parameters.filter(({ place }) => place === 'header').map(fieldOf);
  return {
    values: Object.fromEntries(Object.entries(values).filter(([field]) => !headers.includes(field))),
    body: freshly(operation).body,
  };
}

/** The languages that a call is copied as, in the order of the menu. */
export const LANGUAGES: ApiLanguage[] = ['curl', 'javaScript', 'python', 'cSharp', 'java', 'rust'];

/** The name of an operation in the address. */
export function operationName({ method, path }: Pick<ApiOperationRow, 'method' | 'path'>): string {
  return `${method} ${path}`;
}

/** The method and the path that an address names, or null. */
export function operationFrom(word: string | undefined): { method: string; path: string } | null {
  const [, method, path] = /^([A-Z]+) (\/.*)$/.exec(word ?? '') ?? [];
  return method === undefined || path === undefined ? null : { method, path };
}

/** Those in which every word that is typed is found. */
export function narrowed(operations: ApiOperationRow[], search: string): ApiOperationRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return operations;
  return operations.filter(({ method, path, summary, tag }) => {
    const text = `${method} ${path} ${summary ?? ''} ${tag ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** A row of the list: a heading, or an operation. */
export type ListRow = { heading: string | null } | { operation: ApiOperationRow };

/** The operations with a heading before each tag's; without one where none has a tag. */
export function listRows(operations: ApiOperationRow[]): ListRow[] {
  const tagged = operations.some(({ tag }) => tag !== null);
  return operations.flatMap((operation, at): ListRow[] => {
    const begins = tagged && (at === 0 || operations[at - 1]?.tag !== operation.tag);
    return begins ? [{ heading: operation.tag }, { operation }] : [{ operation }];
  });
}

/** The key of a parameter in a form: two places may share a name. */
export function fieldOf({ place, name }: Pick<ApiParameter, 'place' | 'name'>): string {
  return `${place} ${name}`;
}

/** What a form begins with. */
export function freshly({ body }: ApiOperation): Typed {
  return { values: {}, body: body?.json === true ? body.example : '' };
}

/** The call that a form says; what nothing is typed into is left out. */
export function callOf({ row, parameters }: ApiOperation, { values, body }: Typed): ApiCall {
  const typed = (parameter: ApiParameter) => values[fieldOf(parameter)]?.trim() ?? '';
  const at = (place: ApiParameter['place']) =>
    parameters.filter((parameter) => parameter.place === place && typed(parameter) !== '');
  const path = at('path').reduce(
    (before, parameter) => before.split(`{${parameter.name}}`).join(encodeURIComponent(typed(parameter))),
    row.path,
  );
  return {
    method: row.method,
    template: row.path,
    path,
    query: at('query').flatMap((parameter): [string, string][] =>
      parameter.repeats
        ? typed(parameter)
            .split(',')
            .map((value) => [parameter.name, value.trim()])
        : [[parameter.name, typed(parameter)]],
    ),
    headers: at('header').map((parameter) => [parameter.name, typed(parameter)]),
    body: row.writes && body.trim() !== '' ? body : null,
  };
}

/** What a form says again of a call that was sent; what was not kept of it is as at first. */
export function typedOf(operation: ApiOperation, call: ApiCall): Typed {
  const inPath = valuesIn(operation.row.path, call.path);
  const values: Record<string, string> = {};
  for (const parameter of operation.parameters) {
    const { name, place } = parameter;
    const sent = place === 'query' ? call.query : call.headers;
    const same = (each: string) =>
      place === 'header' ? each.toLowerCase() === name.toLowerCase() : each === name;
    const value =
      place === 'path' ? inPath[name] : sent.flatMap(([each, said]) => (same(each) ? [said] : [])).join(', ');
    if (value !== undefined && value !== '') values[fieldOf(parameter)] = value;
  }
  return { values, body: call.body ?? freshly(operation).body };
}

/** What stands in a path in the place of each name. */
function valuesIn(template: string, path: string): Record<string, string> {
  const parts = template.split(/\{([^}]*)\}/);
  const names = parts.filter((_, at) => at % 2 === 1);
  const fixed = parts
    .filter((_, at) => at % 2 === 0)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const found = new RegExp(`^${fixed.join('([^/]*)')}$`).exec(path);
  if (!found) return {};
  return Object.fromEntries(names.map((name, at) => [name, decoded(found[at + 1] ?? '')]));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a text is JSON; nothing is no body. */
export function isJson(text: string): boolean {
  if (text.trim() === '') return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The first parameter that has to be there and is not. */
export function missing({ parameters, body, row }: ApiOperation, typed: Typed): string | null {
  const lacking = parameters.find(
    (parameter) => parameter.required && (typed.values[fieldOf(parameter)]?.trim() ?? '') === '',
  );
  if (lacking) return lacking.name;
  const lacksBody = row.writes && body?.required === true && typed.body.trim() === '';
  return lacksBody ? i18n.t('explorer.body') : null;
}

/**
 * What is typed into forms in this run and not sent yet. It stays in the window, and nothing of it goes to the disk: a
 * secret may be among it, which is forgotten once it was sent.
 */
const forms = createStore<Map<string, Typed>>(new Map());
const MOST_FORMS = 100;

export function keptForm(connection: ConnectionView | null, operation: string): Typed | null {
  return forms.get().get(formKey(connection, operation)) ?? null;
}

export function keepForm(connection: ConnectionView | null, operation: string, typed: Typed): void {
  forms.set((before) => {
    const key = formKey(connection, operation);
    const others = [...before].filter(([each]) => each !== key).slice(1 - MOST_FORMS);
    return new Map([...others, [key, typed]]);
  });
}

/** Forgets what was typed on a connection. */
export function forgetForms(connection: ConnectionId): void {
  forms.set((before) => new Map([...before].filter(([key]) => !key.startsWith(`${connection} `))));
}

function formKey(connection: ConnectionView | null, operation: string): string {
  return `${connection?.id ?? ''} ${connection?.account?.subject ?? ''} ${operation}`;
}

/** The menu of a call: what it is copied as. */
export function copyEntries(connection: ConnectionId, call: ApiCall, copied: () => void): MenuEntry[] {
  const [curl, ...code] = LANGUAGES.map((language): MenuEntry => ({
    label: i18n.t(`explorer.languages.${language}`),
    icon: language === 'curl' ? Terminal : Braces,
    act: () => {
      void carefully(async () => {
        await commands.callCopy(connection, { kind: 'call', call }, language);
        copied();
      });
    },
  }));
  const command: MenuEntry = {
    ...commandEntry(connection, { kind: 'call', call }, copied),
    label: i18n.t('explorer.command'),
  };
  return [...(curl ? [curl] : []), command, ...code];
}

/** Copies a command of the app's own, which has the session. */
export function commandEntry(
  connection: ConnectionId,
  what: CopiedCommand,
  copied: () => void = () => undefined,
): Exclude<MenuEntry, 'divider'> {
  return {
    label: i18n.t('explorer.copyCommand'),
    icon: SquareTerminal,
    act: () => {
      void carefully(async () => {
        await commands.commandCopy(connection, what);
        copied();
      });
    },
  };
}

/** What is copied of a row that shows one of the API's objects: as curl, and as a command. */
export function callEntries(connection: ConnectionId, resource: Resource): MenuEntry[] {
  return [curlEntry(connection, resource), commandEntry(connection, { kind: 'resource', resource })];
}

/** Copies the call that reads what a page shows. */
export function curlEntry(connection: ConnectionId, resource: Resource): MenuEntry {
  return {
    label: i18n.t('explorer.copyCurl'),
    icon: Terminal,
    act: () => {
      copyCurl(connection, resource);
    },
  };
}

/** The same without a menu. */
export function copyCurl(
  connection: ConnectionId,
  resource: Resource,
  copied: () => void = () => undefined,
): void {
  void carefully(async () => {
    await commands.callCopy(connection, { kind: 'resource', resource }, 'curl');
    copied();
  });
}

/** What the tab of an application's page shows, as the API has it. */
export function shownIn(tab: Tab, application: string, environment: string): Resource {
  switch (tab) {
    case 'deployments':
    case 'access':
      return { kind: tab, application };
    case 'configuration':
      return { kind: tab, application, environment };
    case 'now':
    case 'logs':
    case 'manifest':
      return { kind: 'application', application };
  }
}
