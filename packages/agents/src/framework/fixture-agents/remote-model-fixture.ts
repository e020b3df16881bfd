import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager';
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs';
import { isObject, own, parseJson, type Json } from '@baton/core';

/** A model behind HTTP that answers in lines of JSON: `{"text"}`, `{"usage"}`, and `{"done": true}` at the end. */
export class RemoteModel extends BaseChatModel {
  readonly url: string;
  readonly key: string;

  constructor(url: string, key: string) {
    super({ maxRetries: 0 });
    this.url = url;
    this.key = key;
  }

  _llmType(): string {
    return 'remote';
  }

  _generate(): Promise<ChatResult> {
    throw new Error('This model is only streamed.');
  }

  override async *_streamResponseChunks(
    _messages: BaseMessage[],
    _options: this['ParsedCallOptions'],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const response = await fetch(this.url, { method: 'POST', headers: { 'idempotency-key': this.key } });
    if (!response.ok) throw new AnswerError(response, await response.text());
    let isDone = false;
    for await (const line of linesOf(response)) {
      isDone ||= typeof line === 'object' && member(line, 'done') === true;
      const chunk = chunkOf(line);
      await runManager?.handleLLMNewToken(chunk.text, undefined, undefined, undefined, undefined, { chunk });
      yield chunk;
    }
    // A model that stops in the middle takes everything with it.
    if (!isDone && response.headers.get('content-type')?.startsWith('text/event-stream') === true)
      process.exit(0);
  }
}

/** The error of an answer that is none, as clients of models throw it. */
class AnswerError extends Error {
  readonly status: number;
  readonly headers: Headers;

  constructor({ status, headers }: Response, words: string) {
    super(words);
    this.status = status;
    this.headers = headers;
  }
}

function member(line: Json, key: string): Json | undefined {
  return isObject(line) ? own(line, key) : undefined;
}

async function* linesOf(response: Response): AsyncGenerator<Json> {
  const decoder = new TextDecoder();
  const type = response.headers.get('content-type') ?? '';
  let rest = '';
  const chunks: AsyncIterable<Uint8Array> | null = response.body;
  for await (const chunk of chunks ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield parseJson(line.replace(/^data: /, ''));
  }
  if (rest !== '') yield type === 'text/html' ? rest : parseJson(rest);
}

function chunkOf(line: Json): ChatGenerationChunk {
  const [text, usage] = ['text', 'usage'].map((key) => member(line, key));
  const [input, output] = [Number(member(usage ?? null, 'input')), Number(member(usage ?? null, 'output'))];
  const said = typeof line === 'string' ? line : typeof text === 'string' ? text : '';
  const message = new AIMessageChunk({ id: 'ai-1', content: said });
  const used = { input_tokens: input, output_tokens: output, total_tokens: input + output };
  if (usage !== undefined) Object.assign(message, { usage_metadata: used });
  return new ChatGenerationChunk({ message, text: said });
}
