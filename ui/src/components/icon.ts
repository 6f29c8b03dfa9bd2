/** Size and stroke of every icon (UX.md, look). */
export const icon = { size: 16, strokeWidth: 1.3, absoluteStrokeWidth: true, 'aria-hidden': true } as const;
export const smallIcon = { ...icon, size: 15 } as const;
