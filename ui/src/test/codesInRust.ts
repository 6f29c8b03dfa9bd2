import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PLACES = ['src', 'crates/miso-client/src', 'crates/miso-local/src'];

/**
 * The codes by which Rust chooses words: of errors and of notices, every word of that kind
 * it mentions, and the texts it puts up itself.
 */
export function codesInRust(): {
  errors: Set<string>;
  notices: Set<string>;
  mentioned: Set<string>;
  texts: Set<string>;
} {
  const text = PLACES.flatMap((place) => sources(join('../src-tauri', place))).join('\n');
  const variants = [...text.matchAll(/^codes! \{\n([\s\S]*?)^\}/gm)].flatMap(([, list]) =>
    all(list ?? '', /^ {4}([A-Z]\w*),$/gm).map(snake),
  );
  const arms = [...text.matchAll(/fn code\(&self\) -> &'static str \{([\s\S]*?)\n {4}\}/g)].flatMap(
    ([, arm]) => all(arm ?? '', /=> "([a-z_]+)"/g),
  );
  return {
    errors: new Set([...variants, ...arms, ...all(text, /CommandError::new\("([a-z_]+)"\)/g)]),
    notices: new Set(all(text, /Notice::(?:new|because)\(\s*"([a-z_]+)"/g)),
    texts: new Set(all(text, /"([a-z]+\.[a-zA-Z.]+)"/g)),
    mentioned: new Set([...variants, ...all(text, /"([a-z]+(?:_[a-z]+)*)"/g)]),
  };
}

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap(([, word]) => word ?? []);
}

function snake(name: string): string {
  return name.replace(/(?!^)([A-Z])/g, '_$1').toLowerCase();
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'tests' ? [] : sources(path);
    if (!entry.name.endsWith('.rs') || entry.name === 'tests.rs') return [];
    return [readFileSync(path, 'utf8').split('#[cfg(test)]')[0] ?? ''];
  });
}
