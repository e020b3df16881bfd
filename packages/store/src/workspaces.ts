import type { WorkspaceId } from '@baton/core';
import { select, type Database } from './database.ts';
import { id, instant, text, type Row } from './row-codec.ts';

/** A workspace: the border nothing crosses. */
export interface WorkspaceRecord {
  readonly id: WorkspaceId;
  readonly name: string;
  readonly createdAt: string;
}

/** Name of the workspace every installation has. */
export const DEFAULT_WORKSPACE = 'default';

/** The workspaces of the installation; these functions look across workspaces. */
export interface WorkspaceRepository {
  /** The workspace of a name, or null. */
  getByName(name: string): Promise<WorkspaceRecord | null>;
  /** Every workspace, by name. */
  list(): Promise<readonly WorkspaceRecord[]>;
}

/** The repository of workspaces on a database. */
export function createWorkspaceRepository(db: Database): WorkspaceRepository {
  return {
    getByName: async (name) => {
      const [row] = await select(db.prisma)`SELECT * FROM workspaces WHERE name = ${name}`;
      return row === undefined ? null : toWorkspace(row);
    },
    list: async () => (await select(db.prisma)`SELECT * FROM workspaces ORDER BY name`).map(toWorkspace),
  };
}

function toWorkspace(row: Row): WorkspaceRecord {
  return { id: id<WorkspaceId>(row, 'id'), name: text(row, 'name'), createdAt: instant(row, 'created_at') };
}
