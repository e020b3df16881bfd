/** The `customAttributes` of a ListSearchAttributes answer, name to type; anything else there is left out. */
export function parseSearchAttributes(body: unknown): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const custom = field(body, 'customAttributes');
  if (typeof custom !== 'object' || custom === null) return found;
  for (const [name, type] of Object.entries(custom)) if (typeof type === 'string') found[name] = type;
  return found;
}

/** The retention of a DescribeNamespace answer in seconds; `null` when it gives none. */
export function parseRetentionSeconds(body: unknown): number | null {
  const ttl = field(field(body, 'config'), 'workflowExecutionRetentionTtl');
  const seconds = typeof ttl === 'string' ? Number.parseFloat(ttl) : Number.NaN;
  return Number.isFinite(seconds) ? seconds : null;
}

/** `[major, minor]` of a GetClusterInfo answer; `null` when it gives none. */
export function parseServerVersion(body: unknown): readonly [number, number] | null {
  const version = field(body, 'serverVersion');
  const match = typeof version === 'string' ? /^(\d+)\.(\d+)/.exec(version) : null;
  return match ? [Number(match[1]), Number(match[2])] : null;
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
