import { editedOf } from '../app/configuration';
import type { ConfigurationItem, Draft } from '../ipc';
import { account } from '../ipc/fake/parts';

/** What was typed over an item of orders-api in dev in an earlier session, and not saved. */
export function keptDraft(before: ConfigurationItem, at = new Date()): Draft {
  const was = editedOf(before);
  return {
    connection: 'orders',
    account: account.subject,
    place: 'configuration orders-api dev',
    at: at.toISOString(),
    fields: {
      differences: JSON.stringify([
        {
          name: before.name,
          kind: 'changed',
          before: was,
          after: { ...was, value: 'typed' },
          parts: ['value'],
        },
      ]),
    },
  };
}
