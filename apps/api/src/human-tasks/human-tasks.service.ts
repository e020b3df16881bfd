import { parseRunId, type AppError } from '@baton/core';
import type { DecisionRequest, HumanTaskListQuery } from '@baton/contracts';
import { authorize, principalId, type Principal } from '@baton/identity';
import type { ClaimResult, DecisionRecord, HumanTaskListParams, HumanTaskRecord, Store } from '@baton/store';
import type { Metrics } from '@baton/telemetry';
import type { Call, Caller } from '../http/call.ts';
import { namesTag, single } from '../http/header-values.ts';
import { conflict, forbidden, ifMatchMissing, invalid, notFound, stale } from '../http/refusals.ts';
import { checkValueSize } from '../workflows/choose-version.ts';
import { tagOf } from './human-task-json.ts';
import { judgeDecision } from './judge-decision.ts';
import { eligibility } from './policy.ts';

/** What human tasks need. */
export interface HumanTaskPorts {
  readonly store: Pick<Store, 'humanTasks'>;
  readonly metrics: Metrics;
}

/** A decision taken, or found to be taken before under the same key. */
export interface Decided {
  readonly decision: DecisionRecord;
  readonly task: HumanTaskRecord;
}

/** Reading, claiming and deciding human tasks. */
export interface HumanTaskService {
  list(caller: Caller, query: HumanTaskListQuery): ReturnType<Store['humanTasks']['list']>;
  /** Throws 403 when this task is none of the caller's. */
  checkVisible(caller: Caller, task: HumanTaskRecord): void;
  change(
    call: Call<unknown, unknown, unknown>,
    task: HumanTaskRecord,
    verb: 'claim' | 'release',
  ): Promise<HumanTaskRecord>;
  decide(call: Call<unknown, unknown, DecisionRequest>, task: HumanTaskRecord): Promise<Decided>;
}

/** Creates the service. */
export function createHumanTaskService(ports: HumanTaskPorts): HumanTaskService {
  return {
    list: (caller, query) => ports.store.humanTasks.list(caller.scope, listParams(caller.principal, query)),
    checkVisible: ({ principal }, task) => {
      const theirs = task.requester === principalId(principal) || eligibility(task, principal).eligible;
      if (!theirs && !authorize(principal, 'human-tasks.read-all')) {
        throw forbidden('This task is neither yours nor one you may decide.');
      }
    },
    change: (call, task, verb) => change(ports, { call, task, verb }),
    decide: (call, task) => decide(ports, call, task),
  };
}

function listParams(principal: Principal, query: HumanTaskListQuery): HumanTaskListParams {
  const { assignee, status, run, q, limit, cursor } = query;
  const due = query['due<'];
  const runId = run === undefined ? null : parseRunId(run);
  const onlyTheirs = assignee === 'me' || !authorize(principal, 'human-tasks.read-all');
  return {
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    ...(onlyTheirs ? { assignee: assigneeOf(principal) } : {}),
    ...(status === undefined ? {} : { status }),
    ...(due === undefined ? {} : { dueBefore: due }),
    ...(runId === null ? {} : { runId }),
    ...(q === undefined ? {} : { q }),
  };
}

function assigneeOf(principal: Principal): NonNullable<HumanTaskListParams['assignee']> {
  return {
    subject: principalId(principal),
    user: principal.name,
    roles: principal.candidateRoles,
    // A policy that names nobody lets nobody decide.
    unaddressed: false,
  };
}

interface Change {
  readonly call: Call<unknown, unknown, unknown>;
  readonly task: HumanTaskRecord;
  readonly verb: 'claim' | 'release';
}

async function change(ports: HumanTaskPorts, { call, task, verb }: Change): Promise<HumanTaskRecord> {
  const { principal, scope } = call.caller;
  const eligible = eligibility(task, principal);
  if (!eligible.eligible) throw forbidden(eligible.reason);
  const ifMatch = call.header('If-Match');
  if (ifMatch !== undefined && !namesTag(ifMatch, tagOf(task))) throw staleTask();
  const params = {
    taskId: task.id,
    actor: { id: principalId(principal), name: principal.name },
    ...(ifMatch === undefined ? {} : { expectedRevision: task.revision }),
  };
  const { humanTasks } = ports.store;
  return changedOr(
    verb === 'claim' ? await humanTasks.claim(scope, params) : await humanTasks.release(scope, params),
  );
}

function changedOr(result: ClaimResult): HumanTaskRecord {
  switch (result.outcome) {
    case 'done':
      return result.task;
    case 'stale':
      throw staleTask();
    case 'decided':
      throw conflict(`The task is decided already: ${result.task.status}.`);
    case 'claimed_by_other':
      throw conflict('Somebody else has claimed the task.');
    case 'not_found':
      throw notFound('human task of this id');
    default:
      throw new Error(result satisfies never);
  }
}

function staleTask(): AppError {
  return stale('The task has changed since it was shown; read it again.');
}

async function decide(
  ports: HumanTaskPorts,
  call: Call<unknown, unknown, DecisionRequest>,
  task: HumanTaskRecord,
): Promise<Decided> {
  const { caller, body, exchange, idempotencyKey } = call;
  const ifMatch = call.header('If-Match');
  if (ifMatch === undefined) throw ifMatchMissing();
  if (body.form !== undefined) checkValueSize(body.form, '/form', call.bodyBytes);
  const wanted = {
    principal: caller.principal,
    body,
    ifMatch,
    idempotencyKey,
    ip: exchange.request.socket.remoteAddress ?? null,
    userAgent: single(exchange.request.headers['user-agent'])?.slice(0, 500) ?? null,
  };
  const result = await ports.store.humanTasks.decide<AppError>(caller.scope, { taskId: task.id }, (locked) =>
    judgeDecision(locked, wanted),
  );
  ports.metrics.decisions.inc({ result: result.outcome });
  switch (result.outcome) {
    case 'accepted':
      return result;
    case 'duplicate':
      return repeated(result, call);
    case 'refused':
      throw result.refusal;
    case 'not_found':
      throw notFound('human task of this id');
    default:
      throw new Error(result satisfies never);
  }
}

/** The same key from the same person for the same action is the same decision. */
function repeated(
  known: Decided,
  { caller, body, idempotencyKey }: Call<unknown, unknown, DecisionRequest>,
): Decided {
  const { decision } = known;
  if (decision.idempotencyKey === null || decision.idempotencyKey !== idempotencyKey) {
    throw conflict('You have decided this task already.');
  }
  if (decision.actor === principalId(caller.principal) && decision.action === body.action) return known;
  throw invalid('This Idempotency-Key was used for another decision; take a fresh key.');
}
