import type { RefObject } from 'react';
import { useInvalidFocus } from '../hooks/useInvalidFocus';
import type { CommandError, ConnectionWay } from '../ipc';
import { Parts } from './Parts';
import { NetworkFields, SignInFields } from './WayFields';
import styles from './WayPanel.module.css';

/** A part of how an instance is reached and signed in to. */
export type WayPart = 'network' | 'signIn';

const PARTS: WayPart[] = ['network', 'signIn'];

type Props = {
  /** Where the fields of the part stand. */
  fields: RefObject<HTMLDivElement | null>;
  part: WayPart;
  changePart: (part: WayPart) => void;
  value: ConnectionWay;
  change: (way: ConnectionWay) => void;
  error: CommandError | null;
};

/** How an instance is reached and signed in to, below its address. */
export function WayPanel({ fields, part, changePart, value, change, error }: Props) {
  const whole = useInvalidFocus<HTMLDivElement>(error);
  return (
    <div ref={whole} className={styles.panel}>
      <Parts parts={PARTS} value={part} change={changePart} />
      <div ref={fields} className={styles.fields}>
        {part === 'network' ? (
          <NetworkFields
            value={value.network}
            error={error}
            change={(network) => {
              change({ ...value, network });
            }}
          />
        ) : (
          <SignInFields
            value={value.signIn}
            error={error}
            change={(signIn) => {
              change({ ...value, signIn });
            }}
          />
        )}
      </div>
    </div>
  );
}
