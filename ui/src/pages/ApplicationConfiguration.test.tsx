import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { editedOf } from '../app/configuration';
import type { Commands } from '../ipc';
import { applications } from '../ipc/fake/data';
import { failure } from '../ipc/fake/parts';
import type { ConfigurationItem } from '../ipc';
import { callsOf, renderApp } from '../test/renderApp';
import { keptDraft } from '../test/keptDraft';

const DEV = '/c/orders/applications/orders-api/dev/configuration';
const PROD = '/c/orders/applications/orders-api/prod/configuration';
const SECRET = 'hunter2-hunter2';

const item = (
  name: string,
  value: string | null,
  more: Partial<ConfigurationItem> = {},
): ConfigurationItem => ({
  name,
  value,
  location: value === null ? 'keyvault' : 'variable',
  required: false,
  isSet: value === null ? true : null,
  portalInput: null,
  ...more,
});
const ITEMS = [
  item('LOG_LEVEL', 'info', {
    portalInput: { label: 'How much it says', options: ['info', 'debug'], field: 'select' },
  }),
  item('BASE_URL', 'https://orders.example', { required: true }),
  item('DB_PASSWORD', null),
];
const WITH_ITEMS = applications.map((each) =>
  each.key === 'orders-api' ? { ...each, configuration: ITEMS } : each,
);

const open = (address: string, answers: Partial<Commands> = {}) =>
  renderApp(address, { applications: WITH_ITEMS, answers });
const value = async (name: string) => screen.findByRole('textbox', { name: `Value of ${name}` });
const type = async (name: string, text: string) => {
  fireEvent.change(await value(name), { target: { value: text } });
};
const review = async () => {
  await waitFor(() => {
    expect(screen.getByRole('button', { name: /^Review for/ })).not.toHaveAttribute('aria-disabled', 'true');
  });
  fireEvent.click(screen.getByRole('button', { name: /^Review for/ }));
  return within(await screen.findByRole('complementary'));
};
const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

afterEach(() => {
  vi.useRealTimers();
});

