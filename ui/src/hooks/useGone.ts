import { useEffect, useRef, type RefObject } from 'react';

/** Whether the component has left the page, for what comes back to it later. */
export function useGone(): RefObject<boolean> {
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);
  return gone;
}
