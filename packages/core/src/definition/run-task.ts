import { isObject } from '../json.ts';
import { isVersion } from '../names.ts';
import type { Task } from './definition.ts';
import { readTemplate } from './expressions.ts';
import { readName } from './identifiers.ts';
import { notAvailable, readBoolean, readFixedText, readMembers, type Place, type Reading } from './reader.ts';
import type { TaskReader } from './task.ts';

const RUN_INSTEAD = 'available: run workflow.';

/** Reads a task that runs another workflow. */
export const readRun: TaskReader = (reading, { body: place, fields }) => {
  const run = readMembers(reading, place, {
    what: 'The block "run"',
    keys: ['workflow', 'await'],
    refused: {
      container: notAvailable('run container', RUN_INSTEAD),
      script: notAvailable('run script', RUN_INSTEAD),
      shell: notAvailable('run shell', RUN_INSTEAD),
      return: 'A workflow returns its output: "return" belongs to processes, remove it.',
    },
  });
  const wait = readBoolean(reading, run?.get('await')) ?? true;
  const workflow = run?.get('workflow');
  if (workflow !== undefined)
    return readRunWorkflow(reading, workflow, { ...fields, kind: 'run-workflow', await: wait });
  const refused =
    isObject(place.value) && Object.keys(place.value).some((key) => key !== 'await' && key !== 'return');
  if (isObject(place.value) && !refused) {
    reading.report.error(place.pointer, 'The block "run" needs "workflow": name the workflow to run.');
  }
  return undefined;
};

type RunHead = Omit<Extract<Task, { kind: 'run-workflow' }>, 'namespace' | 'name' | 'version' | 'childInput'>;

function readRunWorkflow(reading: Reading, place: Place, head: RunHead): Task | undefined {
  const members = readMembers(reading, place, {
    what: 'The block "run.workflow"',
    keys: ['namespace', 'name', 'version', 'input'],
    required: ['namespace', 'name', 'version'],
  });
  const namespace = readName(reading, members?.get('namespace'));
  const name = readName(reading, members?.get('name'));
  const versionPlace = members?.get('version');
  const version = readFixedText(reading, versionPlace);
  const input = members?.get('input');
  if (versionPlace !== undefined && version !== undefined && version !== 'latest' && !isVersion(version)) {
    const fix = 'write a semantic version such as 1.0.0, or latest';
    reading.report.error(versionPlace.pointer, `"version" cannot be "${version}": ${fix}.`);
    return undefined;
  }
  const template = input === undefined ? undefined : readTemplate(reading, input);
  if (namespace === undefined || name === undefined || version === undefined) return undefined;
  reading.workflows.push({ namespace, name, version, pointer: place.pointer });
  return { ...head, namespace, name, version, ...(template === undefined ? {} : { childInput: template }) };
}
