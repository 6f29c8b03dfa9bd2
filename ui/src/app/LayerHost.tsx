import { CSPProvider } from '@base-ui/react/csp-provider';
import { ConnectionLayer } from '../components/ConnectionLayer';
import { DeleteLayer } from '../components/DeleteLayer';
import { MenuLayer } from '../components/MenuLayer';
import { OffersLayer } from '../components/OffersLayer';
import { QuestionLayer } from '../components/QuestionLayer';
import { ShortcutSheet } from '../components/ShortcutSheet';
import { useLayers } from './layers';
import { nonce } from './nonce';
import { Palette } from './Palette';

/** All that lies above the page; loaded after the first paint. */
export default function LayerHost() {
  const { palette, shortcuts, menu, question, connection, offers, deletion } = useLayers();
  return (
    <CSPProvider nonce={nonce}>
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
