import { describe, expect, it } from '@jest/globals';
import { parseSupervisorFacts } from './supervisor-file-codec.ts';

const facts = {
  pid: 7,
  command: 'node main.ts start',
  apiUrl: 'http://127.0.0.1:8080',
  temporalUiUrl: null,
  parts: [{ name: 'Temporal', pid: 8, command: 'temporal server' }],
};

describe('parseSupervisorFacts()', () => {
  it('reads what was written', () => {
    expect(parseSupervisorFacts(JSON.stringify(facts))).toEqual(facts);
  });

  it('takes half a file for none', () => {
    expect(parseSupervisorFacts(JSON.stringify(facts).slice(0, 30))).toBeNull();
    expect(parseSupervisorFacts('{"pid":7}')).toBeNull();
  });

  it('leaves out a part that is not whole', () => {
    const text = JSON.stringify({ ...facts, parts: [{ name: 'Temporal', pid: 'x' }] });
    expect(parseSupervisorFacts(text)?.parts).toEqual([]);
  });
});
