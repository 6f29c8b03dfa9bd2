import axe from 'axe-core';
import { act, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { followLanguage } from '../app/language';
import { history } from '../app/navigation';
import { paths, SETTINGS } from '../app/paths';
import { patchShell, shell } from '../app/shell';
import { followTheme } from '../app/theme';
import { speak } from '../i18n/i18n';
import type { Settings } from '../ipc';
import { callsOf, renderApp } from '../test/renderApp';

const saved = (fake: Parameters<typeof callsOf>[0]) =>
  callsOf(fake, 'settingsSave').at(-1)?.[0] as Settings | undefined;

describe('the settings', () => {
  it.each(SETTINGS)('are reached by their address: %s', async (part) => {
    await renderApp(paths.settings(part));
    const index = await screen.findByRole('navigation', { name: 'Parts of the settings' });
    const current = within(index).getByRole('link', { current: 'page' });
    expect(await screen.findByRole('region', { name: current.textContent })).toBeVisible();
    const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
    expect(violations.map(({ id }) => id)).toEqual([]);
  });

  it('have nothing at an address that is none', async () => {
    await renderApp('/settings/nowhere');
    expect(await screen.findByText('There is nothing at this address.')).toBeVisible();
  });

  it('are gone through by their index', async () => {
    const { user } = await renderApp('/settings');
    await user.click(await screen.findByRole('link', { name: 'Notifications' }));
    expect(history.location.pathname).toBe('/settings/notifications');
    expect(await screen.findByRole('checkbox', { name: /deployment that I started/ })).toBeChecked();
  });

  it('tell what is to be told, and when nothing is', async () => {
    const { user, ...fake } = await renderApp('/settings/notifications');
    await user.click(await screen.findByRole('checkbox', { name: /deployment/ }));
    expect(saved(fake)).toMatchObject({ quiet: true });
    await user.click(screen.getByRole('checkbox', { name: /I watch is unwell/ }));
    expect(saved(fake)).toMatchObject({ quietHealth: true, quietRequests: false });
    await user.click(screen.getByRole('checkbox', { name: /access request/ }));
    expect(saved(fake)).toMatchObject({ quiet: true, quietHealth: true, quietRequests: true });
    await user.click(screen.getByRole('checkbox', { name: 'Tell nothing at these hours' }));
    expect(saved(fake)?.quietHours).toEqual({ from: 1320, to: 420 });
    const to = screen.getByRole('textbox', { name: 'To' });
    await user.clear(to);
    expect(to).toBeInvalid();
    expect(saved(fake)?.quietHours).toEqual({ from: 1320, to: 420 });
    await user.type(to, '6.30');
    expect(saved(fake)?.quietHours).toEqual({ from: 1320, to: 390 });
    await user.tab();
    expect(to).toHaveValue('06:30');
    await user.click(screen.getByRole('checkbox', { name: 'Tell nothing at these hours' }));
    expect(saved(fake)?.quietHours).toBeNull();
  });

  it('let the app go on in the tray, where there is one', async () => {
    const { user, ...fake } = await renderApp('/settings/notifications');
    await user.click(await screen.findByRole('checkbox', { name: 'Go on in the tray' }));
    expect(saved(fake)).toMatchObject({ closeToTray: true });
    act(() => {
      fake.emit('trayChanged', { there: false });
    });
    expect(screen.getByRole('checkbox', { name: /This desktop has no tray/ })).toBeDisabled();
  });

  it('find a time zone by typing, and go back to the system', async () => {
    const { user, ...fake } = await renderApp('/settings/language');
    const zone = within(await screen.findByRole('group', { name: 'Time zone' }));
    await user.click(zone.getByRole('button', { name: 'Another' }));
    expect(callsOf(fake, 'settingsSave')).toHaveLength(0);
    await user.type(screen.getByRole('searchbox', { name: 'Find a time zone' }), 'helsinki');
    await user.click(screen.getByRole('button', { name: /Europe\/Helsinki/ }));
    expect(saved(fake)?.times).toEqual({ zone: 'Europe/Helsinki', hours: 'system', exact: false });
    expect(screen.getByText('Times are those of Europe/Helsinki.')).toBeVisible();
    await user.click(zone.getByRole('button', { name: 'System' }));
    expect(saved(fake)?.times.zone).toBeNull();
  });

  it('show what goes wrong, and hand it on', async () => {
    const { user, ...fake } = await renderApp('/settings/diagnostics');
    const faults = await screen.findByRole('table', { name: 'What went wrong lately' });
    expect(within(faults).getByText('not_found')).toBeVisible();
    expect(screen.getByText('312 of 1,000')).toBeVisible();
    expect(screen.getByText('about 84 an hour')).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Export…' }));
    expect(await screen.findByRole('button', { name: 'Saved' })).toBeVisible();
    await user.click(screen.getByRole('button', { name: 'Copy' }));
    expect(callsOf(fake, 'diagnosticsCopy')).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Look again' }));
    await waitFor(() => {
      expect(callsOf(fake, 'diagnostics').length).toBeGreaterThan(1);
    });
  });
});

describe('the network of connections', () => {
  it('shows what is set, and leads to where it is changed', async () => {
    const { user, ...fake } = await renderApp('/settings/network');
    const table = within(await screen.findByRole('table', { name: 'How connections reach their instances' }));
    expect(await table.findAllByText('as the platform says')).toHaveLength(2);
    await user.click(table.getByRole('button', { name: 'Change the network of Team Orders' }));
    const dialog = within(await screen.findByRole('dialog'));
    const hour = await dialog.findByRole('textbox', { name: 'An hour' });
    await user.type(hour, '0');
    await user.click(dialog.getByRole('button', { name: 'Save' }));
    expect(await dialog.findByText('A number from 1 to 1000000, or empty.')).toBeVisible();
    expect(hour).toBeInvalid();
    await user.clear(hour);
    await user.type(hour, '5x00');
    expect(hour).toHaveValue('500');
    await user.click(dialog.getByRole('button', { name: 'Save' }));
    expect(callsOf(fake, 'connectionChange').at(-1)?.[2]).toMatchObject({
      limits: { requestsPerHour: 500, requestsPerMinute: null },
    });
    expect(await table.findByText('500 an hour')).toBeVisible();
  });
});

describe('the language', () => {
  afterEach(async () => {
    await act(() => speak('en'));
  });

  it("changes what is on screen, and is the system's where none is chosen", async () => {
    const { user } = await renderApp('/settings/language');
    await act(() => followLanguage());
    await user.click(await screen.findByRole('button', { name: 'Suomi' }));
    expect(await screen.findByRole('heading', { name: 'Kieli ja aika' })).toBeVisible();
    expect(document.documentElement.lang).toBe('fi');
    await user.click(screen.getByRole('button', { name: 'English' }));
    expect(await screen.findByRole('heading', { name: 'Language and time' })).toBeVisible();
    const language = within(screen.getByRole('group', { name: 'Language' }));
    act(() => {
      patchShell({ systemLanguage: 'fi' });
    });
    await user.click(language.getByRole('button', { name: 'System' }));
    expect(await screen.findByRole('heading', { name: 'Kieli ja aika' })).toBeVisible();
    act(() => {
      patchShell({ systemLanguage: 'en' });
    });
    expect(await screen.findByRole('heading', { name: 'Language and time' })).toBeVisible();
  });
});

describe('the theme of high contrast', () => {
  it('is on the page while it is chosen', async () => {
    const { user } = await renderApp('/settings');
    followTheme();
    await user.click(await screen.findByRole('button', { name: 'High contrast' }));
    expect(shell.get().settings.theme).toBe('highContrast');
    expect(document.documentElement.dataset).toMatchObject({ theme: 'light', contrast: 'more' });
    await user.click(screen.getByRole('button', { name: 'Dark' }));
    expect(document.documentElement.dataset.theme).toBe('dark');
    expect(document.documentElement.dataset.contrast).toBeUndefined();
  });
});
