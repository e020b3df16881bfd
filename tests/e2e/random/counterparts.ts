import { isObject, type Json } from '@baton/core';
import { startAgent, type AgentStandIn } from '../agent-stand-in.ts';
import { itemsOf, type Scenario } from '../scenario.ts';
import { textOf } from '../http.ts';
import type { Counterparts } from './generate.ts';
import { failuresOf, httpAnswer } from './ideal.ts';

/** What random definitions call, and the ledger of what reached it. */
export interface Played extends Counterparts {
  readonly ledger: AgentStandIn;
  stop(): Promise<void>;
}

/** Starts the counterparts of random definitions, and somebody who decides every human task as its title says. */
export async function playCounterparts(scenario: Scenario): Promise<Played> {
  const attempts = new Map<string, number>();
  const ledger = await startAgent(({ key, path, method, body }) => {
    const given: Json = isObject(body) ? body : null;
    if (path !== '/agent') return { body: httpAnswer(method, given) };
    const earlier = attempts.get(key) ?? 0;
    attempts.set(key, earlier + 1);
    return earlier < failuresOf(given) ? { status: 503, body: {} } : { body: given };
  });
  const retry = { maxAttempts: 9, initialInterval: 'PT0.01S' };
  const unknown = await scenario.register(`${ledger.url}/agent`, { retry });
  const idempotent = await scenario.register(`${ledger.url}/agent`, { retry, effects: 'idempotent' });
  const child = await scenario.publish([{ grow: { set: { child: '${ . }' } } }]);
  const stopping = new AbortController();
  const deciding = decideAll(scenario, stopping.signal);
  return {
    agents: [unknown, idempotent],
    url: ledger.url,
    child,
    ledger,
    async stop() {
      stopping.abort();
      await deciding;
      await ledger.stop();
    },
  };
}

async function decideAll(scenario: Scenario, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    await decideOpen(scenario).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function decideOpen({ call, decide }: Scenario): Promise<void> {
  const as = 'admin:admin';
  for (const task of itemsOf(await call('GET /v1/human-tasks?status=open&limit=100', { as }))) {
    const title = textOf(task, 'title');
    if (title !== 'approve' && title !== 'reject') continue;
    const id = textOf(task, 'id');
    const { headers } = await call(`GET /v1/human-tasks/${id}`, { as });
    await decide(id, { action: title }, { as, etag: headers.get('etag') ?? '' });
  }
}
