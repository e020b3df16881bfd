import { describe, expect, it } from '@jest/globals';
import { createHttpAdapter } from './http/adapter.ts';
import { createAdapterRegistry } from './registry.ts';

describe('createAdapterRegistry()', () => {
  const http = createHttpAdapter();
  const registry = createAdapterRegistry([http]);

  it('finds adapters by kind', () => {
    expect([registry.get('http'), registry.find('http'), registry.kinds]).toEqual([http, http, ['http']]);
  });

  it('names the known adapters when it refuses', () => {
    expect(() => registry.get('smtp')).toThrow('There is no adapter "smtp"; known adapters: http.');
    expect(registry.find('constructor')).toBeNull();
  });

  it('does not take two of a kind', () => {
    expect(() => createAdapterRegistry([http, createHttpAdapter()])).toThrow('same kind');
  });
});
