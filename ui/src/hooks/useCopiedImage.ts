import { useEffect, useState } from 'react';
import { commands, type ConnectionId } from '../ipc';

/**
 * The image of an application that the clipboard names, or null. Rust looks when the page that asks is opened, and
 * when one comes back to the window; nothing else of the clipboard comes here.
 */
export function useCopiedImage(
  connection: ConnectionId,
  application: string,
  environment: string,
): string | null {
  const place = JSON.stringify([connection, application, environment]);
  const [found, setFound] = useState<{ place: string; image: string | null }>({ place, image: null });
  useEffect(() => {
    let gone = false;
    const look = () => {
      commands.clipboardImage(connection, application, environment).then(
        (image) => {
          if (!gone) setFound({ place, image });
        },
        // What cannot be looked at offers nothing.
        () => undefined,
      );
    };
    look();
    window.addEventListener('focus', look);
    return () => {
      gone = true;
      window.removeEventListener('focus', look);
    };
  }, [connection, application, environment, place]);
  return found.place === place ? found.image : null;
}
