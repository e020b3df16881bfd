import { addUsage, NO_USAGE, type Json, type Usage } from '@baton/core';
import { at, countAt, textAt } from '../wire/fields.ts';

/** A usage object of Dify; its prices are texts. A price in another currency than dollars is not counted. */
export function toUsage(given: Json | undefined): Usage {
  const inputTokens = countAt(given, 'prompt_tokens') ?? 0;
  const outputTokens = countAt(given, 'completion_tokens') ?? 0;
  const isDollars = (textAt(given, 'currency') ?? 'USD') === 'USD';
  return withTotal(
    {
      ...NO_USAGE,
      inputTokens,
      outputTokens,
      costUsd: isDollars ? (countAt(given, 'total_price') ?? 0) : 0,
    },
    countAt(given, 'total_tokens'),
  );
}

/** What a finished node of a workflow has used; nothing for those that ask no model. */
export function usageOfNode(data: Json | undefined): Usage {
  const told = toUsage(modelUsage(data));
  const price = toUsage({
    total_price: countAt(data, 'execution_metadata', 'total_price') ?? 0,
    currency: textAt(data, 'execution_metadata', 'currency') ?? 'USD',
  });
  const costUsd = Math.max(told.costUsd, price.costUsd);
  return withTotal({ ...told, costUsd }, countAt(data, 'execution_metadata', 'total_tokens'));
}

/** Tokens of which only the sum is known count as input: the sum is right, and the kind cannot be known. */
export function withTotal(usage: Usage, total = 0): Usage {
  const missing = Math.max(0, total - usage.inputTokens - usage.outputTokens);
  return addUsage(usage, { ...NO_USAGE, inputTokens: missing });
}

/** A node tells the usage of its model beside its outputs, in either of two places. */
function modelUsage(data: Json | undefined): Json | undefined {
  const inProcess = at(data, 'process_data', 'usage');
  return countAt(inProcess, 'total_tokens') === undefined ? at(data, 'outputs', 'usage') : inProcess;
}
