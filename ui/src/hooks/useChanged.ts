import { useEffect, useRef, useState } from 'react';

const NOTHING: ReadonlySet<string> = new Set();

/** The keys whose value differs from before, for a second; what is new or first seen has not changed. */
export function useChanged(values: Map<string, string>): ReadonlySet<string> {
  const before = useRef<Map<string, string> | null>(null);
  const [changed, setChanged] = useState(NOTHING);
  useEffect(() => {
    const known = before.current;
    before.current = values;
    if (!known || known.size === 0) return undefined;
    const different = [...values].filter(([key, value]) => known.has(key) && known.get(key) !== value);
    if (different.length === 0) return undefined;
    setChanged(new Set(different.map(([key]) => key)));
    const timer = setTimeout(() => {
      setChanged(NOTHING);
    }, 1000);
    return () => {
      clearTimeout(timer);
      setChanged(NOTHING);
    };
  }, [values]);
  return changed;
}
