import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createAdapters, createNodeAgents, type Adapter } from '@baton/agents';
import { createEgress } from '@baton/egress';
import { contextOf, type Contender } from './contenders.ts';
import { echoGraph } from './echo-graph.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** A graph in a process of its own that is kept, beside the same graph in this process. */
export async function startWarmGraph(): Promise<Contender> {
  const { deliver, stop } = startGraph(() => 0);
  const graph = echoGraph();
  const bare = async (): Promise<void> => check((await graph.invoke({ echo: 'tea' })).echo);
  await deliver();
  return { adapter: 'framework, warm', calls: 0, deliver, bare, stop };
}

/** A graph whose process is started for the call, beside a process of Node that loads the same module and ends. */
export async function startColdGraph(): Promise<Contender> {
  let calls = 0;
  // Other parameters are another agent: nothing that is kept serves it.
  const { deliver, stop } = startGraph(() => (calls += 1));
  const bare = async (): Promise<void> => {
    const args = [
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('echo-graph.ts', import.meta.url)),
    ];
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    await once(child, 'exit');
    if (child.exitCode !== 0)
      throw new Error(`A process that only loads the graph ended with ${child.exitCode}.`);
  };
  return { adapter: 'framework, cold', calls: 0, deliver, bare, stop };
}

function startGraph(parameter: () => number): Pick<Contender, 'deliver' | 'stop'> {
  const nodeAgents = createNodeAgents({
    folder: FOLDER,
    processes: 1,
    readArtifact: () => Promise.resolve(null),
    environment: process.env,
  });
  const adapter = frameworkAdapter(createAdapters({ nodeAgents }));
  const egress = createEgress({ policy: { allowLoopback: true } });
  return {
    deliver: async () => {
      const parsed = adapter.parseConfig({
        runtime: 'node',
        framework: 'langgraph',
        module: 'echo-graph.ts',
        export: 'echoGraph',
        parameters: { n: parameter() },
      });
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      const agent = { name: 'bench', version: '1.0.0' };
      const asked = { agent, config: parsed.config, input: { echo: 'tea' } };
      const { output } = await adapter.invoke(asked, contextOf(egress));
      check(typeof output === 'object' && output !== null && 'echo' in output ? output['echo'] : output);
    },
    stop: async () => {
      await nodeAgents.stop();
      await egress.close();
    },
  };
}

function frameworkAdapter(adapters: readonly Adapter[]): Adapter {
  const found = adapters.find(({ kind }) => kind === 'framework');
  if (found === undefined) throw new Error('There is no adapter for frameworks.');
  return found;
}

function check(said: unknown): void {
  if (said !== 'You said: tea') throw new Error(`The graph said ${JSON.stringify(said)}.`);
}
