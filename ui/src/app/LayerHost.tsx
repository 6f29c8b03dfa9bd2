import { CSPProvider } from '@base-ui/react/csp-provider';
import { ConnectionLayer } from '../components/ConnectionLayer';
import { DeleteLayer } from '../components/DeleteLayer';
import { FindBar } from '../components/FindBar';
import { MenuLayer } from '../components/MenuLayer';
import { OffersLayer } from '../components/OffersLayer';
import { QuestionLayer } from '../components/QuestionLayer';
import { ShortcutSheet } from '../components/ShortcutSheet';
import { useFinding } from './find';
import { useLayers } from './layers';
import { nonce } from './nonce';
import { Palette } from './Palette';

/** All that lies above the page; loaded after the first paint. */
export default function LayerHost() {
  const { palette, shortcuts, menu, question, connection, offers, deletion } = useLayers();
  const { open: finding, asked } = useFinding();
  return (
    <CSPProvider nonce={nonce}>
      {finding && <FindBar asked={asked} />}
      {palette && <Palette {...palette} />}
      {shortcuts && <ShortcutSheet />}
      {menu && <MenuLayer {...menu} />}
      {connection && <ConnectionLayer key={connection.id} {...connection} />}
      {offers && <OffersLayer offers={offers} />}
      {deletion && <DeleteLayer key={deletion.application} {...deletion} />}
      {question && <QuestionLayer {...question} />}
    </CSPProvider>
  );
}
