import { canonicalJson } from './canonical.ts';
import type { Json } from './json.ts';

/** What a decision is bound to: everything a person is shown, and what it lets through. */
export interface Subject {
  readonly taskId: string;
  readonly runId: string;
  /** JSON Pointer of the step that waits. */
  readonly step: string;
  /** How often the step was decided before. */
  readonly visit: number;
  readonly kind: string;
  readonly title: string;
  readonly body: string | null;
  readonly items: Json;
  readonly context: Json;
  readonly form: Json;
  readonly actions: Json;
  readonly policy: Json;
  readonly definitionVersion: string;
  /** `name@version` of every agent the run is pinned to. */
  readonly agentVersions: readonly string[];
  readonly expiresAt: string | null;
}

/**
 * SHA-256 over the canonical JSON (RFC 8785) of a subject, the policy by its own hash. Whoever shows the same to a
 * person gets the same hash.
 */
export function subjectHash(subject: Subject, hash: (text: string) => string): string {
  const { policy, ...shown } = subject;
  const agentVersions = [...subject.agentVersions].sort();
  return hash(canonicalJson({ ...shown, agentVersions, policyHash: hash(canonicalJson(policy)) }));
}
