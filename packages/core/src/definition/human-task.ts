import { isObject, own } from '../json.ts';
import { readEitherSchema } from './data-hooks.ts';
import type { CallHumanTask, HumanAction, PauseRules, Task, TaskFields } from './definition.ts';
import { readTemplate, readTextTemplate } from './expressions.ts';
import { readPolicy } from './human-policy.ts';
import {
  label,
  notAvailable,
  readBoolean,
  readFixedText,
  readInteger,
  readList,
  readMembers,
  readText,
  readWord,
  type Members,
  type Place,
  type Reading,
} from './reader.ts';
import { readDuration } from './timing.ts';

/** What may be answered where nothing else is said. */
export const DEFAULT_ACTIONS: readonly HumanAction[] = [
  { id: 'approve', outcome: 'approve', requireComment: false },
  { id: 'reject', outcome: 'reject', requireComment: false },
];

const ARGUMENTS = {
  what: 'The arguments of call human',
  keys: [
    'kind',
    'title',
    'body',
    'context',
    'form',
    'actions',
    'policy',
    'priority',
    'due',
    'expires',
    'onExpire',
    'onReject',
  ],
  required: ['title'],
  refused: Object.fromEntries(
    ['approves', 'escalations', 'reminders', 'delegation', 'items', 'notify', 'assignee'].map((key) => [
      key,
      notAvailable(`"${key}" of call human`),
    ]),
  ),
};

/** Reads the arguments of a call, with the fields of its task; `undefined` after a problem. */
export type CallReader = (reading: Reading, place: Place, fields: TaskFields) => Task | undefined;

/** Reads a call of a person. */
export const readHuman: CallReader = (reading, place, fields) => {
  const members = readMembers(reading, place, ARGUMENTS);
  if (members === undefined) return undefined;
  const texts = readTexts(reading, members);
  const form = readEitherSchema(reading, members.get('form'));
  const actions = readActions(reading, members.get('actions'));
  const policy = readPolicy(reading, members.get('policy'));
  const rules = readRules(reading, members);
  if (texts === undefined || policy === undefined) return undefined;
  return {
    ...fields,
    kind: 'call-human',
    with: {
      humanKind: 'approval',
      ...texts,
      ...(form === undefined ? {} : { form }),
      actions,
      policy,
      ...rules,
    },
  };
};

type Arguments = CallHumanTask['with'];

function readTexts(
  reading: Reading,
  members: Members,
): Pick<Arguments, 'title' | 'body' | 'context'> | undefined {
  readWord(reading, members.get('kind'), {
    known: ['approval'],
    refused: ['form', 'choice', 'review', 'acknowledge', 'tool_call', 'budget', 'external'],
  });
  const title = readTextTemplate(reading, members.get('title'), { interpolated: true });
  const body = readTextTemplate(reading, members.get('body'), { interpolated: true });
  const contextPlace = members.get('context');
  const context = contextPlace === undefined ? undefined : readTemplate(reading, contextPlace);
  if (title === undefined) return undefined;
  return {
    title,
    ...(body === undefined ? {} : { body }),
    ...(context === undefined ? {} : { context }),
  };
}

function readRules(
  reading: Reading,
  members: Members,
): Pick<Arguments, 'priority' | 'due' | 'expires' | 'onReject'> {
  const times = readTimes(reading, members);
  readOnExpire(reading, members.get('onExpire'));
  const onReject = readWord(reading, members.get('onReject'), { known: ['return', 'raise'] }) ?? 'return';
  return { ...times, onReject };
}

function readTimes(reading: Reading, members: Members): Pick<Arguments, 'priority' | 'due' | 'expires'> {
  const priority = readInteger(reading, members.get('priority'), { min: 1, max: 5 });
  const due = readDuration(reading, members.get('due'));
  const expires = readDuration(reading, members.get('expires'));
  return {
    ...(priority === undefined ? {} : { priority }),
    ...(due === undefined ? {} : { due }),
    ...(expires === undefined ? {} : { expires }),
  };
}

/** Reads how people answer what a paused agent asks; without a place everyone with the role `approver` may. */
export function readPauseRules(reading: Reading, place: Place | undefined): PauseRules | undefined {
  const members =
    place === undefined
      ? new Map<string, Place>()
      : readMembers(reading, place, {
          what: 'The rules of pauses',
          keys: ['policy', 'priority', 'due', 'expires'],
        });
  if (members === undefined) return undefined;
  const policy = readPolicy(reading, members.get('policy'));
  return policy === undefined ? undefined : { policy, ...readTimes(reading, members) };
}

function readOnExpire(reading: Reading, place: Place | undefined): void {
  const taken = typeof place?.value === 'string' && place.value.startsWith('take:') ? [place.value] : [];
  readWord(reading, place, { known: ['reject'], refused: ['fail', 'escalate', ...taken] });
}

function readActions(reading: Reading, place: Place | undefined): readonly HumanAction[] {
  if (place === undefined) return DEFAULT_ACTIONS;
  const items = readList(reading, place, 20);
  const actions = items.flatMap((item) => {
    const action = readAction(reading, item);
    return action === undefined ? [] : [{ action, pointer: item.pointer }];
  });
  const seen = new Set<string>();
  for (const { action, pointer } of actions) {
    if (seen.has(action.id))
      reading.report.error(pointer, `Two actions are called "${action.id}": rename one.`);
    seen.add(action.id);
  }
  if (
    actions.length === items.length &&
    items.length > 0 &&
    !actions.some(({ action }) => action.outcome === 'approve')
  ) {
    reading.report.error(place.pointer, 'No action approves: give one of them "outcome: approve".');
  }
  return actions.map(({ action }) => action);
}

const OUTCOMES = ['approve', 'reject', 'revise', 'custom'] as const;

function readAction(reading: Reading, place: Place): HumanAction | undefined {
  const impliedOutcome = isObject(place.value) ? own(place.value, 'id') : undefined;
  const implied = OUTCOMES.some((outcome) => outcome === impliedOutcome);
  const members = readMembers(reading, place, {
    what: 'An action',
    keys: ['id', 'label', 'outcome', 'requireComment'],
    required: implied ? ['id'] : ['id', 'outcome'],
    refused: { style: notAvailable('The style of an action') },
  });
  const id = readActionId(reading, members?.get('id'));
  const name = readText(reading, members?.get('label'));
  const given = readWord(reading, members?.get('outcome'), { known: OUTCOMES });
  const outcome = given ?? OUTCOMES.find((word) => word === id);
  const requireComment = readBoolean(reading, members?.get('requireComment')) ?? false;
  if (id === undefined || outcome === undefined) return undefined;
  return { id, ...(name === undefined ? {} : { label: name }), outcome, requireComment };
}

function readActionId(reading: Reading, place: Place | undefined): string | undefined {
  const id = readFixedText(reading, place);
  if (place === undefined || id === undefined || /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(id)) return id;
  const fix = 'use 1 to 63 letters, digits, "_" and "-"';
  reading.report.error(place.pointer, `${label(place)} cannot be "${id}": ${fix}.`);
  return undefined;
}
