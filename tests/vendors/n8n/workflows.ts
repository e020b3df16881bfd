import type { Json, JsonObject } from '@baton/core';

/** A workflow as n8n's public API takes it, and the path of its trigger. */
export interface WorkflowDraft {
  readonly name: string;
  readonly path: string;
  readonly nodes: readonly JsonObject[];
  readonly connections: JsonObject;
}

interface NodeParams {
  readonly name: string;
  readonly type: string;
  readonly version: number;
  readonly parameters: JsonObject;
  readonly more?: JsonObject;
}

/** A node, as n8n has it. */
type Node = JsonObject & { readonly name: string };

function node({ name, type, version, parameters, more = {} }: NodeParams): Node {
  return { id: name, name, type, typeVersion: version, position: [0, 0], parameters, ...more };
}

/** How a webhook of a draft answers. */
export type ResponseMode = 'lastNode' | 'responseNode' | 'onReceived' | 'streaming';

const EXECUTION_ID = '={{ { executionId: $execution.id } }}';

function webhook(path: string, responseMode: ResponseMode): Node {
  const options = responseMode === 'onReceived' ? { responseData: EXECUTION_ID } : {};
  return node({
    name: 'Webhook',
    type: 'n8n-nodes-base.webhook',
    version: 2.1,
    parameters: { httpMethod: 'POST', path, responseMode, options },
    more: { webhookId: path },
  });
}

function set(name: string, output: string): Node {
  const parameters = { mode: 'raw', jsonOutput: output, options: {} };
  return node({ name, type: 'n8n-nodes-base.set', version: 3.4, parameters });
}

function wait(parameters: JsonObject): Node {
  return node({ name: 'Wait', type: 'n8n-nodes-base.wait', version: 1.1, parameters });
}

/** A chain of nodes; `models` are nodes that serve others. */
function draft(path: string, chain: readonly Node[], models: readonly Node[] = []): WorkflowDraft {
  const names = chain.map(({ name }) => name);
  const link = (to: string, type: string): Json => [[{ node: to, type, index: 0 }]];
  const pairs = names
    .slice(1)
    .map((to, n): [string, JsonObject] => [names[n] ?? '', { main: link(to, 'main') }]);
  const served = models.map(({ name }): [string, JsonObject] => {
    const type = 'ai_languageModel';
    return [name, { [type]: link(AGENT, type) }];
  });
  return {
    name: path,
    path,
    nodes: [...chain, ...models],
    connections: Object.fromEntries([...pairs, ...served]),
  };
}

const AGENT = 'AI Agent';

function agent(parameters: JsonObject): Node {
  return node({
    name: AGENT,
    type: '@n8n/n8n-nodes-langchain.agent',
    version: 3,
    parameters: { ...parameters, options: { enableStreaming: true } },
  });
}

function model(credentials: JsonObject): Node {
  return node({
    name: 'Model',
    type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
    version: 1.2,
    parameters: { model: { __rl: true, mode: 'id', value: 'stub' }, options: {} },
    more: { credentials },
  });
}

/** An agent with a model, which is told `?told=…`, `{told}`, or to repeat what was said. */
export function agentWorkflow(mode: ResponseMode, credentials: JsonObject): WorkflowDraft {
  const text = "={{ $json.query.told ?? $json.body.told ?? 'say ' + $json.body.chatInput }}";
  const told = agent({ promptType: 'define', text });
  return draft(`agent-${mode}`, [webhook(`agent-${mode}`, mode), told], [model(credentials)]);
}

/** The same, behind a chat that streams; it is told what is said in the chat. */
export function chatWorkflow(credentials: JsonObject): WorkflowDraft {
  const trigger = node({
    name: 'Chat',
    type: '@n8n/n8n-nodes-langchain.chatTrigger',
    version: 1.3,
    parameters: { public: true, options: { responseMode: 'streaming' } },
    more: { webhookId: 'chat' },
  });
  const { path: _, ...rest } = draft('chat', [trigger, agent({ promptType: 'auto' })], [model(credentials)]);
  return { ...rest, path: 'chat/chat' };
}

/** Gives what it was given. */
export function echoWorkflow(mode: ResponseMode): WorkflowDraft {
  const path = `echo-${mode}`;
  return draft(path, [webhook(path, mode), set('Set', '={{ JSON.stringify($json.body) }}')]);
}

/** Answers `?status=…&type=…&retryAfter=…&words=…&pad=…`. */
export function answerWorkflow(): WorkflowDraft {
  const headers = { 'Content-Type': 'type', 'Retry-After': 'retryAfter' };
  const entries = Object.entries(headers).map(([name, key]) => ({
    name,
    value: `={{ $json.query.${key} }}`,
  }));
  const respond = node({
    name: 'Respond',
    type: 'n8n-nodes-base.respondToWebhook',
    version: 1.5,
    parameters: {
      respondWith: 'text',
      responseBody: "={{ $json.query.words.padEnd(Number($json.query.pad), 'é') }}",
      options: { responseCode: '={{ Number($json.query.status) }}', responseHeaders: { entries } },
    },
  });
  return draft('answer', [webhook('answer', 'responseNode'), respond]);
}

/** Takes its time, and gives nothing. */
export function slowWorkflow(mode: ResponseMode): WorkflowDraft {
  const path = `slow-${mode}`;
  const forALongTime = wait({ resume: 'timeInterval', amount: 40, unit: 'seconds' });
  return draft(path, [webhook(path, mode), forALongTime, set('Set', '{}')]);
}

/** Fails. */
export function failingWorkflow(): WorkflowDraft {
  const stop = node({
    name: 'Stop',
    type: 'n8n-nodes-base.stopAndError',
    version: 1,
    parameters: { errorMessage: 'no kettle' },
  });
  return draft('failing', [webhook('failing', 'onReceived'), stop]);
}

/** Asks a person, and gives what it gives when it is not asked to; a rejection is told. */
export function askingWorkflow(output: JsonObject): WorkflowDraft {
  const question =
    "={{ { resumeUrl: $execution.resumeUrl, title: 'Is it good?', of: $json.body.chatInput } }}";
  const result = `={{ $json.body.outcome === 'approve' ? ${JSON.stringify(output)} : { refused: $json.body } }}`;
  return draft('asking', [
    webhook('asking', 'onReceived'),
    set('Ask', question),
    wait({ resume: 'webhook', httpMethod: 'POST', options: {} }),
    set('Set', result),
  ]);
}
