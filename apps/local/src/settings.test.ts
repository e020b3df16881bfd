import { describe, expect, it } from '@jest/globals';
import { apiUrlOf, portClaims, portProblems, readSettings } from './settings.ts';

const free = (): Promise<boolean> => Promise.resolve(false);

describe('readSettings()', () => {
  it('has a default for everything', () => {
    expect(readSettings({})).toMatchObject({
      apiPort: 8080,
      postgresPort: 54_329,
      temporalPort: 7233,
      temporalUiPort: 8233,
      demoAgentsPort: 4310,
      stateDir: null,
    });
  });

  it('names the variable that is no port', () => {
    expect(() => readSettings({ BATON_API_PORT: 'http' })).toThrow('BATON_API_PORT must be a port');
    expect(() => readSettings({ BATON_TEMPORAL_PORT: '70000' })).toThrow('BATON_TEMPORAL_PORT');
  });

  it('takes an empty variable for an absent one', () => {
    expect(readSettings({ DATABASE_URL: '', BATON_API_PORT: '' })).toMatchObject({
      databaseUrl: null,
      apiPort: 8080,
    });
  });
});

describe('readSettings() of BATON_API_HOST', () => {
  it('refuses an address that other machines reach', () => {
    for (const host of ['0.0.0.0', '::', '192.168.1.5', 'example.test']) {
      expect(() => readSettings({ BATON_API_HOST: host })).toThrow(
        `BATON_API_HOST: "${host}" can be reached by other machines`,
      );
    }
  });

  it('takes each loopback address, and the API is shown there', () => {
    const urls = ['', '127.0.0.1', '::1', 'localhost'].map((host) =>
      apiUrlOf(readSettings({ BATON_API_HOST: host })),
    );
    expect(urls).toEqual([
      'http://127.0.0.1:8080',
      'http://127.0.0.1:8080',
      'http://[::1]:8080',
      'http://localhost:8080',
    ]);
  });
});

describe('portClaims()', () => {
  it('leaves out the parts that give way to those of the environment', () => {
    const settings = readSettings({
      DATABASE_URL: 'postgresql://db/baton',
      TEMPORAL_ADDRESS: 'temporal:7233',
    });
    expect(portClaims(settings).map((claim) => claim.variable)).toEqual(['BATON_API_PORT']);
  });
});

describe('portProblems()', () => {
  it('finds nothing wrong when all are free', async () => {
    expect(await portProblems(portClaims(readSettings({})), free)).toEqual([]);
  });

  it('says which variable to set when a port is taken', async () => {
    const problems = await portProblems(portClaims(readSettings({})), (port) =>
      Promise.resolve(port === 8233),
    );
    expect(problems).toEqual([
      'Port 8233 for Temporal UI is taken: set BATON_TEMPORAL_UI_PORT to a free one, as in BATON_TEMPORAL_UI_PORT=8234 npm start.',
    ]);
  });

  it('says so when two parts want the same port', async () => {
    const problems = await portProblems(portClaims(readSettings({ BATON_TEMPORAL_PORT: '8080' })), free);
    expect(problems).toEqual([
      'Port 8080 is wanted by the API and by Temporal: set BATON_TEMPORAL_PORT to another one.',
    ]);
  });
});
