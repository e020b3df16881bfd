import type { Json, JsonObject } from '@baton/core';
import { parseAgentBody, validateJsonSchema } from '@baton/contracts';
import type { AgentRecord, AgentRepository, AgentVersionRecord, RunRecord } from '@baton/store';
import type { Call } from '../http/call.ts';
import { invalidAt } from '../http/refusals.ts';
import { startKeyOf } from '../runs/runs.service.ts';
import type { RunStarter } from '../runs/start-run.ts';
import { checkValueSize, refuseInput } from '../workflows/choose-version.ts';

/** What invoking needs. */
export interface InvokePorts {
  readonly agents: AgentRepository;
  readonly starter: RunStarter;
}

type InvokeCall = Call<
  unknown,
  unknown,
  { readonly input: Json; readonly version?: string; readonly session?: string }
>;

/** Calls an agent once, as a run of a definition with that one call. Throws 422 for a version that is not there or a bad input. */
export async function invokeAgent(
  ports: InvokePorts,
  call: InvokeCall,
  agent: AgentRecord,
): Promise<RunRecord> {
  const { body, caller } = call;
  checkValueSize(body.input, '/input', call.bodyBytes);
  const version = await ports.agents.resolve(caller.scope, agent.name, body.version);
  if (version === null) {
    const which = body.version === undefined ? 'that is not archived' : `in ${body.version}`;
    throw invalidAt('/version', `The agent "${agent.name}" has no version ${which}.`);
  }
  const { input } = parseAgentBody(version.body);
  if (input !== undefined) refuseInput(validateJsonSchema(input.schema, body.input));
  return ports.starter.accept({
    ...caller,
    kind: 'invocation',
    name: agent.name,
    namespace: NAMESPACE,
    version: version.version,
    document: definitionOf(version, body.session),
    input: body.input,
    startKey: startKeyOf(call),
    logger: call.exchange.logger,
  });
}

const NAMESPACE = 'baton';

/** A definition whose only task calls the agent with the whole input. */
function definitionOf(
  agent: Pick<AgentVersionRecord, 'name' | 'version'>,
  session: string | undefined,
): JsonObject {
  return {
    document: {
      dsl: '1.0.3',
      namespace: NAMESPACE,
      // Names end in a letter or digit and have at most 63 characters.
      name: `invoke-${agent.name}`.slice(0, 63).replace(/-+$/, ''),
      version: agent.version,
      title: `Invocation of ${agent.name}`,
    },
    do: [
      {
        invoke: {
          call: 'agent',
          with: {
            agent: agent.name,
            version: agent.version,
            input: '${ . }',
            ...(session === undefined ? {} : { session }),
          },
        },
      },
    ],
  };
}
