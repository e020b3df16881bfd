/** What the value of a keyword of JSON Schema must be. */
export type KeywordKind =
  | 'any'
  | 'count'
  | 'dialect'
  | 'flag'
  | 'id'
  | 'list'
  | 'map'
  | 'names'
  | 'namesMap'
  | 'number'
  | 'pattern'
  | 'patternMap'
  | 'positive'
  | 'ref'
  | 'schema'
  | 'schemas'
  | 'text'
  | 'type';

/** Keywords of JSON Schema 2020-12, with `definitions` of older drafts. */
export const KEYWORDS: Readonly<Record<string, KeywordKind>> = {
  $schema: 'dialect',
  $id: 'id',
  $ref: 'ref',
  $anchor: 'text',
  $comment: 'text',
  $defs: 'map',
  definitions: 'map',
  type: 'type',
  enum: 'list',
  const: 'any',
  multipleOf: 'positive',
  maximum: 'number',
  exclusiveMaximum: 'number',
  minimum: 'number',
  exclusiveMinimum: 'number',
  maxLength: 'count',
  minLength: 'count',
  pattern: 'pattern',
  items: 'schema',
  prefixItems: 'schemas',
  contains: 'schema',
  maxContains: 'count',
  minContains: 'count',
  maxItems: 'count',
  minItems: 'count',
  uniqueItems: 'flag',
  unevaluatedItems: 'schema',
  properties: 'map',
  patternProperties: 'patternMap',
  additionalProperties: 'schema',
  unevaluatedProperties: 'schema',
  propertyNames: 'schema',
  maxProperties: 'count',
  minProperties: 'count',
  required: 'names',
  dependentRequired: 'namesMap',
  dependentSchemas: 'map',
  allOf: 'schemas',
  anyOf: 'schemas',
  oneOf: 'schemas',
  not: 'schema',
  if: 'schema',
  then: 'schema',
  else: 'schema',
  format: 'text',
  contentEncoding: 'text',
  contentMediaType: 'text',
  contentSchema: 'schema',
  title: 'text',
  description: 'text',
  default: 'any',
  deprecated: 'flag',
  readOnly: 'flag',
  writeOnly: 'flag',
  examples: 'list',
};

/** Keywords whose schemas look at the same value as the schema they stand in. */
export const IN_PLACE: readonly string[] = [
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
  'dependentSchemas',
];

/** Keywords of other drafts, or too costly ones, with the sentence that refuses them. */
export const REFUSED_KEYWORDS: Readonly<Record<string, string>> = {
  $dynamicRef: '"$dynamicRef" is not available in schemas here: use "$ref".',
  $dynamicAnchor: '"$dynamicAnchor" is not available in schemas here: use "$anchor".',
  $recursiveRef: '"$recursiveRef" is of an older draft: use "$ref": "#".',
  $recursiveAnchor: '"$recursiveAnchor" is of an older draft: remove it.',
  $vocabulary: '"$vocabulary" is not available in schemas here: remove it.',
  additionalItems: '"additionalItems" is of an older draft: use "prefixItems" with "items".',
  dependencies: '"dependencies" is of an older draft: use "dependentRequired" or "dependentSchemas".',
};

/** The types of JSON Schema. */
export const SCHEMA_TYPES: readonly string[] = [
  'null',
  'boolean',
  'object',
  'array',
  'number',
  'integer',
  'string',
];
