import type { Health, HealthContext } from '../adapter.ts';
import { toAgentFailure } from '../failure.ts';

const TIMEOUT_MS = 5_000;

/**
 * Asks a URL for a sign of life, without a key: any answer is one, a refusal included, unless the server itself is at fault.
 * Never throws.
 */
export async function probeUrl(url: string, context: HealthContext, now: () => number): Promise<Health> {
  const startedAt = now();
  const { egress, signal } = context;
  try {
    const answer = await egress.request({
      method: 'GET',
      url,
      signal,
      timeoutMs: TIMEOUT_MS,
      readBody: false,
    });
    // 501 is how a server says that it is there but knows no GET.
    const healthy = answer.status < 500 || answer.status === 501;
    const detail = healthy ? {} : { detail: `The endpoint answered ${answer.status}.` };
    return { healthy, ...detail, latencyMs: now() - startedAt };
  } catch (error) {
    const { detail = 'The endpoint does not answer.' } = toAgentFailure(error, 'The endpoint');
    return { healthy: false, detail, latencyMs: now() - startedAt };
  }
}
