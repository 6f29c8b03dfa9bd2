import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import '../i18n/i18n';
import {
  asCommandError,
  commands,
  fleet as fleetOf,
  followVisibility,
  type ConnectionId,
  type Fleet,
  type Reading,
} from '../ipc';
import { errorWords } from '../components/Problem';
import '../theme.css';
import { refuseDrops } from './drops';
import { askEarly } from './early/early';
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

/** The first key or click is answered before anything else is loaded, in milliseconds. */
const WARM_AFTER = 500;

/** Shows the page with what Rust was asked for. */
export async function start(): Promise<void> {
  document.documentElement.dataset.os = os;
  const { started, listening, fleet } = await askEarly().catch((thrown: unknown) => {
    const { title, text } = errorWords(asCommandError(thrown));
    throw new Error([title, text, asCommandError(thrown).message].filter(Boolean).join('\n'));
  });
  begin(started);
  await followLanguage();
  if (fleet) putAhead(fleet.connection, fleet.reading);
  followEvents(listening);
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
  await documentIsThere();
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

/** What was asked for before there was a page is there when the page asks; what changed meanwhile is told after. */
function putAhead(connection: ConnectionId, reading: Promise<Reading<Fleet>>): void {
  void queries.prefetchQuery({ queryKey: fleetOf(connection).key, queryFn: () => reading });
}

/** The script waits for nothing else of the document: neither for what stands below it nor for the styles. */
async function documentIsThere(): Promise<void> {
  if (document.readyState === 'loading') await heard(document, 'DOMContentLoaded');
  const styles = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')];
  const missing = styles.filter(({ sheet }) => sheet === null);
  // One that cannot be loaded says so by itself.
  await Promise.all(missing.map((link) => Promise.race([heard(link, 'load'), heard(link, 'error')])));
}

function heard(target: EventTarget, name: string): Promise<unknown> {
  return new Promise((done) => {
    target.addEventListener(name, done, { once: true });
  });
}

/** Tells Rust that the first picture is there: a frame after it was laid out. */
function Painted() {
  useEffect(() => {
    let second = 0;
    const first = requestAnimationFrame(() => {
      second = requestAnimationFrame(() => {
        void commands.painted();
        setTimeout(() => void warm(), WARM_AFTER);
      });
    });
    return () => {
      cancelAnimationFrame(first);
      cancelAnimationFrame(second);
    };
  }, []);
  return null;
}
