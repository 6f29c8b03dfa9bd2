/** Puts the cursor into the first control of what is given. */
export function focusFirst(fields: Element | null): void {
  fields?.querySelector<HTMLElement>('input:not([tabindex="-1"]), button')?.focus();
}
