import { describe, expect, it } from '@jest/globals';
import { createCircuit } from './circuit.ts';

describe('createCircuit()', () => {
  it('stays closed until as many failures in a row as it is told', () => {
    const circuit = createCircuit({ failures: 3 });
    circuit.failed();
    circuit.failed();
    circuit.succeeded();
    circuit.failed();
    circuit.failed();
    expect(circuit.available()).toBe(true);
    circuit.failed();
    expect(circuit.available()).toBe(false);
  });

  it('opens after two failures and lets a call try when its time is over', () => {
    let now = 1_000;
    const circuit = createCircuit({ now: () => now });
    circuit.failed();
    expect(circuit.available()).toBe(true);
    circuit.failed();
    now += 1_999;
    expect(circuit.available()).toBe(false);
    now += 1;
    expect(circuit.available()).toBe(true);
  });

  it('opens again with the first failure of the trying call', () => {
    let now = 0;
    const circuit = createCircuit({ failures: 2, openMs: 50, now: () => now });
    circuit.failed();
    circuit.failed();
    now = 50;
    circuit.failed();
    expect(circuit.available()).toBe(false);
  });

  it('closes at once when a call succeeds', () => {
    const circuit = createCircuit({ failures: 1, openMs: 60_000 });
    circuit.failed();
    circuit.succeeded();
    expect(circuit.available()).toBe(true);
  });
});
