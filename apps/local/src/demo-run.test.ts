import type { RunStreamEvent } from '@baton/sdk';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Ask } from './demo-decision.ts';
import { decision, endedRun, openTask } from './demo-fixture.ts';
import { runToItsEnd, type DemoClients, type DemoEnd } from './demo-run.ts';

const NEVER = new AbortController().signal;

let shown: string[];
let decisions = 0;

beforeEach(() => {
  shown = [];
  decisions = 0;
});

function event(position: number, type: string, more: object = {}): RunStreamEvent {
  const common = { position, runId: 'r1', at: '2026-01-31T12:00:00Z', type: 'run.started' as const };
  return Object.assign(common, { type }, more);
}

const opened = event(2, 'human_task.opened', { humanTaskId: 't1' });
const decided = event(4, 'human_task.decided', { humanTaskId: 't1', outcome: 'approve' });

interface Gate {
  readonly opens: Promise<void>;
  open(): void;
}

function createGate(): Gate {
  let open = (): void => undefined;
  const opens = new Promise<void>((resolve) => (open = resolve));
  return { opens, open: () => open() };
}

function rejected(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => reject(new Error('aborted', { cause: signal?.reason }));
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
  });
}

/** A run that waits for a decision at a gate; `onDecide` may refuse. */
function clientsOf(gate: Gate, onDecide: () => void = () => gate.open()): DemoClients {
  return {
    requester: {
      runs: {
        start: () => Promise.resolve(endedRun),
        get: () => Promise.resolve(endedRun),
        events: async function* (_id, options) {
          yield* [event(1, 'run.started'), opened, event(3, 'run.waiting')];
          await Promise.race([gate.opens, rejected(options?.signal)]);
          yield* [decided, event(5, 'run.resumed'), event(6, 'run.completed')];
        },
      },
    },
    editor: {
      humanTasks: {
        get: () => Promise.resolve(openTask),
        decide: () => {
          decisions += 1;
          onDecide();
          return Promise.resolve(decision);
        },
      },
    },
  };
}

function play(clients: DemoClients, ask: Ask | null, signal = NEVER): Promise<DemoEnd> {
  const terminal = {
    line: (text: string) => void shown.push(text),
    phase: <T>(_: string, work: () => T) => work(),
  };
  const workflow = { workflow: 'w', version: '1.0.0', input: {} };
  return runToItsEnd({ ...workflow, clients, ask, terminal, apiUrl: 'http://127.0.0.1:8080', signal });
}

describe('runToItsEnd()', () => {
  it('shows the events, asks once while the run waits, and answers with the end', async () => {
    const end = await play(clientsOf(createGate()), () => Promise.resolve('y'));
    expect(end).toEqual({ run: endedRun, last: 'run.completed' });
    expect(decisions).toBe(1);
    const order = ['run.waiting', 'Publish "A"?', 'human_task.decided', 'run.completed'];
    const places = order.map((text) => shown.findIndex((line) => line.includes(text)));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it('takes its question back when somebody else decides', async () => {
    const gate = createGate();
    const ask: Ask = (_question, signal) => {
      gate.open();
      return rejected(signal);
    };
    const end = await play(clientsOf(gate), ask);
    expect(end.last).toBe('run.completed');
    expect(decisions).toBe(0);
  });

  it('leaves the run waiting when it is stopped at the question, and says how to decide', async () => {
    const stopping = new AbortController();
    const ask: Ask = (_question, signal) => {
      const answer = rejected(signal);
      stopping.abort(new Error('Stopped.'));
      return answer;
    };
    await expect(play(clientsOf(createGate()), ask, stopping.signal)).rejects.toThrow('aborted');
    expect(shown.filter((line) => line.includes('stays waiting'))).toHaveLength(1);
    expect(decisions).toBe(0);
  });

  it('says nothing of a later decision when somebody else decides', async () => {
    const gate = createGate();
    await play(clientsOf(gate), (_question, signal) => {
      gate.open();
      return rejected(signal);
    });
    expect(shown.join('\n')).not.toContain('stays waiting');
  });

  it('stops following when the decision fails', async () => {
    const refuse = (): never => {
      throw new Error('Not allowed.');
    };
    const failing = play(clientsOf(createGate(), refuse), null);
    await expect(failing).rejects.toMatchObject({ cause: new Error('Not allowed.') });
  });
});
