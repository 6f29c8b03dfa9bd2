import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { ConfigurationItem } from '../ipc';
import { applications } from '../ipc/fake/data';
import { callsOf, renderApp } from '../test/renderApp';
import { keptDraft } from '../test/keptDraft';

const DEV = '/c/orders/applications/orders-api/dev/configuration';

const item = (name: string, value: string): ConfigurationItem => ({
  name,
  value,
  location: 'variable',
  required: false,
  isSet: null,
  portalInput: null,
});
const ITEMS = [item('LOG_LEVEL', 'info'), item('BASE_URL', 'https://theirs.example')];

/** What was typed in an earlier session collides with what others saved since. */
const open = () => {
  const was = item('BASE_URL', 'https://before.example');
  return renderApp(DEV, {
    applications: applications.map((each) =>
      each.key === 'orders-api' ? { ...each, configuration: ITEMS } : each,
    ),
    drafts: [keptDraft(was)],
  });
};
const value = (name: string) => screen.findByRole('textbox', { name: `Value of ${name}` });
const type = async (name: string, text: string) => {
  fireEvent.change(await value(name), { target: { value: text } });
};
const conflict = async () =>
  within(await screen.findByRole('complementary', { name: 'Changed by somebody else, too' }));
const putAside = async () => {
  await conflict();
  fireEvent.keyDown(document.body, { key: 'Escape' });
  await waitFor(() => {
    expect(screen.queryByRole('complementary')).toBeNull();
  });
};
const settle = async (side: RegExp) => {
  const panel = await conflict();
  fireEvent.click(panel.getByRole('radio', { name: side }));
  fireEvent.click(panel.getByRole('button', { name: 'Take these' }));
};

describe('a conflict that is put aside', () => {
  it('is there again with what was typed, whatever was typed beside it', async () => {
    await open();
    await putAside();
    await type('LOG_LEVEL', 'debug');
    await screen.findByText('1 change, not saved');
    fireEvent.click(screen.getByRole('link', { name: 'Logs' }));
    await waitFor(() => {
      expect(screen.queryByRole('textbox', { name: 'Value of LOG_LEVEL' })).toBeNull();
    });
    fireEvent.click(screen.getByRole('link', { name: 'Configuration' }));
    expect((await conflict()).getByText('typed')).toBeVisible();
  });

  it('is opened again from the page, and what was typed meanwhile stays', async () => {
    const fake = await open();
    await putAside();
    await type('LOG_LEVEL', 'debug');
    fireEvent.click(await screen.findByRole('button', { name: /^Review for/ }));
    const review = within(await screen.findByRole('complementary'));
    const save = review.getByRole('button', { name: /^Save to dev/ });
    expect(save).toHaveAccessibleDescription('1 left to choose');
    fireEvent.click(save);
    expect(callsOf(fake, 'configurationSave')).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Choose…' }));
    await settle(/^Yours/);
    await waitFor(async () => {
      expect(await value('BASE_URL')).toHaveValue('typed');
    });
    expect(await value('LOG_LEVEL')).toHaveValue('debug');
    expect(await screen.findByText('2 changes, not saved')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Choose…' })).toBeNull();
  });

  it('asks once more where the same was typed into meanwhile, and chooses nothing unasked', async () => {
    await open();
    await putAside();
    await type('BASE_URL', 'else');
    fireEvent.click(screen.getByRole('button', { name: 'Choose…' }));
    await settle(/^Yours/);
    const again = await waitFor(async () => {
      const panel = await conflict();
      expect(panel.getByText('else')).toBeVisible();
      return panel;
    });
    expect(again.getByRole('radio', { name: /^Yours/ })).not.toBeChecked();
    await settle(/^Yours/);
    await waitFor(() => {
      expect(screen.queryByRole('complementary')).toBeNull();
    });
    expect(await value('BASE_URL')).toHaveValue('else');
  });
});
