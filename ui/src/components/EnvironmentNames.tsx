import { Fragment } from 'react';
import { inOrder } from '../app/environments';
import { useConnection, useShell } from '../app/shell';
import { EnvironmentName } from './EnvironmentName';

/** Environments in a row, on the way of a release; production coloured. */
export function EnvironmentNames({ environments }: { environments: string[] }) {
  const view = useConnection(useShell((value) => value.current));
  return inOrder(view, environments).map((environment, at) => (
    <Fragment key={environment}>
      {at > 0 && ', '}
      <EnvironmentName environment={environment} />
    </Fragment>
  ));
}
