import { describe, expect, it } from '@jest/globals';
import { AgentFailureError } from './adapter.ts';
import { readSecrets, redactor, resolveSecrets, withSecrets } from './secrets.ts';

describe('readSecrets()', () => {
  it('names every secret once, wherever it stands', () => {
    const config = {
      apiKey: '$secrets.key',
      headers: { 'X-Key': '${ "Key " + $secrets.other + $secrets.key }' },
      list: ['$secrets.key', 'no secret'],
    };
    expect(readSecrets(config)).toEqual({ names: ['key', 'other'], problems: [] });
  });

  it('says where a mention names none', () => {
    const { problems } = readSecrets({ a: 'Bearer $secrets.key', b: ['${ $secrets }'], c: '$secrets' });
    expect(problems.map(({ pointer }) => pointer)).toEqual(['/a', '/b/0', '/c']);
    expect(problems[0]?.message).toContain('$secrets.name');
  });
});

describe('resolveSecrets()', () => {
  it('gives the values by their names', async () => {
    const resolve = async (name: string): Promise<string> => `value of ${name}`;
    expect(await resolveSecrets(['a', 'b'], { resolve })).toEqual({ a: 'value of a', b: 'value of b' });
  });

  it('fails for good when secrets are missing, and names them all', async () => {
    const failed: unknown = await resolveSecrets(['a', 'b'], { resolve: async () => null }).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(AgentFailureError);
    expect(failed).toMatchObject({
      failure: { retryable: false, detail: 'There is no secret "a", "b".' },
    });
  });

  it('may be tried again when nobody can be asked', async () => {
    const resolve = (): Promise<never> => Promise.reject(new Error('The vault is sealed.'));
    const failed: unknown = await resolveSecrets(['a'], { resolve }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ failure: { retryable: true, code: 'secrets_away' } });
  });
});

describe('withSecrets()', () => {
  it('puts values in place of whole texts, and of nothing else', () => {
    const config = {
      key: '$secrets.key',
      list: ['$secrets.key', 1],
      text: '${ $secrets.key }',
      none: '$secrets.no',
    };
    expect(withSecrets(config, { key: 'k-1' })).toEqual({
      key: 'k-1',
      list: ['k-1', 1],
      text: '${ $secrets.key }',
      none: '$secrets.no',
    });
  });
});

describe('redactor()', () => {
  it('hides secrets as they are, in URLs, in JSON and in Base64, longer ones first', () => {
    const redact = redactor({ a: 'pass"word/1', b: 'pass"word/12', c: 'abc' });
    const texts = [
      'pass"word/12',
      'pass%22word%2F1',
      'pass\\"word/1',
      Buffer.from('pass"word/1').toString('base64'),
    ];
    expect(texts.map(redact)).toEqual(['***', '***', '***', '***']);
    expect(redact('abc')).toBe('abc');
  });
});
