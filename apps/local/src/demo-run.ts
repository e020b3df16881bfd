import type { Run } from '@baton/contracts';
import type { Client, RunStreamEvent } from '@baton/sdk';
import { decideTask, type Ask } from './demo-decision.ts';
import { createEventLines } from './demo-event-line.ts';
import type { Terminal } from './terminal.ts';

/** The two people of the demo: policies exclude the requester, so that nobody approves his own. */
export interface DemoClients {
  /** Publishes and starts. */
  readonly requester: { readonly runs: Pick<Client['runs'], 'start' | 'events' | 'get'> };
  /** Decides. */
  readonly editor: { readonly humanTasks: Pick<Client['humanTasks'], 'get' | 'decide'> };
}

/** What {@link runToItsEnd} needs. */
export interface DemoRunParams {
  readonly clients: DemoClients;
  readonly workflow: string;
  readonly version: string;
  readonly input: Run['input'];
  /** null: approve without asking. */
  readonly ask: Ask | null;
  readonly terminal: Terminal;
  /** Of the API, without a slash at the end. */
  readonly apiUrl: string;
  readonly signal: AbortSignal;
}

/** How the run of the demo ended. */
export interface DemoEnd {
  readonly run: Run;
  /** The type of its last event. */
  readonly last: string;
}

/** Starts a run, shows its events as they come, asks for decisions when it waits for them, and answers with its end. */
export async function runToItsEnd(params: DemoRunParams): Promise<DemoEnd> {
  const { clients, workflow, version, input, terminal } = params;
  const { runs } = clients.requester;
  const { id } = await runs.start(workflow, { version, input }, { signal: params.signal });
  terminal.line(`\nRun ${id} of ${workflow} ${version}:`);
  const failed = new AbortController();
  const signal = AbortSignal.any([params.signal, failed.signal]);
  const tasks = createTasks({ ...params, signal, stop: params.signal }, (reason) => failed.abort(reason));
  const lineOf = createEventLines();
  let last = '';
  try {
    for await (const event of runs.events(id, { signal })) {
      terminal.line(lineOf(event));
      tasks.see(event);
      last = event.type;
    }
  } finally {
    await tasks.stop();
  }
  return { run: await runs.get(id, { signal }), last };
}

interface Tasks {
  see(event: RunStreamEvent): void;
  stop(): Promise<void>;
}

/** Asks about open human tasks, one at a time, while the run waits: no event then comes between question and answer. */
function createTasks(
  params: DemoRunParams & { readonly stop: AbortSignal },
  onFailure: (reason: unknown) => void,
): Tasks {
  const { clients, ask, terminal, apiUrl, stop } = params;
  const open: string[] = [];
  let waiting = false;
  let asking: {
    readonly taskId: string;
    readonly gone: AbortController;
    readonly done: Promise<void>;
  } | null = null;
  const next = (): void => {
    const taskId = open[0];
    if (!waiting || asking !== null || taskId === undefined) return;
    const gone = new AbortController();
    const signal = AbortSignal.any([params.signal, gone.signal]);
    const question = { client: clients.editor, taskId, ask, terminal, apiUrl, signal, stop };
    const done = decideTask(question).catch((error: unknown) => {
      // A question about a task that is decided is no question any more.
      if (!gone.signal.aborted) onFailure(error);
    });
    asking = { taskId, gone, done };
  };
  return {
    see: (event) => {
      const taskId = typeof event['humanTaskId'] === 'string' ? event['humanTaskId'] : null;
      if (event.type === 'run.waiting') waiting = true;
      if (event.type === 'run.resumed') waiting = false;
      if (event.type === 'human_task.opened' && taskId !== null) open.push(taskId);
      if (event.type === 'human_task.decided' && taskId !== null) {
        open.splice(0, open.length, ...open.filter((one) => one !== taskId));
        if (asking?.taskId === taskId) {
          asking.gone.abort(new Error('The human task was decided.'));
          asking = null;
        }
      }
      next();
    },
    stop: async () => {
      asking?.gone.abort(new Error('The run is over.'));
      await asking?.done;
    },
  };
}
