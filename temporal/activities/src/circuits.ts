import { CIRCUIT_OPEN, tellsOfLife, tellsOfOutage } from '@baton/agents';
import { failure, type Failure, type Scope } from '@baton/core';
import type { AgentCircuit, AgentCircuitRepository, CircuitCall, CircuitRules } from '@baton/store';

/** A call of an agent, as far as its circuit goes. */
export interface GuardedCall extends CircuitCall {
  readonly scope: Scope;
  /** How long the call may take. */
  readonly timeoutMs: number;
}

/** Keeps calls from agents that are away. */
export interface Circuits {
  /** Null when the call may be made; else why it fails at once. */
  refusal(call: GuardedCall): Promise<Failure | null>;
  /** Notes that the agent has answered, whatever it was. */
  succeeded(call: GuardedCall): Promise<void>;
  /** Notes how the call failed. */
  failed(call: GuardedCall, failed: Failure): Promise<void>;
}

/** What circuits need. */
export interface CircuitPorts {
  readonly agentCircuits: AgentCircuitRepository;
  /** Told whenever this worker learns that a circuit has opened or closed. */
  readonly onChange: (of: Pick<CircuitCall, 'agent' | 'version'>, isOpen: boolean) => void;
  readonly rules?: CircuitRules;
  /** Epoch milliseconds; default the system's clock. */
  readonly now?: () => number;
}

/** Five calls in a row, of two deliveries at least, over ten seconds; open for half a minute, up to five. */
const RULES: CircuitRules = {
  failures: 5,
  deliveries: 2,
  lastingMs: 10_000,
  coolDownMs: 30_000,
  longestCoolDownMs: 300_000,
};

/** How old what this worker knows of a circuit may be, in milliseconds. */
const FRESH_MS = 2_000;

/** When a call comes again that was refused because another one tries, in milliseconds. */
const WHILE_TRIED_MS = 5_000;

/** Longer than a call that tries, so that one that was lost does not keep the circuit open. */
const MARGIN_MS = 15_000;

/** Agent versions whose circuits are known at most. */
const MOST_KNOWN = 5_000;

/** What one worker knows of circuits. */
interface Memory {
  /** What is known; closed as long as nothing is. */
  last(call: GuardedCall): AgentCircuit;
  learn(call: GuardedCall, circuit: AgentCircuit): AgentCircuit;
  /** Asks PostgreSQL; null when it does not answer. */
  look(call: GuardedCall): Promise<AgentCircuit | null>;
  /** Likewise, while nobody waits for it, and only when what is known is old. */
  lookBehind(call: GuardedCall): void;
}

function createMemory({ agentCircuits, onChange, now = Date.now }: CircuitPorts): Memory {
  const known = new Map<string, { readonly circuit: AgentCircuit; readonly at: number }>();
  const last = (call: GuardedCall): AgentCircuit => known.get(nameOf(call))?.circuit ?? CLOSED;
  const learn = (call: GuardedCall, circuit: AgentCircuit): AgentCircuit => {
    const name = nameOf(call);
    const wasOpen = isOpen(last(call));
    known.delete(name);
    known.set(name, { circuit, at: now() });
    const [oldest] = known.keys();
    if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
    if (wasOpen !== isOpen(circuit)) onChange(call, !wasOpen);
    return circuit;
  };
  const look = async (call: GuardedCall): Promise<AgentCircuit | null> => {
    const before = known.get(nameOf(call));
    try {
      const circuit = await agentCircuits.get(call.scope, call);
      // What was learned meanwhile is newer.
      return known.get(nameOf(call)) === before ? learn(call, circuit) : circuit;
    } catch {
      // Whoever cannot ask lets the call be made: the agent itself will tell.
      return null;
    }
  };
  return {
    last,
    learn,
    look,
    lookBehind(call) {
      const at = known.get(nameOf(call))?.at;
      if (at !== undefined && now() - at < FRESH_MS) return;
      // Others that come meanwhile need not look.
      learn(call, last(call));
      void look(call);
    },
  };
}

/**
 * Creates the circuits of one worker: they lie in PostgreSQL, and a closed one is looked at behind a call's back, so that it
 * costs no time. A database that does not answer never keeps a call from its agent.
 */
export function createCircuits(ports: CircuitPorts): Circuits {
  const { agentCircuits, rules = RULES } = ports;
  const memory = createMemory(ports);
  const succeeded = async (call: GuardedCall): Promise<void> => {
    if (memory.last(call).failures === 0) return;
    // What could not be written is written by the next call that succeeds.
    await agentCircuits.succeeded(call.scope, call).then(
      () => memory.learn(call, CLOSED),
      () => undefined,
    );
  };
  return {
    async refusal(call) {
      if (!isOpen(memory.last(call))) {
        memory.lookBehind(call);
        return null;
      }
      const circuit = await memory.look(call);
      if (circuit === null || !isOpen(circuit)) return null;
      if (circuit.state === 'open') return refused(call, circuit.retryAfterMs);
      const tries = await agentCircuits.probe(call.scope, call, call.timeoutMs + MARGIN_MS).catch(() => true);
      return tries ? null : refused(call, WHILE_TRIED_MS);
    },
    succeeded,
    async failed(call, failed) {
      if (tellsOfLife(failed)) return succeeded(call);
      if (!tellsOfOutage(failed)) return;
      // Likewise by the next call that fails.
      await agentCircuits.failed(call.scope, call, rules).then(
        (circuit) => memory.learn(call, circuit),
        () => undefined,
      );
    },
  };
}

const CLOSED: AgentCircuit = { state: 'closed', failures: 0, since: null, retryAt: null, retryAfterMs: 0 };

function isOpen({ state }: AgentCircuit): boolean {
  return state !== 'closed';
}

function nameOf({ scope, agent, version }: GuardedCall): string {
  return `${scope.workspaceId} ${agent} ${version}`;
}

function refused({ agent, version }: GuardedCall, retryAfterMs: number): Failure {
  const detail = `Agent "${agent}" ${version} was not called: its last calls have all failed, and it is tried again in ${Math.ceil(retryAfterMs / 1_000)} s.`;
  return failure('communication', detail, { status: 503, retryable: true, code: CIRCUIT_OPEN, retryAfterMs });
}
