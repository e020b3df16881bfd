import { parseDefinition, type Definition, type JsonObject } from '@baton/core';

/** Parsed definitions of published versions, by the hash of their content. */
export interface Definitions {
  /** The parsed document. Throws when it is not valid: published documents are. */
  read(contentHash: string, document: JsonObject): Definition;
}

const MOST = 200;

/** Keeps the definitions used last, so that a start need not parse. */
export function createDefinitions(): Definitions {
  const known = new Map<string, Definition>();
  return {
    read: (contentHash, document) => {
      const definition = known.get(contentHash) ?? parse(document);
      known.delete(contentHash);
      known.set(contentHash, definition);
      const oldest = known.keys().next();
      if (known.size > MOST && oldest.done !== true) known.delete(oldest.value);
      return definition;
    },
  };
}

function parse(document: JsonObject): Definition {
  const { definition, problems } = parseDefinition(document);
  if (definition !== undefined) return definition;
  throw new Error(`A published definition does not parse: ${problems[0]?.message ?? 'no reason given'}`);
}
