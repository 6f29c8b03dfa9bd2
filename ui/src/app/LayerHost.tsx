import { CSPProvider } from '@base-ui/react/csp-provider';
import { ConnectionLayer } from '../components/ConnectionLayer';
import { MenuLayer } from '../components/MenuLayer';
import { OffersLayer } from '../components/OffersLayer';
import { QuestionLayer } from '../components/QuestionLayer';
import { ShortcutSheet } from '../components/ShortcutSheet';
import { useLayers } from './layers';
import { nonce } from './nonce';
import { Palette } from './Palette';

/** All that lies above the page; loaded after the first paint. */
export default function LayerHost() {
  const { palette, shortcuts, menu, question, connection, offers } = useLayers();
  return (
    <CSPProvider nonce={nonce}>
      {palette && <Palette {...palette} />}
      {shortcuts && <ShortcutSheet />}
      {menu && <MenuLayer {...menu} />}
      {connection && <ConnectionLayer key={connection.id} {...connection} />}
      {offers && <OffersLayer offers={offers} />}
      {question && <QuestionLayer {...question} />}
    </CSPProvider>
  );
}
