import { describe, expect, it } from 'vitest';
import {
  holdsNoNewValue,
  at,
  isSecretPath,
  manifestFrom,
  masked,
  otherFields,
  pathOf,
  secretsWithoutValue,
  withoutSecrets,
  withValue,
  type Manifest,
} from './manifest';

const manifest: Manifest = {
  key: 'shop',
  healthCheck: { path: '/' },
  unknown: { empty: {} },
  configuration: [
    { name: 'LEVEL', value: 'info', location: 'variable' },
    { name: 'TOKEN', value: 'hunter2', location: 'keyvault' },
  ],
};

describe('a manifest', () => {
  it('is changed in one place, and stays as it is beside it', () => {
    const changed = withValue(manifest, ['scaling', 'minInstances'], 2);
    expect(changed).toEqual({ ...manifest, scaling: { minInstances: 2 } });
    expect(manifest).not.toHaveProperty('scaling');
    expect(withValue(changed, ['scaling', 'minInstances'], undefined)).toEqual(manifest);
    expect(
      at(withValue(manifest, ['configuration', 0, 'value'], 'debug'), ['configuration', 0, 'value']),
    ).toBe('debug');
    const shorter = withValue(manifest, ['configuration', 0], undefined);
    expect(at(shorter, ['configuration', 0, 'name'])).toBe('TOKEN');
    expect(withValue(manifest, ['unknown', 'empty'], {})).toEqual(manifest);
    expect(at(manifest, ['constructor', 'name'])).toBeUndefined();
  });

  it('names its places as the rules do', () => {
    expect(pathOf(['configuration', 1, 'name'])).toBe('configuration[1].name');
    expect(pathOf(['healthCheck', 'path'])).toBe('healthCheck.path');
    expect(otherFields(manifest, ['key', 'configuration'])).toEqual(['healthCheck', 'unknown']);
  });

  it('is read out of a text, or it is said why not', () => {
    expect(manifestFrom('{"key":"a"}')).toEqual({ manifest: { key: 'a' } });
    expect(manifestFrom('[1]')).toHaveProperty('reason');
    expect(manifestFrom('null')).toHaveProperty('reason');
    expect(manifestFrom('{"key":')).toHaveProperty('reason');
  });

  it('is kept and shown without the values of its secrets, wherever they stand', () => {
    const deep: Manifest = {
      ...manifest,
      environments: { prod: { configuration: manifest['configuration'] ?? [] } },
    };
    expect(JSON.stringify(withoutSecrets(deep))).not.toContain('hunter2');
    expect(JSON.stringify(masked(deep, '…'))).not.toContain('hunter2');
    expect(withoutSecrets(manifest)['configuration']).toContainEqual({
      name: 'LEVEL',
      value: 'info',
      location: 'variable',
    });
    expect(secretsWithoutValue(manifest)).toEqual([]);
    expect(secretsWithoutValue(withoutSecrets(manifest))).toEqual(['TOKEN']);
  });

  it('knows at which path a secret stands', () => {
    expect(isSecretPath('configuration[TOKEN].value', manifest)).toBe(true);
    expect(isSecretPath('configuration[LEVEL].value', manifest)).toBe(false);
    expect(isSecretPath('configuration[TOKEN].required', manifest)).toBe(false);
    // One that becomes a secret is one in one of the versions.
    expect(
      isSecretPath('configuration[LEVEL].value', manifest, {
        configuration: [{ name: 'LEVEL', location: 'keyvault' }],
      }),
    ).toBe(true);
  });
});

describe('a text that cannot be read', () => {
  const read = {
    configuration: [
      { name: 'LEVEL', value: 'debug', location: 'variable' },
      { name: 'TOKEN', value: 'hunter2', location: 'keyvault' },
    ],
  };
  it.each([
    ['{"displayName": "Shop", "port": 30', true],
    ['{"configuration": [{"name": "LEVEL", "value": "debug", "location": "variable"}', true],
    ['{"configuration": [{"name": "TOKEN", "location": "keyvault"', true],
    ['{"configuration": [{"value": null, "value": 3, "value": ""', true],
    ['{"configuration": [{"name": "TOKEN", "value": "hunter2", "location": "keyvault"', false],
    ['{"configuration": [{"name": "NEW", "value": "hush"', false],
    ['{"configuration": [{"name": "NEW", "value": "hus', false],
    ['{"configuration": [{"name": "NEW", value: hush', false],
    ['{"configuration": [{"name": "NEW", "value" "hush"', false],
    ['{"configuration": [{"name": "NEW", "VALUE": "hush"', false],
    ['{"configuration": [{"name": "NEW", "v\\u0061lue": "hush"', false],
    ['{"configuration": [{"name": "NEW", "value":\n"hush"', false],
  ])('%s is kept: %s', (text, kept) => {
    expect(holdsNoNewValue(text, read)).toBe(kept);
  });
});
