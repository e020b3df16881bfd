/** The two exports of a module that imports for us. */
export interface Importer {
  /** Imports what a name means there. */
  load(name: string): Promise<unknown>;
  /** The URL of what a name means there. Throws when there is nothing. */
  place(name: string): string;
}

/** The module of which we have written the source. */
export function asImporter(module: unknown): Importer {
  return module as Importer;
}
