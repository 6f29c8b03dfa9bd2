import { useReasonPlace } from '../hooks/useReasonPlace';
import { useId, type ButtonHTMLAttributes, type ReactNode, type Ref } from 'react';
import styles from './Button.module.css';

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  kind?: 'plain' | 'primary' | 'production' | 'productionOutline' | 'quiet';
  size?: 'control' | 'large';
  /** Why it may not be pressed: it is disabled, and the reason can be read on hover and focus. */
  reason?: string | undefined;
  ref?: Ref<HTMLButtonElement>;
  children: ReactNode;
};

export function Button({
  kind = 'plain',
  size = 'control',
  reason,
  children,
  className,
  onClick,
  ...rest
}: Props) {
  const id = useId();
  const { style, placed, place } = useReasonPlace();
  const classes = [styles.button, styles[kind], styles[size], className].filter(Boolean).join(' ');
  if (reason === undefined)
    return (
      <button type="button" className={classes} data-button={kind} onClick={onClick} {...rest}>
        {children}
      </button>
    );
  return (
    <span className={styles.place} onPointerEnter={place} onFocus={place}>
      <button
        {...rest}
        type="button"
        className={classes}
        data-button={kind}
        aria-disabled="true"
        aria-describedby={id}
        onClick={(event) => {
          event.preventDefault();
        }}
      >
        {children}
      </button>
      <span role="tooltip" id={id} className={styles.reason} data-placed={placed} style={style}>
        {reason}
      </span>
    </span>
  );
}

/** A button that shows an icon alone; its label is spoken and shown on hover. */
export function IconButton({
  label,
  children,
  className,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & {
  label: string;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}) {
  return (
    <button
      type="button"
      className={[styles.icon, className].filter(Boolean).join(' ')}
      aria-label={label}
      title={label}
      {...rest}
    >
      {children}
    </button>
  );
}