describe('the configuration', () => {
  it('is edited in place and saved after its difference was seen', async () => {
    const fake = await open(DEV);
    await type('BASE_URL', 'https://other.example');
    fireEvent.click(screen.getByRole('button', { name: 'Remove LOG_LEVEL' }));
    fireEvent.click(screen.getByRole('button', { name: 'Add' }));
    fireEvent.change(screen.getByRole('textbox', { name: 'Name of new item' }), {
      target: { value: 'PORT' },
    });
    await type('PORT', '8080');
    await screen.findByText('3 changes, not saved');
    const panel = await review();
    expect(panel.getByText('https://orders.example')).toBeVisible();
    expect(panel.getByText('https://other.example')).toBeVisible();
    expect(panel.getByText('LOG_LEVEL')).toBeVisible();
    fireEvent.click(panel.getByRole('button', { name: /^Save to dev/ }));
    await screen.findByText('Saved. It takes effect at the next deployment.');
    const [call] = callsOf(fake, 'configurationSave');
    expect(call?.[4]).toBe('"1"');
    const names = (call?.[3] as ConfigurationItem[]).map((each) => [each.name, each.value]);
    expect(names).toEqual([
      ['BASE_URL', 'https://other.example'],
      ['DB_PASSWORD', null],
      ['PORT', '8080'],
    ]);
    fireEvent.click(screen.getByRole('button', { name: 'Restart with it…' }));
    expect(await screen.findByRole('complementary', { name: /Deploy/ })).toBeVisible();
  });

  it('takes the last step back, and typing on in one field is one step', async () => {
    await open(DEV);
    await type('BASE_URL', 'a');
    await type('BASE_URL', 'ab');
    fireEvent.click(screen.getByRole('button', { name: 'Remove DB_PASSWORD' }));
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(await value('BASE_URL')).toHaveValue('ab');
    fireEvent.keyDown(document.body, { key: 'z', ctrlKey: true });
    expect(await value('BASE_URL')).toHaveValue('https://orders.example');
    expect(screen.getByRole('button', { name: 'Undo' })).toBeDisabled();
  });

  it('marks what breaks a rule at its field and does not save it', async () => {
    await open(DEV);
    const name = await screen.findByRole('textbox', { name: 'Name of BASE_URL' });
    fireEvent.change(name, { target: { value: 'base-url' } });
    await screen.findByText(/^Capital letters, digits and underscores/);
    expect(screen.getByRole('button', { name: /^Review for/ })).toHaveAttribute('aria-disabled', 'true');
    expect(screen.getByText('1 field is not right yet')).toBeVisible();
  });

  it('offers what the manifest says of an item', async () => {
    await open(DEV);
    fireEvent.click(await screen.findByRole('button', { name: 'Value of LOG_LEVEL: info' }));
    const choices = await screen.findAllByRole('menuitem');
    expect(choices.map((each) => each.textContent)).toEqual(['info', 'debug']);
    fireEvent.click(screen.getByRole('menuitem', { name: 'debug' }));
    expect(await screen.findByRole('button', { name: 'Value of LOG_LEVEL: debug' })).toBeVisible();
    expect(screen.getByText('How much it says')).toBeVisible();
  });

  it('sends nothing to production before its three seconds are over, and nothing where it is taken back', async () => {
    const fake = await open(PROD);
    await type('BASE_URL', 'https://other.example');
    const panel = await review();
    vi.useFakeTimers();
    fireEvent.click(panel.getByRole('button', { name: /^Save to PROD/ }));
    await pass(2800);
    expect(callsOf(fake, 'configurationSave')).toHaveLength(0);
    fireEvent.keyDown(document.body, { key: 'Escape' });
    await pass(10_000);
    expect(callsOf(fake, 'configurationSave')).toHaveLength(0);
    fireEvent.click(panel.getByRole('button', { name: /^Save to PROD/ }));
    await pass(3100);
    expect(callsOf(fake, 'configurationSave')).toHaveLength(1);
  });

  it('merges what others saved meanwhile, and asks about what both changed', async () => {
    let saved = false;
    const theirs = [
      item('LOG_LEVEL', 'info'),
      item('BASE_URL', 'https://theirs.example'),
      item('DB_PASSWORD', null),
      item('NEW', '1'),
    ];
    const version = (items: ConfigurationItem[], of: string) => ({
      value: { environment: 'dev', items, message: null },
      version: of,
    });
    const reading = <T,>(of: T) => ({
      value: of,
      asOf: '2026-11-25T10:00:00Z',
      source: 'live' as const,
      failure: null,
    });
    const sent: unknown[][] = [];
    await open(DEV, {
      configuration: () => Promise.resolve(reading(saved ? version(theirs, '"2"') : version(ITEMS, '"1"'))),
      configurationSave: (...args) => {
        sent.push(args);
        if (args[4] !== '"2"') {
          saved = true;
          return Promise.reject(failure('conflict') as unknown as Error);
        }
        return Promise.resolve(version(theirs, '"3"'));
      },
    });
    await type('BASE_URL', 'https://mine.example');
    const panel = await review();
    fireEvent.click(panel.getByRole('button', { name: /^Save to dev/ }));
    const conflict = within(
      await screen.findByRole('complementary', { name: 'Changed by somebody else, too' }),
    );
    expect(conflict.getByText('https://orders.example')).toBeVisible();
    expect(conflict.getByText('https://theirs.example')).toBeVisible();
    expect(conflict.getByRole('button', { name: 'Take these' })).toHaveAttribute('aria-disabled', 'true');
    // Said once, at the button.
    expect(conflict.getAllByText('1 left to choose')).toHaveLength(1);
    expect(conflict.getByRole('button', { name: 'Take these' })).toHaveAccessibleDescription(
      '1 left to choose',
    );
    fireEvent.click(conflict.getByRole('radio', { name: /^Yours/ }));
    fireEvent.click(conflict.getByRole('button', { name: 'Take these' }));
    expect(await value('BASE_URL')).toHaveValue('https://mine.example');
    expect(await value('NEW')).toHaveValue('1');
    const again = await review();
    fireEvent.click(again.getByRole('button', { name: /^Save to dev/ }));
    await waitFor(() => {
      expect(sent).toHaveLength(2);
    });
    expect(sent[1]?.[4]).toBe('"2"');
  });

  it('can only be looked at without the permission, and says which is missing', async () => {
    await open(DEV, { rights: () => Promise.resolve({ permissions: ['configuration:read'] }) });
    expect(await value('BASE_URL')).toHaveAttribute('readonly');
    expect(screen.getByText(/configuration:update/)).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Add' })).toBeNull();
  });

  it('teaches the next step where nothing is configured', async () => {
    await renderApp(DEV, { applications });
    expect(await screen.findByText('No configuration yet')).toBeVisible();
    fireEvent.click(
      within(screen.getByRole('main')).getAllByRole('button', { name: 'Add' }).at(-1) as HTMLElement,
    );
    expect(await screen.findByRole('textbox', { name: 'Name of new item' })).toHaveFocus();
  });
});

