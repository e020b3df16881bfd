import { describe, expect, it } from '@jest/globals';
import { createEnvironmentSecrets } from './environment-secrets.ts';

describe('createEnvironmentSecrets()', () => {
  it('finds a secret under its name in capitals, and no other variable', async () => {
    const { resolve } = createEnvironmentSecrets({ BATON_SECRET_OPENAI_KEY: 'sk-1', HOME: '/root' });
    expect(await Promise.all(['openai_key', 'OpenAI_Key', 'other', 'HOME'].map(resolve))).toEqual([
      'sk-1',
      'sk-1',
      null,
      null,
    ]);
  });
});
