import { askEarly } from './app/early/early';

// Rust answers while the rest of the page is loaded; where it does not, the page says so once it is there.
askEarly().catch(() => undefined);
const { start } = await import('./app/start');
await start();
