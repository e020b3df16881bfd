import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { dryRun } from '@baton/core';
import { validateJsonSchema } from '@baton/contracts';
import { rehearsalFrom } from './rehearsal-codec.ts';

// Main file of the thread in which one rehearsal runs: a loop without end blocks nobody else, and can be stopped.
const { snapshot, mocks, at } = rehearsalFrom(workerData);
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
parentPort?.postMessage(dryRun(snapshot, { mocks, at, hash, validateSchema: validateJsonSchema }));
