import { PageBody } from '../components/PageBody';
import { Problem } from '../components/Problem';
import { asCommandError } from '../ipc';

/** A page that made a mistake; the others still work. */
export function Broken({ error }: { error: unknown }) {
  return (
    <PageBody>
      <Problem error={asCommandError(error)} />
    </PageBody>
  );
}
