import { useEffect, useRef, type RefObject } from 'react';
import type { CommandError } from '../ipc';

/** Puts the focus on the first field, or button in place of one, that a refusal is about, when it was refused. */
export function useInvalidFocus<E extends HTMLElement>(refused: CommandError | null): RefObject<E | null> {
  const fields = useRef<E>(null);
  useEffect(() => {
    if (refused)
      fields.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-refused="true"]')?.focus();
  }, [refused]);
  return fields;
}
