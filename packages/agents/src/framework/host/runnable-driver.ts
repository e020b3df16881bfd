import { failure, isObject, type AgentReply, type Json } from '@baton/core';
import { AgentFailureError } from '../../adapter.ts';
import { tellPiece } from '../../langgraph/graph-reading.ts';
import { contentOf, isFromModel, usageOf } from '../../langgraph/messages.ts';
import type { Driver } from './driver.ts';
import type { Runnable } from './foreign-codec.ts';
import { listenToModels } from './model-calls.ts';
import { toPlain } from './plain.ts';

/** The driver of a chain of LangChain: any runnable that is no graph. */
export function createRunnableDriver(runnable: Runnable): Driver {
  return {
    async answer(call, emit): Promise<AgentReply> {
      if (call.session !== undefined || call.resume !== undefined) throw keepsNothing(call.label);
      const tools = new Map<string, string>();
      const models = listenToModels({
        onPiece: (message) => {
          tellPiece(message, emit);
        },
        onTool: (id, name, input) => {
          tools.set(id, name);
          emit({ type: 'agent.tool_call', data: { id, name, arguments: input } });
        },
        onToolEnd: (id, output) => {
          emit({ type: 'agent.tool_result', data: { id, name: tools.get(id) ?? '', result: output } });
        },
      });
      const configurable = { idempotency_key: call.idempotencyKey, baton_run_id: call.runId };
      const said = toPlain(await runnable.invoke(call.input, { configurable, callbacks: [models.handler] }));
      const text = textOf(said);
      const usage = { ...usageOf(models.answers), toolCalls: tools.size };
      return { output: text ?? said, ...(text === undefined ? {} : { text }), usage, finish: 'stop' };
    },
  };
}

/** What a chain answers with may be a text, or a message of a model. */
function textOf(said: Json): string | undefined {
  if (typeof said === 'string') return said;
  return isObject(said) && isFromModel(said) ? contentOf(said, 'text') : undefined;
}

function keepsNothing(label: string): AgentFailureError {
  const detail = `${label} is a chain, which keeps no conversation: call it without a session.`;
  return new AgentFailureError(failure('configuration', detail, { code: 'no_sessions' }));
}
