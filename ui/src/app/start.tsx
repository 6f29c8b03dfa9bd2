import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import '../i18n/i18n';
import { asCommandError, commands, followVisibility } from '../ipc';
import { errorWords } from '../components/Problem';
import '../theme.css';
import { refuseDrops } from './drops';
import { followEvents } from './events';
import { followKeys } from './keys';
import { followLanguage } from './language';
import { history } from './navigation';
import { followNewWindows } from './newWindows';
import { os } from './platform';
import { connectionOf, pathOf } from './paths';
import { queries } from './queries';
import { createPages, followAddress } from './router';
import { begin } from './shell';
import { followTheme } from './theme';
import { warm } from './warm';

/** Asks Rust once, then shows the page. */
export async function start(): Promise<void> {
  document.documentElement.dataset.os = os;
  const { events, started } = await listenAndAsk().catch((thrown: unknown) => {
    const { title, text } = errorWords(asCommandError(thrown));
    throw new Error([title, text, asCommandError(thrown).message].filter(Boolean).join('\n'));
  });
  begin(started);
  await followLanguage();
  events.replay();
  followTheme();
  followKeys();
  followNewWindows();
  refuseDrops();
  followVisibility();
  followAddress();
  const { address, connections, tryHere, link } = started;
  const place = address === null ? null : connectionOf(address);
  const known = place === null || connections.some((connection) => connection.id === place);
  // A reload keeps its place; a start has the place of last time.
  if (link !== null) history.push(pathOf(link));
  else if (history.location.href === '/' || history.location.href === '')
    history.replace(tryHere ? '/welcome' : address !== null && known ? address : '/');
  const element = document.getElementById('root');
  if (!element) throw new Error('index.html has no #root');
  createRoot(element).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={createPages()} />
        <Painted />
      </QueryClientProvider>
    </StrictMode>,
  );
}

/** Listens before it asks: what happens in between is told by an event. */
async function listenAndAsk() {
  const events = await followEvents();
  return { events, started: await commands.appStart() };
}

/** Tells Rust that the first picture is there: a frame after it was laid out. */
function Painted() {
  useEffect(() => {
    let second = 0;
    const first = requestAnimationFrame(() => {
      second = requestAnimationFrame(() => {
        void commands.painted();
        warm();
      });
    });
    return () => {
      cancelAnimationFrame(first);
      cancelAnimationFrame(second);
    };
  }, []);
  return null;
}
