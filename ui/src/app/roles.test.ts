import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The roles of the API; "user" is a subject's kind as well, and is looked for only where a role is compared. */
const NAMES =
  /AccessRole::(?:Admin|Developer|User|Viewer)|['"`](?:admin|developer|viewer)['"`]|role\w*\s*[!=]==?\s*['"`]\w/i;

/** Sources without their tests. What only shows and fakes is no logic. */
function sources(folder: string): [path: string, text: string][] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): [string, string][] => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['fake', 'test', 'tests', 'i18n', 'virtual_day'].includes(entry.name) ? [] : sources(path);
    if (!/\.(tsx?|rs)$/.test(entry.name) || /(\.test\.tsx?|tests\.rs|bindings\.ts)$/.test(entry.name))
      return [];
    return [[path, readFileSync(path, 'utf8').split('#[cfg(test)]')[0] ?? '']];
  });
}

describe('what a role gives', () => {
  // API.md, "Access control": the client and the page only look permissions up.
  it.each(['src', '../src-tauri/crates/miso-client/src', '../src-tauri/src'])(
    'is known to the server alone: %s names no role',
    (folder) => {
      const all = sources(folder);
      expect(all.length).toBeGreaterThan(20);
      const named = all.flatMap(([path, text]) =>
        text
          .split('\n')
          .filter((line) => NAMES.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line))
          .map((line) => `${path}: ${line.trim()}`),
      );
      expect(named).toEqual([]);
    },
  );

  it.each(["if (role === 'user') act();", 'if role == AccessRole::Admin {', "const ADMIN = 'admin';"])(
    'would be found: %s',
    (line) => {
      expect(line).toMatch(NAMES);
    },
  );
});
