import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isArray, isObject, own, parseJson, type Json, type JsonObject } from '@baton/core';

/** Where recorded histories lie. */
export const HISTORIES = fileURLToPath(new URL('../../histories', import.meta.url));

/** One execution of a run, as it was recorded. */
export interface RecordedHistory {
  /** Below {@link HISTORIES}, such as `engine-1/fork.json`. */
  readonly path: string;
  /** What the run shows: the file's name without the number of the execution. */
  readonly feature: string;
  /** As Temporal's own tools write it. */
  readonly history: JsonObject;
  readonly events: readonly JsonObject[];
}

/** All recorded histories, by path. Throws when a file holds no history. */
export function recordedHistories(): readonly RecordedHistory[] {
  const files = readdirSync(HISTORIES, { recursive: true, encoding: 'utf8' });
  return files
    .filter((path) => path.endsWith('.json'))
    .toSorted()
    .map(readHistory);
}

function readHistory(path: string): RecordedHistory {
  const history = parseJson(readFileSync(join(HISTORIES, path), 'utf8'));
  const events = isObject(history) ? own(history, 'events') : undefined;
  if (!isObject(history) || !isArray(events)) throw new Error(`${path} holds no history.`);
  const [, feature = ''] = /([^/]+?)(?:\.\d+)?\.json$/.exec(path) ?? [];
  return { path, feature, history, events: events.filter(isObject) };
}

/** Members that name who recorded a history and where, with what stands there instead. */
const STAND_INS: Readonly<Record<string, Json>> = {
  identity: 'recorder',
  stackTrace: '',
  binaryChecksum: '',
  buildId: 'recorder',
  workerInstanceKey: '',
  workerControlTaskQueue: '',
};

/** A history without names of machines, processes and folders, none of which a replay looks at. */
export function withoutNames(value: Json): Json {
  if (isArray(value)) return value.map(withoutNames);
  if (!isObject(value)) return value;
  const sticky = own(value, 'kind') === 'TASK_QUEUE_KIND_STICKY';
  const entries = Object.entries(value).map(([name, member]): [string, Json] => {
    const standIn = own(STAND_INS, name);
    if (sticky && name === 'name') return [name, 'sticky'];
    return [name, standIn === undefined ? withoutNames(member) : standIn];
  });
  return Object.fromEntries(entries);
}

/** The attributes of an event's own type. */
export function attributesOf(event: JsonObject): JsonObject {
  const found = Object.entries(event).find(([name]) => name.endsWith('EventAttributes'))?.[1];
  return isObject(found ?? null) && isObject(found) ? found : {};
}

/** The arguments with which an execution was started. */
export function argumentsOf({ events }: RecordedHistory): readonly Json[] {
  return valuesIn(events[0], 'input');
}

/** What an execution completed with; undefined when it ended otherwise. */
export function resultOf({ events }: RecordedHistory): Json | undefined {
  const last = events.at(-1) ?? {};
  if (own(last, 'eventType') !== 'EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED') return undefined;
  return valuesIn(last, 'result')[0];
}

function valuesIn(event: JsonObject | undefined, member: string): readonly Json[] {
  const held = event === undefined ? undefined : own(attributesOf(event), member);
  const payloads = isObject(held) ? own(held, 'payloads') : undefined;
  return isArray(payloads) ? payloads.filter(isObject).map(valueOf) : [];
}

function valueOf(payload: JsonObject): Json {
  const data = own(payload, 'data');
  return typeof data === 'string' ? parseJson(Buffer.from(data, 'base64').toString()) : null;
}
