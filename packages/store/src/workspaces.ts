import type { WorkspaceId } from '@baton/core';

/** A workspace: the border nothing crosses. */
export interface WorkspaceRecord {
  readonly id: WorkspaceId;
  readonly name: string;
  readonly createdAt: string;
}

/** The workspaces of the installation; these functions look across workspaces. */
export interface WorkspaceRepository {
  /** The workspace of a name, or null. */
  getByName(name: string): Promise<WorkspaceRecord | null>;
  /** Every workspace, by name. */
  list(): Promise<readonly WorkspaceRecord[]>;
}