describe('a secret', () => {
  const field = async () => screen.findByLabelText('New secret value of DB_PASSWORD');

  it('leaves the page as it is typed, is never drafted, and is sent by its word', async () => {
    const fake = await open(DEV);
    const secret = await field();
    fireEvent.change(secret, { target: { value: SECRET } });
    fireEvent.blur(secret);
    expect(secret).toHaveValue('');
    await screen.findByText('New value');
    expect(callsOf(fake, 'configurationHold')).toEqual([['orders', SECRET]]);
    expect(document.documentElement.outerHTML).not.toContain(SECRET);
    await type('BASE_URL', 'x');
    await screen.findByText('2 changes, not saved');
    await waitFor(() => {
      expect(callsOf(fake, 'draftSave').length).toBeGreaterThan(0);
    });
    const draft = JSON.stringify(callsOf(fake, 'draftSave'));
    expect(draft).toContain('BASE_URL');
    expect(draft).not.toContain('DB_PASSWORD');
    expect(draft).not.toContain('held-');
    const panel = await review();
    expect(panel.getByText('The secret will be replaced.')).toBeVisible();
    fireEvent.click(panel.getByRole('button', { name: /^Save to dev/ }));
    await screen.findByText('Saved. It takes effect at the next deployment.');
    const sent = JSON.stringify(callsOf(fake, 'configurationSave'));
    expect(sent).toContain('held-1');
    expect(sent).not.toContain(SECRET);
  });

  it('that becomes a variable needs a value', async () => {
    await open(DEV);
    fireEvent.click(await screen.findByRole('button', { name: 'Location of DB_PASSWORD: Secret' }));
    fireEvent.click(await screen.findByRole('menuitem', { name: 'Variable' }));
    expect(await screen.findByText('It is needed.')).toBeVisible();
    await type('DB_PASSWORD', 'public');
    await waitFor(() => {
      expect(screen.queryByText('It is needed.')).toBeNull();
    });
  });

  it('is forgotten with the page where it was not saved', async () => {
    const fake = await open(DEV);
    const secret = await field();
    fireEvent.change(secret, { target: { value: SECRET } });
    fireEvent.blur(secret);
    await screen.findByText('New value');
    fireEvent.click(screen.getByRole('link', { name: 'Logs' }));
    await waitFor(() => {
      expect(callsOf(fake, 'configurationLetGo')).toEqual([['orders', ['held-1']]]);
    });
  });
});

describe('files', () => {
  it('that are dropped or pasted are shown as a difference first', async () => {
    const fake = await open(DEV);
    const table = await screen.findByRole('table', { name: 'Configuration items' });
    const file = new File([`BASE_URL=dropped\nDB_PASSWORD=${SECRET}\n`], 'orders.env');
    Object.assign(file, { text: () => Promise.resolve(`BASE_URL=dropped\nDB_PASSWORD=${SECRET}\n`) });
    fireEvent.drop(table, { dataTransfer: { files: [file], types: ['Files'] } });
    const panel = within(await screen.findByRole('complementary', { name: 'From orders.env' }));
    expect(panel.getByText('dropped')).toBeVisible();
    expect(document.documentElement.outerHTML).not.toContain(SECRET);
    expect(await value('BASE_URL')).toHaveValue('https://orders.example');
    fireEvent.click(panel.getByRole('button', { name: 'Take 2 changes into the table' }));
    expect(await value('BASE_URL')).toHaveValue('dropped');
    expect(callsOf(fake, 'configurationSave')).toHaveLength(0);
    fireEvent.paste(document.body, { clipboardData: { getData: () => 'PASTED=1' } });
    const pasted = within(await screen.findByRole('complementary', { name: 'From the clipboard' }));
    fireEvent.click(pasted.getByRole('button', { name: 'Take 1 change into the table' }));
    expect(await value('PASTED')).toHaveValue('1');
  });

  it('that bring nothing say so', async () => {
    await open(DEV);
    await value('BASE_URL');
    fireEvent.paste(document.body, { clipboardData: { getData: () => 'nothing of the kind' } });
    expect(await screen.findByText('This brings no configuration')).toBeVisible();
  });
});

