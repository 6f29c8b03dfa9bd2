import { Outlet } from '@tanstack/react-router';
import { useConnectionId } from '../hooks/useParams';
import { NotThere } from '../pages/NotThere';
import { SignIn } from '../pages/SignIn';
import { useConnection } from './shell';

/** The pages of a connection; while nobody is signed in, its sign-in at the same address. */
export function Connected() {
  const connection = useConnection(useConnectionId());
  if (!connection) return <NotThere />;
  switch (connection.session.state) {
    case 'signedOut':
    case 'signingIn':
      return <SignIn connection={connection} />;
    case 'restoring':
    case 'signedIn':
      // Another connection is another page: nothing typed or scrolled is carried over.
      return <Outlet key={connection.id} />;
  }
}
