declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Id of a workspace: a lower-case UUID. */
export type WorkspaceId = Branded<'WorkspaceId'>;
/** Id of a run: a lower-case UUID (version 7 for started runs). */
export type RunId = Branded<'RunId'>;
/** Id of a human task: a lower-case UUID. */
export type HumanTaskId = Branded<'HumanTaskId'>;

/** Whose data a store function may touch. */
export interface Scope {
  readonly workspaceId: WorkspaceId;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for the one spelling of a UUID that Baton uses: lower case with hyphens. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Temporal's workflow id of a run. */
export function workflowIdOf(scope: Scope, runId: RunId): string {
  return `${scope.workspaceId}.${runId}`;
}