describe('all environments', () => {
  it('stand side by side after two clicks, and secrets are never called equal', async () => {
    const fake = await open('/c/orders/applications/orders-api/dev');
    fireEvent.click(await screen.findByRole('link', { name: 'Configuration' }));
    fireEvent.click(await screen.findByRole('button', { name: 'All environments' }));
    const table = within(await screen.findByRole('table', { name: 'Configuration of all environments' }));
    const secret = within(table.getByRole('row', { name: /DB_PASSWORD/ }));
    expect(secret.getByText('set on all, values cannot be compared')).toBeVisible();
    expect(secret.queryByText('same')).toBeNull();
    expect(within(table.getByRole('row', { name: /LOG_LEVEL/ })).getByText('same')).toBeVisible();
    expect(callsOf(fake, 'configurationCompare')).toHaveLength(1);
  });

  it('say in the cell itself which value is another', async () => {
    const long = `https://${'orders.'.repeat(20)}example`;
    const cell = (text: string, differs: boolean) => ({
      item: { ...editedOf(item('BASE_URL', text)), held: null },
      differs,
    });
    const stage = (key: string) => ({ stage: { key, name: key, production: false }, failure: null });
    await open('/c/orders/applications/orders-api/dev/configuration', {
      configurationCompare: () =>
        Promise.resolve({
          value: {
            environments: [stage('dev'), stage('test')],
            rows: [
              { name: 'BASE_URL', cells: [cell('short', false), cell(long, true)], likeness: 'differs' },
            ],
          },
          asOf: new Date().toISOString(),
          source: 'live',
          failure: null,
        }),
    });
    fireEvent.click(await screen.findByRole('button', { name: 'All environments' }));
    const table = within(await screen.findByRole('table', { name: 'Configuration of all environments' }));
    const another = 'another than in the environment before it';
    expect(table.getAllByText(another)).toHaveLength(1);
    expect(table.getByText(another).closest('td')).toHaveTextContent(`${long} ${another}`);
  });
});

describe('what was typed', () => {
  it('is in the table again', async () => {
    const was = item('BASE_URL', 'https://orders.example', { required: true });
    await renderApp(DEV, {
      applications: WITH_ITEMS,
      drafts: [keptDraft(was, new Date(Date.now() - 60_000))],
    });
    await waitFor(async () => {
      expect(await value('BASE_URL')).toHaveValue('typed');
    });
    expect(screen.getByText(/is here again/)).toBeVisible();
    fireEvent.click(screen.getByRole('button', { name: 'Start afresh' }));
    expect(await value('BASE_URL')).toHaveValue('https://orders.example');
  });

  it('stays kept while it collides with what others saved, until that is settled', async () => {
    const was = item('BASE_URL', 'https://before.example', { required: true });
    const fake = await renderApp(DEV, {
      applications: WITH_ITEMS,
      drafts: [keptDraft(was)],
    });
    const conflict = within(
      await screen.findByRole('complementary', { name: 'Changed by somebody else, too' }),
    );
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(callsOf(fake, 'draftSave')).toHaveLength(0);
    fireEvent.click(conflict.getByRole('radio', { name: /^Yours/ }));
    fireEvent.click(conflict.getByRole('button', { name: 'Take these' }));
    await waitFor(async () => {
      expect(await value('BASE_URL')).toHaveValue('typed');
    });
  });
});
