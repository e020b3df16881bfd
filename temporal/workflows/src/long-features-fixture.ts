import { heartbeat } from '@temporalio/activity';
import type { Json, JsonObject } from '@baton/core';
import {
  anotherThan,
  beside,
  child,
  childOf,
  get,
  heard,
  LISTEN,
  pinned,
  replyOf,
  review,
  talk,
  type Scenario,
} from './feature-parts-fixture.ts';
import type { Handle, Stage } from './stage-fixture.ts';

/** Events that are more than a stage of {@link LONG_FEATURES} takes in one execution. */
const MANY = 60;

/** Starts a run of a branch and of another one that hears {@link MANY} events, and waits for its second execution. */
async function continued(
  stage: Stage,
  branch: JsonObject,
  more?: Parameters<Stage['start']>[1],
): Promise<Handle> {
  const handle = await stage.start([beside(branch, heard(MANY))], more);
  const { runId } = await handle.describe();
  await talk(handle, MANY - 1);
  await anotherThan(handle, runId);
  return handle;
}

const last = { type: 'go', id: 'last' };

/** What a run can have open when it is continued as new; on a stage that suggests it after 40 events. */
export const LONG_FEATURES: Readonly<Record<string, Scenario>> = {
  'continued-with-a-timer': async (stage) => {
    const handle = await continued(stage, { nap: { wait: 'PT3S' } });
    await handle.signal('event', last);
    return handle;
  },
  'continued-with-a-human-task': async (stage) => {
    let outcome: Json = null;
    stage.effects.openHumanTask = async () => ({ humanTaskId: 'task-1', outcome });
    stage.effects.takeHumanTaskOutcome = async () => outcome;
    const handle = await continued(stage, review());
    outcome = { outcome: 'approve' };
    await handle.signal('humanTaskDecided', { humanTaskId: 'task-1', decisionId: 'd-1' });
    await handle.signal('event', last);
    return handle;
  },
  'continued-with-a-child-run': async (stage) => {
    let end: { output: Json } | null = null;
    const accepted = childOf([LISTEN]);
    stage.effects.createChildRun = async () => accepted;
    stage.effects.takeChildRunEnd = async () => end;
    const handle = await continued(stage, child(true));
    await handle.client.getHandle(accepted.workflowId).signal('event', { type: 'go' });
    end = { output: 'grown up' };
    await handle.signal('childRunEnded', { childRunId: accepted.runId });
    await handle.signal('event', last);
    return handle;
  },
  'continued-with-a-call-that-waits': async (stage) => {
    let granted = false;
    stage.effects.invokeAgent = async () => (granted ? replyOf('written') : { kind: 'queued', ahead: 1 });
    let asked = 0;
    let key = '';
    stage.effects.admitAgentCall = async ({ idempotencyKey }) => {
      asked += 1;
      key = idempotencyKey;
      return granted ? { kind: 'granted' } : { kind: 'queued', ahead: 0 };
    };
    const { tasks, more } = pinned({ concurrency: { max: 1 } });
    const pins = { '/do/0/both/fork/branches/0/ask': 'writer@2.0.0' };
    const handle = await continued(stage, tasks[0] ?? {}, { ...more, pins });
    while (asked === 0) await handle.query('run');
    granted = true;
    await handle.signal('agentCallDue', { key });
    await handle.signal('event', last);
    return handle;
  },
  'continued-and-canceled': async (stage) => {
    const accepted = childOf([LISTEN]);
    stage.effects.createChildRun = async () => accepted;
    stage.effects.takeChildRunEnd = async () => null;
    const handle = await continued(stage, child(true));
    await handle.signal('cancelReason', 'Enough.');
    await handle.cancel();
    return handle;
  },
  'continued-after-a-call': async (stage) => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    stage.effects.callHttp = async () => {
      await answered;
      return 'late';
    };
    const handle = await stage.start([beside({ slow: get('https://slow.example/') }, heard(MANY))]);
    const { runId } = await handle.describe();
    await talk(handle, MANY - 1);
    answer();
    await anotherThan(handle, runId);
    await handle.signal('event', last);
    return handle;
  },
  'continued-with-a-call': async (stage) => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    let calls = 0;
    stage.effects.callHttp = async () => {
      calls += 1;
      if (calls > 1) return 'at last';
      const beats = setInterval(heartbeat, 2_000);
      await answered;
      clearInterval(beats);
      return 'too late';
    };
    // Held back for so long that the call is delivered again.
    const handle = await continued(stage, { slow: get('https://slow.example/') });
    await handle.signal('event', last);
    answer();
    return handle;
  },
};
