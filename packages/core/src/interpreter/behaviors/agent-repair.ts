import type { Schema } from '../../definition/definition.ts';
import type { Json } from '../../json.ts';
import { mismatches } from '../data.ts';
import type { Frame } from '../state.ts';
import { bodyOf, stepOf, type Turn } from '../turn.ts';
import { idempotencyKey } from '../visits.ts';
import { callOn } from './call.ts';
import { agentOf } from './pinned-agent.ts';

/**
 * Asks an agent once more whose output does not match, with what is wrong with it; false when its version does not want that,
 * when nothing is wrong, or when this was the second try.
 */
export function repaired(turn: Turn, frame: Frame, { output, schemas }: Answered): boolean {
  const { command, pause } = bodyOf(frame, 'call');
  if ('repair' in command || command.kind !== 'invoke-agent') return false;
  if (agentOf(turn, frame).repair !== true) return false;
  const problems = schemas.flatMap((schema) =>
    schema === undefined ? [] : mismatches(turn, { schema }, output),
  );
  if (problems.length === 0) return false;
  const { id: _answered, ...asked } = command;
  const again = {
    ...asked,
    step: stepOf(turn, frame),
    idempotencyKey: idempotencyKey(turn, frame, `repair ${asked.idempotencyKey}`),
    repair: { output, problems },
    local: false,
  };
  callOn(turn, frame, { command: again, ...(pause === undefined ? {} : { pause }) });
  return true;
}

interface Answered {
  readonly output: Json;
  /** What the output must match. */
  readonly schemas: readonly (Schema | undefined)[];
}
