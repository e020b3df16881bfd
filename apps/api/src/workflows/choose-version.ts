import { type Definition, type Json, type Scope } from '@baton/core';
import { MAX_VALUE_BYTES, validateJsonSchema, type SchemaProblem } from '@baton/contracts';
import type { WorkflowRepository, WorkflowVersionRecord } from '@baton/store';
import { invalid, invalidAt, tooLarge } from '../http/refusals.ts';

/** What a client asks for. */
export interface Wanted {
  readonly version?: string;
  readonly channel?: string;
}

/** The version a run takes. Throws 422 when there is none, or when both a version and a channel are asked for. */
export async function chooseVersion(
  workflows: WorkflowRepository,
  at: { readonly scope: Scope; readonly name: string },
  wanted: Wanted,
): Promise<WorkflowVersionRecord> {
  const { version, channel } = wanted;
  if (version !== undefined && channel !== undefined) {
    throw invalidAt('/channel', 'Say either a version or a channel, not both.');
  }
  const choice = {
    ...(version === undefined ? {} : { version }),
    ...(channel === undefined ? {} : { channel }),
  };
  const found = await workflows.resolve(at.scope, at.name, choice);
  if (found !== null) return found;
  if (version !== undefined)
    throw invalidAt('/version', `"${at.name}" has no version ${version} that can be run.`);
  const pointer = channel === undefined ? '' : '/channel';
  throw invalidAt(
    pointer,
    `The channel "${channel ?? 'default'}" of "${at.name}" names no version that can be run.`,
  );
}

/** Checks an input by the definition's own schema. Throws 422 with pointers into the request. */
export function checkInput(definition: Definition, input: Json): void {
  const { schema } = definition.input;
  if (schema === undefined) return;
  refuseInput(validateJsonSchema(schema, input));
}

/** Throws 422 when there are problems with `/input`. */
export function refuseInput(problems: readonly SchemaProblem[]): void {
  if (problems.length === 0) return;
  const errors = problems.map(({ pointer, detail }) => ({ pointer: `/input${pointer}`, detail }));
  throw invalid('The input does not fit the schema.', errors);
}

/** Throws 413 when one value, written as JSON, is over 1 MiB. A body below the limit cannot hold such a value. */
export function checkValueSize(value: Json, pointer: string, bodyBytes: number): void {
  if (bodyBytes <= MAX_VALUE_BYTES) return;
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes <= MAX_VALUE_BYTES) return;
  const detail = `The value has ${bytes} bytes as JSON; one value may have ${MAX_VALUE_BYTES} (1 MiB).`;
  throw tooLarge(detail, [{ pointer, detail }]);
}
