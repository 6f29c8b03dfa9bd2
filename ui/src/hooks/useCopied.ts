import { useEffect, useState } from 'react';

/** How long a button says that it copied, in milliseconds. */
const SAID = 2000;

/** Whether something was copied just now, and how to say that it was. */
export function useCopied(): [copied: boolean, say: () => void] {
  const [at, setAt] = useState<number | null>(null);
  useEffect(() => {
    if (at === null) return;
    const end = setTimeout(() => {
      setAt(null);
    }, SAID);
    return () => {
      clearTimeout(end);
    };
  }, [at]);
  return [
    at !== null,
    () => {
      setAt(Date.now());
    },
  ];
}
