import { expect, it } from 'vitest';
import { tagsFor, type Piece } from './vite.preload.ts';

const chunk = (fileName: string, imports: string[], css: string[] = [], facadeModuleId?: string): Piece => ({
  type: 'chunk',
  fileName,
  imports,
  facadeModuleId,
  viteMetadata: { importedCss: new Set(css) },
});

const bundle = Object.fromEntries(
  [
    chunk('assets/index.js', ['assets/early.js'], [], '/ui/index.html'),
    chunk('assets/early.js', []),
    chunk('assets/shared.js', ['assets/early.js', 'assets/start.js'], ['assets/shared.css']),
    chunk('assets/start.js', ['assets/shared.js'], ['assets/start.css'], '/ui/src/app/start.tsx'),
    chunk('assets/other.js', ['assets/shared.js'], ['assets/other.css'], '/ui/src/pages/Other.tsx'),
  ].map((each) => [each.fileName, each]),
);

it('what a module needs stands in the head once, what is needed first before the rest', () => {
  const html = '<link rel="modulepreload" crossorigin href="./assets/early.js">';
  const tags = tagsFor('/src/app/start.tsx', bundle, html).map(({ attrs }) => [attrs?.rel, attrs?.href]);
  expect(tags).toEqual([
    ['modulepreload', './assets/shared.js'],
    ['modulepreload', './assets/start.js'],
    ['stylesheet', './assets/shared.css'],
    ['stylesheet', './assets/start.css'],
  ]);
});

it('a module that is no chunk of its own fails the build', () => {
  expect(() => tagsFor('/src/app/gone.tsx', bundle, '')).toThrow('/src/app/gone.tsx');
});
