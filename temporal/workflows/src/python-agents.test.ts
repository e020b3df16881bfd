import { describe, expect, it } from '@jest/globals';
import { isPythonAgent, pythonQueueOf } from './python-agents.ts';

describe('isPythonAgent()', () => {
  it('is for framework agents whose runtime is Python', () => {
    expect(isPythonAgent({ adapter: 'framework', config: { runtime: 'python' } })).toBe(true);
  });

  it('is for no others', () => {
    expect(isPythonAgent({ adapter: 'framework', config: { runtime: 'node' } })).toBe(false);
    expect(isPythonAgent({ adapter: 'http', config: { runtime: 'python' } })).toBe(false);
  });
});

describe('pythonQueueOf()', () => {
  it('lies beside the queue of the run', () => {
    expect(pythonQueueOf('baton-runs')).toBe('baton-runs-python');
  });
});
