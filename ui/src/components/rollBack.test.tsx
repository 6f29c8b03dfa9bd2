import { fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { history } from '../app/navigation';
import { callsOf, lookedUp, renderApp } from '../test/renderApp';

const SICK = '/c/orders/applications/orders-api/prod';
const WELL = '/c/orders/applications/orders-api/dev';
const BEFORE = 'registry.example/orders-api:1.3.9';

const panel = async () => within(await screen.findByRole('complementary', { name: /^Deploy orders-api/ }));
const tag = async () => (await panel()).findByRole('textbox', { name: 'Image' });

describe('an application that is unwell', () => {
  it('offers in its header to go back to what ran before, and sends nothing by that', async () => {
    const { user, ...fake } = await renderApp(SICK);
    await user.click(await screen.findByRole('button', { name: 'Roll back PROD to 1.3.9' }));
    expect(history.location.search).toBe(`?deploy=new&image=${encodeURIComponent(BEFORE)}`);
    expect(await tag()).toHaveValue('1.3.9');
    expect((await panel()).getByRole('button', { name: /^Roll back PROD to 1\.3\.9/ })).toBeVisible();
    expect(callsOf(fake, 'deploy')).toHaveLength(0);
  });

  it('goes back to the deployment of then, configuration and all, unless that is not wanted', async () => {
    const { user, ...fake } = await renderApp(SICK);
    await user.click(await screen.findByRole('button', { name: 'Roll back PROD to 1.3.9' }));
    const shown = await panel();
    const asThen = await shown.findByRole('checkbox', { name: /With the configuration it had then/ });
    expect(asThen).toBeChecked();
    await user.click(shown.getByRole('button', { name: 'See what would change' }));
    const changes = within(await shown.findByRole('table', { name: 'What would change' }));
    expect(changes.getByRole('row', { name: /^image .*1\.4\.0 .*1\.3\.9/ })).toBeVisible();
    const then = fake.deployments.find((each) => each.environment === 'prod' && each.image === BEFORE);
    const from = { deploymentId: then?.id, as: 'rollback' };
    expect(callsOf(fake, 'dryRun')).toEqual([['orders', 'orders-api', expect.objectContaining({ from })]]);
    expect(callsOf(fake, 'deploy')).toHaveLength(0);
    // What is asked for is another thing now: what was seen of it is not shown on.
    await user.click(asThen);
    expect(shown.queryByRole('table', { name: 'What would change' })).toBeNull();
    await user.click(shown.getByRole('button', { name: 'See what would change' }));
    expect(callsOf(fake, 'dryRun').at(-1)).toEqual([
      'orders',
      'orders-api',
      expect.objectContaining({ from: null, image: BEFORE }),
    ]);
  });

  it('is not offered its own image first', async () => {
    await renderApp(`${SICK}?deploy=new`);
    expect(await tag()).toHaveValue('1.3.9');
  });

  it('keeps what was typed while it becomes known what ran before', async () => {
    await renderApp(`${SICK}?deploy=new`, { delay: 50 });
    fireEvent.change(await tag(), { target: { value: '1.4.1' } });
    // In the header, which the panel covers.
    await screen.findByRole('button', { name: 'Roll back PROD to 1.3.9', hidden: true });
    expect(await tag()).toHaveValue('1.4.1');
  });

  it('is said to be unwell before it is started again', async () => {
    const { user } = await renderApp(SICK);
    await user.click(await screen.findByRole('button', { name: 'Restart' }));
    const shown = await panel();
    expect(await shown.findByText('1.4.0')).toBeVisible();
    expect(await shown.findByText(/is unhealthy there now: this starts it again/)).toBeVisible();
    expect(shown.getByText('the same image as now')).toBeVisible();
    expect(shown.getByRole('button', { name: /^Restart 1\.4\.0 in PROD/ })).toBeVisible();
  });

  it('is rolled back from Home with r on its row, and from its menu', async () => {
    const { user } = await renderApp('/c/orders');
    const unwell = within(await screen.findByRole('list', { name: 'Unwell' }));
    expect(unwell.getByRole('link', { name: /^Roll back/ })).toBeVisible();
    await user.keyboard('jr');
    expect(await tag()).toHaveValue('1.3.9');
    expect(history.location.pathname).toBe(SICK);
  });
});

describe('an application that is well', () => {
  it('can be restarted and has nothing to go back to', async () => {
    const { user } = await renderApp(WELL);
    await user.click(await screen.findByRole('button', { name: 'Restart' }));
    expect(await tag()).toHaveValue('1.4.1');
    expect((await panel()).getByText(/runs there now: this starts it again/)).toBeVisible();
    expect(screen.queryByRole('button', { name: /^Roll back/ })).toBeNull();
  });
});

describe('a link with an image in it', () => {
  it('fills the form, warns of another repository, and sends nothing', async () => {
    const fake = await renderApp(`${WELL}?deploy=new&image=${encodeURIComponent('evil.example/x:9')}`);
    expect(await tag()).toHaveValue('evil.example/x:9');
    expect(await (await panel()).findByText(/runs there: this is another image/)).toBeVisible();
    expect(callsOf(fake, 'deploy')).toHaveLength(0);
  });
});

describe('a deployment that is under way', () => {
  it('is called off on a click, and shows how it ended', async () => {
    const { user, ...fake } = await renderApp(`${WELL}?deploy=new`, { step: 2000 });
    fireEvent.change(await tag(), { target: { value: '1.5.0' } });
    await lookedUp();
    await user.click((await panel()).getByRole('button', { name: /^Deploy 1\.5\.0 to dev/ }));
    await user.click(await screen.findByRole('button', { name: 'Cancel the deployment' }));
    expect(callsOf(fake, 'deploymentCancel')).toEqual([['orders', 'orders-api', fake.deployments[0]?.id]]);
    expect(await screen.findByText('The deployment was cancelled.')).toBeVisible();
    expect(screen.queryByRole('button', { name: 'Cancel the deployment' })).toBeNull();
  });
});
