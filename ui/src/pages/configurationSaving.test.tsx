import { EditorView } from '@codemirror/view';
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Configuration, ConfigurationItem, Versioned } from '../ipc';
import { applications } from '../ipc/fake/data';
import { failure } from '../ipc/fake/parts';
import { callsOf, renderApp } from '../test/renderApp';

const DEV = '/c/orders/applications/orders-api/dev/configuration';
const PROD = '/c/orders/applications/orders-api/prod/configuration';
const LABEL = 'Configuration as JSON';

const ITEMS: ConfigurationItem[] = ['LOG_LEVEL', 'BASE_URL'].map((name) => ({
  name,
  value: `${name} as it was`,
  location: 'variable',
  required: false,
  isSet: null,
  portalInput: null,
}));

/** The far side saves only when it is told to, or refuses to. */
async function open(address: string) {
  let saves: (saved: Versioned<Configuration>) => void = () => undefined;
  let refuses: (why: unknown) => void = () => undefined;
  let theirs: ConfigurationItem[] | null = null;
  let comes: () => void = () => undefined;
  const read = (items: ConfigurationItem[], version: string) => ({
    value: { value: { environment: 'dev', items, message: null }, version },
    asOf: new Date().toISOString(),
    source: 'live' as const,
    failure: null,
  });
  const fake = await renderApp(address, {
    applications: applications.map((each) =>
      each.key === 'orders-api' ? { ...each, configuration: ITEMS } : each,
    ),
    answers: {
      configuration: () =>
        new Promise((resolve) => {
          const answer = () => {
            resolve(theirs ? read(theirs, '"2"') : read(ITEMS, '"1"'));
          };
          if (theirs) comes = answer;
          else answer();
        }),
      configurationSave: () =>
        new Promise((resolve, reject) => {
          saves = resolve;
          refuses = reject;
        }),
    },
  });
  return {
    ...fake,
    saved: (items: ConfigurationItem[]) => {
      saves({ value: { environment: 'dev', items, message: null }, version: '"2"' });
    },
    /** Somebody else was first; what they saved is read as it is let. */
    overtaken: (items: ConfigurationItem[]) => {
      theirs = items;
      refuses(failure('conflict'));
    },
    come: () => {
      comes();
    },
    refused: () => {
      refuses(failure('internal'));
    },
  };
}

const value = (name: string) => screen.findByRole('textbox', { name: `Value of ${name}` });
const save = async (environment: string) => {
  const first = await screen.findByRole('button', { name: /^Review for/ });
  await waitFor(() => {
    expect(screen.getByRole('button', { name: /^Review for/ })).not.toHaveAttribute('aria-disabled', 'true');
  });
  expect(first).toBeVisible();
  fireEvent.click(screen.getByRole('button', { name: /^Review for/ }));
  const panel = within(await screen.findByRole('complementary'));
  fireEvent.click(panel.getByRole('button', { name: new RegExp(`^Save to ${environment}`) }));
};
const editor = async () => {
  const found = EditorView.findFromDOM(await screen.findByRole('textbox', { name: LABEL }));
  if (!found) throw new Error('there is no editor');
  return found;
};
const write = (view: EditorView, text: string) => {
  act(() => {
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
  });
};

afterEach(() => {
  vi.useRealTimers();
});

describe('while a configuration is being saved', () => {
  it('nothing can be typed that would be thrown away', async () => {
    const { saved } = await open(DEV);
    fireEvent.change(await value('BASE_URL'), { target: { value: 'mine' } });
    await save('dev');
    expect(await screen.findByRole('button', { name: /^Saving…/ })).toBeVisible();
    for (const name of ['BASE_URL', 'LOG_LEVEL']) expect(await value(name)).toHaveAttribute('readonly');
    expect(screen.queryByRole('button', { name: 'Add' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Import' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Discard' })).toHaveAttribute('aria-disabled', 'true');
    fireEvent.keyDown(document.body, { key: 'z', ctrlKey: true });
    fireEvent.paste(document.body, { clipboardData: { getData: () => 'PASTED=1' } });
    expect(await value('BASE_URL')).toHaveValue('mine');
    expect(screen.queryByText('From the clipboard')).toBeNull();
    act(() => {
      saved(ITEMS.map((each) => (each.name === 'BASE_URL' ? { ...each, value: 'mine' } : each)));
    });
    await screen.findByText('Saved. It takes effect at the next deployment.');
    expect(await value('BASE_URL')).not.toHaveAttribute('readonly');
    fireEvent.change(await value('BASE_URL'), { target: { value: 'more' } });
    expect(await screen.findByText('1 change, not saved')).toBeVisible();
  });

  it('keeps what is typed while what others saved is read', async () => {
    const { overtaken, come } = await open(DEV);
    fireEvent.change(await value('BASE_URL'), { target: { value: 'mine' } });
    await save('dev');
    await screen.findByRole('button', { name: /^Saving…/ });
    const added: ConfigurationItem = { ...(ITEMS[0] as ConfigurationItem), name: 'THEIRS', value: 'new' };
    act(() => {
      overtaken([...ITEMS, added]);
    });
    await waitFor(async () => {
      expect(await value('LOG_LEVEL')).not.toHaveAttribute('readonly');
    });
    fireEvent.change(await value('LOG_LEVEL'), { target: { value: 'typed meanwhile' } });
    act(come);
    expect(await value('THEIRS')).toHaveValue('new');
    expect(await value('BASE_URL')).toHaveValue('mine');
    expect(await value('LOG_LEVEL')).toHaveValue('typed meanwhile');
  });

  it('the text stays as it was typed, and can be typed on where it was not saved', async () => {
    const { refused } = await open(`${DEV}?view=json`);
    const typed = (await editor()).state.doc.toString().replace('BASE_URL as it was', 'mine');
    write(await editor(), typed);
    await save('dev');
    await screen.findByRole('button', { name: /^Saving…/ });
    expect((await editor()).state.readOnly).toBe(true);
    act(refused);
    await waitFor(async () => {
      expect((await editor()).state.readOnly).toBe(false);
    });
    expect((await editor()).state.doc.toString()).toBe(typed);
  });
});

describe('the review of a configuration', () => {
  it('saves nothing of a text that is not right', async () => {
    const fake = await open(`${PROD}?view=json`);
    const view = await editor();
    write(view, view.state.doc.toString().replace('BASE_URL as it was', 'mine'));
    await waitFor(() => {
      expect(screen.getByRole('button', { name: /^Review for/ })).not.toHaveAttribute(
        'aria-disabled',
        'true',
      );
    });
    fireEvent.click(screen.getByRole('button', { name: /^Review for/ }));
    const panel = within(await screen.findByRole('complementary'));
    const send = () => panel.findByRole('button', { name: /^Save to PROD/ });
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    fireEvent.click(await send());
    write(view, `${view.state.doc.toString()} and what is no JSON`);
    act(() => {
      vi.advanceTimersByTime(10_000);
    });
    fireEvent.click(await send());
    expect(await send()).toHaveAccessibleDescription(/^Mend the JSON first/);
    act(() => {
      vi.advanceTimersByTime(10_000);
    });
    expect(callsOf(fake, 'configurationSave')).toEqual([]);
  });
});
