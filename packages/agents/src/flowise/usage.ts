import { addUsage, NO_USAGE, type Json, type Usage } from '@baton/core';
import { at, countAt, listAt } from '../wire/fields.ts';

/** What a whole prediction has used: what its nodes tell, or else what the stream told. */
export function toUsage(body: Json, ran: number): Usage {
  const nodes = nodesOf(body).slice(ran);
  const byNodes = nodes.map((node) => tokensOf(at(node, 'data', 'output', 'usageMetadata')));
  const byEvents = listAt(body, 'usageMetadata').map(tokensOf);
  const tools = nodes.flatMap((node) => listAt(node, 'data', 'output', 'usedTools'));
  const toolCalls = Math.max(tools.length, listAt(body, 'usedTools').length);
  const told = [byNodes, byEvents].map((usages) => usages.reduce(addUsage, NO_USAGE));
  const known = told.find(({ inputTokens, outputTokens }) => inputTokens + outputTokens > 0) ?? NO_USAGE;
  return { ...known, calls: 1, toolCalls };
}

/** The nodes that an agentflow has run, in their order. */
export function nodesOf(body: Json): readonly Json[] {
  return listAt(body, 'agentFlowExecutedData');
}

/** Tokens of which only the sum is known (those inside tools) count as input: the sum is right. */
function tokensOf(told: Json | undefined): Usage {
  const inputTokens = countAt(told, 'input_tokens') ?? 0;
  const outputTokens = countAt(told, 'output_tokens') ?? 0;
  const total = countAt(told, 'total_tokens') ?? 0;
  return {
    ...NO_USAGE,
    inputTokens: Math.max(inputTokens, total - outputTokens),
    outputTokens,
    cachedTokens: countAt(told, 'input_token_details', 'cache_read') ?? 0,
    costUsd: countAt(told, 'total_cost') ?? 0,
  };
}
