import { CSPProvider } from '@base-ui/react/csp-provider';
import { ConnectionLayer } from '../components/ConnectionLayer';
import { MenuLayer } from '../components/MenuLayer';
import { QuestionLayer } from '../components/QuestionLayer';
import { ShortcutSheet } from '../components/ShortcutSheet';
import { useLayers } from './layers';
import { nonce } from './nonce';
import { Palette } from './Palette';

/** All that lies above the page; loaded after the first paint. */
export default function LayerHost() {
  const { palette, shortcuts, menu, question, connection } = useLayers();
  return (
    <CSPProvider nonce={nonce}>
      {palette && <Palette {...palette} />}
      {shortcuts && <ShortcutSheet />}
      {menu && <MenuLayer {...menu} />}
      {connection !== null && <ConnectionLayer key={connection} id={connection} />}
      {question && <QuestionLayer {...question} />}
    </CSPProvider>
  );
}
