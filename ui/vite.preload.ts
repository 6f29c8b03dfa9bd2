import type { HtmlTagDescriptor, Plugin } from 'vite';

/** What of a chunk says what it needs; as the bundler's own, which also knows assets. */
export type Piece = {
  type: 'chunk' | 'asset';
  fileName: string;
  facadeModuleId?: string | null;
  imports?: string[];
  viteMetadata?: { importedCss: Set<string> };
};

/**
 * Names in the page's head what a module needs that is imported by a script, so that all of it is on its way as soon as
 * the head is read, and its styles are there before it is.
 */
export function preload(module: string): Plugin {
  return {
    name: 'preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle }) => (bundle ? tagsFor(module, bundle as Record<string, Piece>, html) : []),
    },
  };
}

/** The tags for all that a module needs and that the page does not name yet, what is needed first before the rest. */
export function tagsFor(module: string, bundle: Record<string, Piece>, html: string): HtmlTagDescriptor[] {
  const chunk = Object.values(bundle).find(({ facadeModuleId }) => facadeModuleId?.endsWith(module));
  if (!chunk) throw new Error(`${module} is no chunk of its own: the page imports nothing of it by itself`);
  const scripts = new Set<string>();
  const styles = new Set<string>();
  const seen = new Set<Piece>();
  const take = (piece: Piece | undefined) => {
    if (piece?.type !== 'chunk' || seen.has(piece)) return;
    seen.add(piece);
    for (const file of piece.imports ?? []) take(bundle[file]);
    scripts.add(piece.fileName);
    for (const file of piece.viteMetadata?.importedCss ?? []) styles.add(file);
  };
  take(chunk);
  const link = (rel: string, file: string): HtmlTagDescriptor => ({
    tag: 'link',
    attrs: { rel, crossorigin: true, href: `./${file}` },
    injectTo: 'head',
  });
  const isMissing = (file: string) => !html.includes(`"./${file}"`);
  return [
    ...[...scripts].filter(isMissing).map((file) => link('modulepreload', file)),
    ...[...styles].filter(isMissing).map((file) => link('stylesheet', file)),
  ];
}
