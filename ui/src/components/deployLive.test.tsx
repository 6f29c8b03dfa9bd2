import { fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { applications, deployments } from '../ipc/fake/data';
import { lookedUp, renderApp } from '../test/renderApp';

const panel = async () => within(await screen.findByRole('complementary'));

describe('a deployment as it goes', () => {
  it('does not say that what is unhealthy still runs, after a failure', async () => {
    const unwell = applications.map((each) => ({
      ...each,
      environments: each.environments.map((entry) =>
        each.key === 'orders-api' && entry.environment === 'dev' ? { ...entry, health: 'down' } : entry,
      ),
    }));
    const { user } = await renderApp('/c/orders/applications/orders-api/dev?deploy=new', {
      applications: unwell,
    });
    await user.click(await (await panel()).findByRole('button', { name: 'Edit the whole image' }));
    fireEvent.change(await (await panel()).findByRole('textbox', { name: 'Image' }), {
      target: { value: 'miso/crash:1.0' },
    });
    await lookedUp();
    await user.click(screen.getByRole('button', { name: /^Deploy crash:1\.0 to dev/ }));
    expect(
      await screen.findByText('crash:1.0 failed in dev. orders-api:1.4.1 stays deployed, but is unhealthy.'),
    ).toBeVisible();
  });

  it.each([
    ['pending', 'waits to be deployed', false],
    ['running', 'Deploying', true],
  ])('has the words of the server once it goes, not while it waits: %s', async (status, sentence, isSaid) => {
    const [model] = deployments.filter((each) => each.status === 'running');
    if (!model) throw new Error('no deployment');
    await renderApp('/c/orders/applications/invoices/test?deploy=dep-waits', {
      deployments: [{ ...model, id: 'dep-waits', status, message: 'Accepted' }],
    });
    expect(await (await panel()).findByText(new RegExp(sentence))).toBeVisible();
    expect((await panel()).queryAllByText('Accepted')).toHaveLength(isSaid ? 1 : 0);
  });
});
