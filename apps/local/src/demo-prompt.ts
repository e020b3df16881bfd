import { createInterface } from 'node:readline';
import type { Ask } from './demo-decision.ts';

/** Asks on a terminal. The terminal keeps its own line editing, so that Ctrl-C stays what it is everywhere else. */
export function createPrompt(input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Ask {
  return (question, signal) =>
    new Promise((resolve, reject) => {
      const lines = createInterface({ input, terminal: false });
      const give = (): void => {
        output.write('\n');
        reject(signal.reason instanceof Error ? signal.reason : new Error('The question was taken back.'));
        lines.close();
      };
      lines.once('line', (line) => {
        resolve(line);
        lines.close();
      });
      lines.once('close', () => {
        signal.removeEventListener('abort', give);
        resolve(null);
      });
      if (signal.aborted) return give();
      signal.addEventListener('abort', give, { once: true });
      output.write(question);
    });
}
