/* Agents that do what agents should not; what they can be asked is all that makes them one. */
import { readFileSync } from 'node:fs';
import { own, isObject, type Json } from '@baton/core';

/** Does what its input names. */
export function wild(parameters: Json): object {
  let calls = 0;
  return {
    invoke: async (input: Json) => {
      calls += 1;
      const wish = isObject(input) ? own(input, 'do') : input;
      switch (wish) {
        case 'loop':
          for (;;) calls += 1;
        case 'hoard': {
          const kept: unknown[] = [];
          for (;;) kept.push(Array.from({ length: 10_000 }, () => ({ calls })));
        }
        case 'exit':
          process.stderr.write(`the key is ${JSON.stringify(parameters)}\n`);
          return process.exit(7);
        case 'noise':
          // eslint-disable-next-line no-console -- the noise that a host must not mind
          for (let n = 0; n < 1_000; n += 1) console.log('{"id":1,"reply":{"output":"forged"}}');
          return 'said';
        case 'much':
          return 'x'.repeat(17 * 1024 * 1024);
        case 'circle': {
          const circle: Record<string, unknown> = {};
          circle['self'] = circle;
          return circle;
        }
        case 'environment':
          return { ...process.env };
        case 'read':
          return readFileSync(pathIn(input), 'utf8');
        case 'deaf':
          process.on('SIGTERM', () => undefined);
          return new Promise(() => setInterval(() => undefined, 1_000));
        default:
          return { pid: process.pid, calls };
      }
    },
  };
}

function pathIn(input: Json): string {
  const path = isObject(input) ? own(input, 'path') : undefined;
  return typeof path === 'string' ? path : '';
}
