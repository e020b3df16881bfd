/** A function platform with one function: the handler in the folder of the second argument, as a real server on loopback. */
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const [, , folder, port, target] = process.argv;
const agent = await import(pathToFileURL(join(folder, 'handler.mjs')).href);

createServer(async (request, response) => {
  const { method, headers } = request;
  const body = await text(request);
  if (target === 'lambda') {
    const answer = await agent.handler({ requestContext: { http: { method } }, headers, body });
    response.writeHead(answer.statusCode, answer.headers).end(answer.body);
    return;
  }
  const given = method === 'GET' ? { method, headers } : { method, headers, body };
  const answer = await agent.default.fetch(new Request(`http://127.0.0.1:${port}/`, given));
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
}).listen(Number(port), '127.0.0.1');
