/** Parameters of {@link migrate}. */
export interface MigrateParams {
  /** The database, as the role that owns the tables. */
  readonly ownerUrl: string;
  /** The login role for API and workers: made or updated, owns nothing. */
  readonly appRole: { readonly name: string; readonly password: string };
}

/** Applies the migrations that are not yet applied, then brings the application role up to date. Again is the same. */
export async function migrate(params: MigrateParams): Promise<{ readonly applied: readonly string[] }> {
  throw new Error(`Migrating for ${params.appRole.name} is not written yet.`);
}
