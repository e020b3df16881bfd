import type { Response } from 'express';
import type { Answer } from './call.ts';
import { namesTag, single } from './header-values.ts';
import type { HttpProblem } from './problem.ts';

/** Writes an answer. A GET whose ETag the client has becomes a 304. */
export async function send(response: Response, answer: Answer): Promise<void> {
  if (answer.kind === 'stream') return answer.write(response);
  response.set(answer.headers);
  const tag = answer.headers['ETag'];
  const known = single(response.req.headers['if-none-match']);
  const reading = response.req.method === 'GET' || response.req.method === 'HEAD';
  if (reading && tag !== undefined && known !== undefined && namesTag(known, tag)) {
    response.status(304).end();
    return;
  }
  response.status(answer.kind === 'bytes' ? 200 : answer.status);
  if (answer.kind === 'empty') response.end();
  else if (answer.kind === 'bytes') writeBytes(response, answer.mediaType, answer.body);
  else if (answer.kind === 'text') write(response, answer.mediaType, answer.text);
  else write(response, 'application/json', JSON.stringify(answer.body));
}

/** Writes a problem document, unless the answer has begun: then the connection breaks off. */
export function sendProblem(response: Response, problem: HttpProblem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.status(problem.document.status).set(problem.headers);
  write(response, 'application/problem+json', JSON.stringify(problem.document));
}

function writeBytes(response: Response, mediaType: string, body: Uint8Array): void {
  response.setHeader('Content-Type', mediaType);
  response.setHeader('Content-Length', body.byteLength);
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

function write(response: Response, mediaType: string, content: string): void {
  response.setHeader('Content-Type', mediaType.includes(';') ? mediaType : `${mediaType}; charset=utf-8`);
  response.end(response.req.method === 'HEAD' ? undefined : content);
}
