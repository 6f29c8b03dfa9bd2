import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { preload } from './vite.preload.ts';

// What tauri.conf.json says, so that a preview in a browser refuses what the window would refuse.
const csp = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'nonce-preview'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'none'",
].join('; ');

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

// The mode "fake" builds the page over invented data into a folder of its own; the product never holds it.
export default defineConfig(({ mode }) => {
  const fake = mode === 'fake';
  return {
    base: './',
    plugins: [react(), ...(fake ? [] : [preload('/src/app/start.tsx')])],
    clearScreen: false,
    server: { host: '127.0.0.1', port: 5173, strictPort: true },
    preview: {
      host: '127.0.0.1',
      port: 4173,
      strictPort: true,
      headers: { 'Content-Security-Policy': csp },
    },
    build: {
      // WebKitGTK 2.40 and newer.
      target: 'safari16.4',
      outDir: fake ? 'node_modules/.fake' : 'dist',
      emptyOutDir: true,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 400,
      rolldownOptions: {
        input: page(fake ? 'fake.html' : 'index.html'),
        // A few files instead of one for every small module that two pages share.
        output: {
          codeSplitting: {
            includeDependenciesRecursively: false,
            groups: [
              // What asks Rust for the first picture: it runs while all the rest is on its way, and needs none of it.
              {
                name: 'early',
                test: /node_modules\/@tauri-apps\/|\/src\/ipc\/(?!fake\/)|\/src\/app\/early\//,
              },
              {
                name: 'vendor',
                test: /node_modules\/(react|react-dom|scheduler|use-sync-external-store|@tanstack|i18next|react-i18next|html-parse-stringify)\//,
              },
              // What only some pages need, with what of ours imports it: the first page loads neither.
              {
                name: 'editor',
                test: /node_modules\/(@codemirror|@lezer|@marijn|crelt|style-mod|w3c-keyname)\/|\/src\/components\/editing\.ts/,
              },
              {
                name: 'forms',
                test: /node_modules\/react-hook-form\/|\/src\/hooks\/use(Draft|Manifest|Picks)\.ts/,
              },
              { name: 'icons', test: /node_modules\/lucide-react\//, minShareCount: 2 },
              { name: 'shared', test: /\/src\//, minShareCount: 3 },
            ],
          },
        },
      },
    },
    test: {
      environment: 'jsdom',
      setupFiles: ['src/test/setup.ts'],
      testTimeout: 30_000,
      // One less than there are cores would leave half of a machine of two idle.
      maxWorkers: '100%',
      css: { modules: { classNameStrategy: 'non-scoped' } },
      restoreMocks: true,
    },
  };
});
