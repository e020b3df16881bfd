import type { Json } from '@baton/core';
import { parseJsonBounded } from '@baton/egress';

/** The arguments of a tool call, which models write as JSON and not always as good JSON: then they stay a text. */
export function argumentsOf(written: string | undefined): Json {
  if (written === undefined || written.trim() === '') return {};
  try {
    return parseJsonBounded(written);
  } catch {
    // Whoever reads the call sees what the model wrote.
    return written;
  }
}
