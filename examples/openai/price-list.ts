import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/*
 * The agent behind the tool of `shop-assistant`, without dependencies: `POST /price` with `{item}` gives `{item, dollars}`, null for
 * what is not sold.
 *   PRICE_LIST_PORT=4311 node examples/openai/price-list.ts
 */

const DOLLARS: Readonly<Record<string, number>> = { 'green tea': 4.5, 'black tea': 3.9, pot: 19 };

createServer((request, response) => {
  void text(request).then((body) => {
    const item = itemOf(JSON.parse(body));
    const dollars = Object.hasOwn(DOLLARS, item) ? DOLLARS[item] : null;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ item, dollars }));
  });
}).listen(Number(process.env['PRICE_LIST_PORT'] ?? 4311), '127.0.0.1');

function itemOf(input: unknown): string {
  const asked = typeof input === 'object' && input !== null && 'item' in input ? input.item : undefined;
  return typeof asked === 'string' ? asked : '';
}
