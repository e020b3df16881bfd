import { REQUIREMENTS, type RequirementId } from '../../docs/requirements.ts';

/** Cites promises of docs/requirements.ts in the name of a scenario: `it(verifies('RUN-1', 'waits for the end'), …)`. */
export function verifies(ids: RequirementId | readonly RequirementId[], scenario: string): string {
  const cited = typeof ids === 'string' ? [ids] : ids;
  for (const id of cited) if (!(id in REQUIREMENTS)) throw new Error(`There is no requirement ${id}.`);
  return `[${cited.join(', ')}] ${scenario}`;
}
