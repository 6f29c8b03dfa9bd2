/** The product's mark: that of icons/icon.svg. */
export function Mark({ size = 36 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="16 16 480 480" aria-hidden="true">
      <rect x="16" y="16" width="480" height="480" rx="120" fill="#0c766e" />
      <path
        d="M128 366V150C168 196 208 292 256 292S344 196 384 150V248"
        fill="none"
        stroke="#fff"
        strokeWidth="52"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="384" cy="352" r="40" fill="#8ce8d6" />
    </svg>
  );
}
