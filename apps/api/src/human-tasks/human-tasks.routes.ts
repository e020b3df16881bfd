import { parseHumanTaskId } from '@baton/core';
import { routes } from '@baton/contracts';
import type { HumanTaskRecord, Store } from '@baton/store';
import { json } from '../http/call.ts';
import { endpoint, endpointOn, type Endpoint, type FindParams } from '../http/endpoint.ts';
import { tagOf, toDecision, toHumanTask } from './human-task-json.ts';
import type { HumanTaskService } from './human-tasks.service.ts';

/** What the routes of human tasks need. */
export interface HumanTaskRoutesPorts {
  readonly store: Pick<Store, 'humanTasks'>;
  readonly service: HumanTaskService;
}

/** The routes of human tasks. */
export function humanTaskEndpoints({ store, service }: HumanTaskRoutesPorts): readonly Endpoint[] {
  const find = async ({ caller, params }: FindParams<{ id: string }>): Promise<HumanTaskRecord | null> => {
    const id = parseHumanTaskId(params.id);
    return id === null ? null : store.humanTasks.get(caller.scope, id);
  };
  const shown = (task: HumanTaskRecord) => json(200, toHumanTask(task), { ETag: tagOf(task) });
  return [
    endpoint(routes.listHumanTasks, async ({ caller, query }) => {
      const page = await service.list(caller, query);
      return json(200, { ...page, items: page.items.map(toHumanTask) });
    }),
    endpointOn(routes.getHumanTask, {
      find,
      handle: async ({ caller }, task) => {
        service.checkVisible(caller, task);
        return shown(task);
      },
    }),
    endpointOn(routes.claimHumanTask, {
      find,
      handle: async (call, task) => shown(await service.change(call, task, 'claim')),
    }),
    endpointOn(routes.releaseHumanTask, {
      find,
      handle: async (call, task) => shown(await service.change(call, task, 'release')),
    }),
    endpointOn(routes.decideHumanTask, {
      find,
      handle: async (call, found) => {
        const { decision, task } = await service.decide(call, found);
        return json(200, toDecision(decision, task), { ETag: tagOf(task) });
      },
    }),
  ];
}
