import { useRef, type InputHTMLAttributes } from 'react';

type Props = Omit<InputHTMLAttributes<HTMLInputElement>, 'type' | 'value' | 'onChange' | 'onBlur'> & {
  /** Takes what was typed, which is in the field no more. */
  typed: (secret: string) => void;
  /** Enter goes on from here, in place of what it does elsewhere. */
  next?: (from: HTMLElement) => void;
};

/** A field for a secret: never shown, and gone from the page as the field is left or Enter is pressed. */
export function SecretInput({ typed, next, ...rest }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const take = () => {
    if (!field.current || field.current.value === '') return;
    typed(field.current.value);
    field.current.value = '';
  };
  return (
    <input
      {...rest}
      ref={field}
      type="password"
      autoComplete="new-password"
      spellCheck={false}
      onBlur={take}
      // What Enter sends from here goes with it.
      onKeyDownCapture={(event) => {
        if (event.key === 'Enter') take();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && event.currentTarget.value !== '') {
          event.preventDefault();
          event.stopPropagation();
          event.currentTarget.value = '';
        }
        if (event.key !== 'Enter' || !next) return;
        event.preventDefault();
        next(event.currentTarget);
      }}
    />
  );
}
