import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { imageNames, imageWords, middle, tagOf } from './image';

describe('an image', () => {
  it('is called as it is in Rust', () => {
    const path = '../src-tauri/crates/miso-client/src/image_names.json';
    const all = JSON.parse(readFileSync(path, 'utf8')) as {
      image: string;
      repository: string;
      tag: string;
    }[];
    expect(all.length).toBeGreaterThan(5);
    for (const { image, repository, tag } of all) {
      expect(tagOf(image)).toBe(tag);
      // Of the same repository tags tell images apart, else names do.
      expect(imageNames(`${repository}:0.1`, image)).toEqual(['0.1', tag]);
    }
  });

  it('is called by its tag, by its name where that differs', () => {
    expect(tagOf('miso/hello:1.0')).toBe('1.0');
    expect(tagOf('miso/hello')).toBe('hello');
    expect(tagOf(null)).toBeNull();
    expect(imageNames('miso/hello:1.0', 'miso/hello:1.1')).toEqual(['1.0', '1.1']);
    expect(imageNames('miso/hello:1.0', 'miso/crash:1.0')).toEqual(['hello:1.0', 'crash:1.0']);
  });
});

describe('a sentence', () => {
  it('calls what differs, in short', () => {
    expect(imageWords('miso/hello:1.0', 'miso/hello:1.1')).toEqual({ from: '1.0', to: '1.1' });
    expect(imageWords('miso/hello:1.0', 'miso/crash:1.0')).toEqual({ from: 'hello:1.0', to: 'crash:1.0' });
    expect(imageWords(null, 'miso/crash:1.0')).toEqual({ from: '', to: '1.0' });
    expect(imageWords(null, `miso/crash@sha256:${'0'.repeat(64)}`).to).toHaveLength(24);
  });
});

describe('a long text', () => {
  it('keeps both ends', () => {
    expect(middle('2.0.0-alpha.rc.3', 10)).toBe('2.0.0…rc.3');
    expect(middle('1.4.0', 10)).toBe('1.4.0');
    for (let length = 3; length < 20; length += 1)
      expect(middle('abcdefghijklmnopqrstuvwxyz', length)).toHaveLength(length);
  });
});
