import { describe, expect, it } from '@jest/globals';
import { readEnvironment } from './environment.ts';

const DATABASE_URL = 'postgres://u@127.0.0.1/db';

describe('readEnvironment()', () => {
  it('fills in the local defaults', () => {
    expect(readEnvironment({ DATABASE_URL })).toMatchObject({
      BATON_API_HOST: '127.0.0.1',
      BATON_API_PORT: 8080,
      TEMPORAL_ADDRESS: '127.0.0.1:7233',
      TEMPORAL_NAMESPACE: 'default',
    });
  });

  it('refuses any host but loopback, and says what is missing for it', () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.10', 'example.org'])
      expect(() => readEnvironment({ DATABASE_URL, BATON_API_HOST: host })).toThrow(/Keycloak/);
    expect(readEnvironment({ DATABASE_URL, BATON_API_HOST: '::1' }).BATON_API_HOST).toBe('::1');
  });

  it('names every variable that is wrong', () => {
    expect(() => readEnvironment({ BATON_API_PORT: 'x', KEYCLOAK_URL: 'http://k' })).toThrow(
      /DATABASE_URL.*BATON_API_PORT|BATON_API_PORT.*DATABASE_URL/s,
    );
  });
});
