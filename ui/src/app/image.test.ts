import { describe, expect, it } from 'vitest';
import { imageNames, imageWords, middle, splitImage, tagOf, withTag } from './image';

describe('an image', () => {
  it.each([
    ['miso/hello:1.0', 'miso/hello', '1.0'],
    ['registry.example:5000/a/b:2.1', 'registry.example:5000/a/b', '2.1'],
    ['registry.example:5000/a/b', 'registry.example:5000/a/b', ''],
    ['a@sha256:abc', 'a', 'sha256:abc'],
  ])('%s comes apart', (image, repository, tag) => {
    expect(splitImage(image)).toMatchObject({ repository, tag });
  });

  it('takes another tag', () => {
    expect(withTag(splitImage('miso/hello:1.0'), '1.1')).toBe('miso/hello:1.1');
    expect(withTag(splitImage('miso/hello:1.0'), 'sha256:ab')).toBe('miso/hello@sha256:ab');
    expect(withTag(splitImage('registry.example:5000/a'), '2')).toBe('registry.example:5000/a:2');
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
