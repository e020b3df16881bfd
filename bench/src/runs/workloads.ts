import type { BaselineContenders, Calls } from './baseline/contenders.ts';
import type { BatonContenders, Effects } from './baton.ts';
import { FAN_OUT } from './definitions.ts';
import type { Contender } from './rounds.ts';

/** Something that is done in several ways, in the same rounds. */
export interface Workload {
  /** `W1` to `W5`. */
  readonly name: string;
  readonly title: string;
  readonly ours: readonly Ours[];
  readonly theirs: readonly Theirs[];
  /** Calls of the agent that one operation makes. */
  readonly calls: number;
  /** Whether work goes on after an operation, so that what it costs is not known at its end. */
  readonly goesOn: boolean;
}

/** A way through Baton. */
export interface Ours {
  readonly contender: Contender;
  /** What the agent says of its effects; absent where none is called. */
  readonly effects?: Effects;
}

/** A way by hand. */
export interface Theirs {
  readonly contender: Contender;
  readonly baseline: Calls;
}

/** The workloads of both sides. */
export function workloadsOf(baton: BatonContenders, baseline: BaselineContenders): readonly Workload[] {
  const none = { calls: 0, goesOn: false };
  return [
    {
      ...none,
      name: 'W1',
      title: 'empty run',
      ours: [{ contender: baton.empty }],
      theirs: [{ contender: baseline.empty, baseline: 'ordinary' }],
    },
    {
      ...none,
      name: 'W2',
      title: 'three calls in sequence',
      ours: byEffects(baton.sequential),
      theirs: byCalls(baseline.sequential),
      calls: 3,
    },
    {
      ...none,
      name: 'W3',
      title: 'decision to result',
      ours: [{ contender: baton.decision }],
      theirs: [{ contender: baseline.decision, baseline: 'ordinary' }],
    },
    {
      ...none,
      name: 'W4',
      title: `fan-out of ${FAN_OUT} calls`,
      ours: byEffects(baton.fanOut),
      theirs: byCalls(baseline.fanOut),
      calls: FAN_OUT,
    },
    {
      ...none,
      name: 'W5',
      title: 'starts accepted',
      ours: [{ contender: baton.starts }],
      theirs: [{ contender: baseline.starts, baseline: 'ordinary' }],
      goesOn: true,
    },
  ];
}

function byEffects(contenders: Readonly<Record<Effects, Contender>>): readonly Ours[] {
  return (['idempotent', 'unknown'] as const).map((effects) => ({ contender: contenders[effects], effects }));
}

function byCalls(contenders: Readonly<Record<Calls, Contender>>): readonly Theirs[] {
  return (['ordinary', 'local'] as const).map((baseline) => ({ contender: contenders[baseline], baseline }));
}
