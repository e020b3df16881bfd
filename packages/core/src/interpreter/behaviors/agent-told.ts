import type { ReplyEvent } from '../../agent.ts';
import type { Frame } from '../state.ts';
import type { StepRef, TraceEvent } from '../trace.ts';
import { report, stepOf, type Turn } from '../turn.ts';
import { agentOf } from './pinned-agent.ts';

/** Reports what an agent told on the way to an answer. */
export function tellOf(turn: Turn, frame: Frame, events: readonly ReplyEvent[]): void {
  const { name: agent, version } = agentOf(turn, frame);
  const from = { step: stepOf(turn, frame), agent, version };
  for (const event of events) report(turn, toTrace(event, from));
}

/** Who tells, and where. */
interface From {
  readonly step: StepRef;
  readonly agent: string;
  readonly version: string;
}

function toTrace({ type, data, ...marks }: ReplyEvent, from: From): TraceEvent {
  if (type === 'agent.message') return { type, ...from, text: data, ...marks };
  if (type === 'agent.tool_call') return { type, ...from, toolCall: data, ...marks };
  return { type, ...from, toolResult: data, ...marks };
}
