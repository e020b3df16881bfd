/**
 * A process that runs one agent for a worker. On file descriptor 3 it takes a line of JSON with what to load, and answers that
 * it is ready; then each line is a question. What the agent writes to its terminal goes elsewhere and disturbs nothing.
 */
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { AgentFailureError } from '../../adapter.ts';
import { createDriver, type Driver } from './driver.ts';
import { asLanggraph } from './foreign-codec.ts';
import type { HostLine, LoadOrder } from './host-protocol.ts';
import { parseCallOrder, parseLoadOrder } from './host-protocol-codec.ts';
import { watchImports } from './imports.ts';
import { loadFailure, makeAgent } from './make-agent.ts';
import { thrownFailure } from './thrown-failure.ts';

const channel = new Socket({ fd: 3 });
// A worker that is gone wants no answers.
channel.once('close', () => process.exit(0));
new Worker(new URL('./watch-main.ts', import.meta.url)).unref();

let driver: Driver | null = null;
for await (const line of createInterface({ input: channel, crlfDelay: Infinity })) {
  if (driver === null) driver = await load(parseLoadOrder(line));
  else await answer(driver, line);
}

function tell(line: HostLine): Promise<void> {
  return new Promise((settle) => channel.write(`${JSON.stringify(line)}\n`, () => settle()));
}

async function load(order: LoadOrder): Promise<Driver> {
  const imports = watchImports(order.root);
  const { module } = order;
  const name = module.kind === 'package' ? module.name : module.kind === 'file' ? module.path : module.sha256;
  try {
    const agent = await makeAgent(await imports.load(module), order);
    const graphs = '@langchain/langgraph';
    const langgraph = asLanggraph((await imports.find(graphs)) ?? (await imports.find(graphs, 'langchain')));
    const made = createDriver({ agent, framework: order.framework, langgraph });
    await tell({ ready: imports.files() });
    return made;
  } catch (error) {
    await tell({ refused: loadFailure(name, error).failure });
    process.exit(0);
  }
}

async function answer(agent: Driver, line: string): Promise<void> {
  const { id, call } = parseCallOrder(line);
  try {
    const reply = await agent.answer(call, (event) => void tell({ id, event }));
    await tell({ id, reply });
  } catch (error) {
    await tell({
      id,
      error:
        error instanceof AgentFailureError ? error.failure : thrownFailure(error, call.label, Date.now()),
    });
  }
}
