import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isArray, isObject, own, parseJson, type JsonObject } from '@baton/core';
import { startTemporal } from '@baton/stand';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Scenario } from './feature-parts-fixture.ts';
import { FEATURES } from './features-fixture.ts';
import { LONG_FEATURES } from './long-features-fixture.ts';
import { attributesOf, HISTORIES, withoutNames } from './recorded-histories-fixture.ts';
import { createStage, type Handle, type Stage } from './stage-fixture.ts';

/*
 * A program: node temporal/workflows/src/record-histories-fixture.ts <folder>
 * Records what is missing in a folder of temporal/histories, against Temporal servers of its own. Overwrites nothing.
 */

/** History events after which the server of {@link LONG_FEATURES} suggests to continue as new. */
const SUGGESTED_AFTER = 40;

/** Most executions of one run that are recorded. */
const MOST_EXECUTIONS = 10;

async function recordAll(
  folder: string,
  features: Readonly<Record<string, Scenario>>,
  suggestContinueAsNewAfter?: number,
): Promise<void> {
  const names = Object.keys(features).filter((name) => !isRecorded(folder, name));
  if (names.length === 0) return;
  const temporal = await startTemporal({ suggestContinueAsNewAfter });
  const stage = await createStage(temporal.address);
  try {
    for (const name of names) await record(stage, join(folder, name), features[name]);
  } finally {
    await stage.stop();
    await temporal.stop();
  }
}

function isRecorded(folder: string, name: string): boolean {
  return existsSync(join(folder, `${name}.json`)) || existsSync(join(folder, `${name}.1.json`));
}

async function record(stage: Stage, path: string, scenario: Scenario | undefined): Promise<void> {
  for (const name of Object.keys(stage.effects)) Reflect.deleteProperty(stage.effects, name);
  if (scenario === undefined) return;
  const handle = await scenario(stage);
  // How the run ends is the scenario's business.
  await handle.result().catch(() => undefined);
  const chain = await executionsOf(handle, await firstOf(handle));
  for (const [index, history] of chain.entries()) {
    const file = chain.length === 1 ? `${path}.json` : `${path}.${index + 1}.json`;
    await writeFile(file, `${JSON.stringify(withoutNames(history), null, 1)}\n`, { flag: 'wx' });
    process.stdout.write(`${file}\n`);
  }
}

/** The id of a run's first execution, which a later one names. */
async function firstOf(handle: Handle): Promise<string> {
  const { events } = await handle.fetchHistory();
  const first = events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId;
  return first ?? (await handle.describe()).runId;
}

async function executionsOf(handle: Handle, first: string): Promise<readonly JsonObject[]> {
  const chain: JsonObject[] = [];
  let next: string | undefined = first;
  while (next !== undefined && chain.length < MOST_EXECUTIONS) {
    const fetched = await handle.client.getHandle(handle.workflowId, next).fetchHistory();
    const history = parseJson(historyToJSON(fetched));
    if (!isObject(history)) throw new Error('Temporal gave no history.');
    chain.push(history);
    next = successorOf(history);
  }
  return chain;
}

function successorOf(history: JsonObject): string | undefined {
  const events = own(history, 'events');
  const last = isArray(events) ? events.at(-1) : undefined;
  if (!isObject(last) || own(last, 'eventType') !== 'EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW')
    return undefined;
  const id = own(attributesOf(last), 'newExecutionRunId');
  return typeof id === 'string' ? id : undefined;
}

const [, , folder] = process.argv;
if (folder === undefined || !/^[a-z0-9-]+$/.test(folder)) {
  throw new Error('Name the folder below temporal/histories, such as engine-1.');
}
const path = join(HISTORIES, folder);
await mkdir(path, { recursive: true });
await recordAll(path, FEATURES);
await recordAll(path, LONG_FEATURES, SUGGESTED_AFTER);
process.exit(0);
