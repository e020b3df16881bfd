import type { Frame, VisitNode } from './state.ts';
import type { Turn } from './turn.ts';

type Place = Frame['place'];

/** A node for a place where nothing was completed yet. */
export const NO_VISITS: VisitNode = { visits: 0 };

function nodeAt(root: VisitNode, place: Place): VisitNode {
  return place.reduce((node, { segment }) => node.inner?.[segment] ?? NO_VISITS, root);
}

/** The place of a child, with the visit that is now under way. */
export function placeUnder(root: VisitNode, parent: Place, segment: string): Place {
  const { visits } = nodeAt(root, [...parent, { segment, visit: 0 }]);
  return [...parent, { segment, visit: visits }];
}

/**
 * Notes that a frame's task was completed: its next execution is another visit.
 * What was noted below it is forgotten, for the keys of the next visit differ by this frame's own.
 */
export function recordVisit(turn: Turn, frame: Frame): void {
  turn.draft.visits = raised(turn.draft.visits, frame.place);
}

function raised(node: VisitNode, place: Place): VisitNode {
  const [head, ...rest] = place;
  if (head === undefined) return { visits: node.visits + 1 };
  const child = raised(node.inner?.[head.segment] ?? NO_VISITS, rest);
  return { visits: node.visits, inner: { ...node.inner, [head.segment]: child } };
}

/** Notes that these rounds of a `for` were completed, when the loop itself was not. */
export function recordRounds(turn: Turn, frame: Frame, rounds: readonly number[]): void {
  const before = nodeAt(turn.draft.visits, frame.place);
  const inner: Record<string, VisitNode> = { ...before.inner };
  for (const round of rounds) {
    const segment = roundSegment(round);
    inner[segment] = { visits: (inner[segment]?.visits ?? 0) + 1 };
  }
  turn.draft.visits = replaced(turn.draft.visits, frame.place, { visits: before.visits, inner });
}

function replaced(node: VisitNode, place: Place, by: VisitNode): VisitNode {
  const [head, ...rest] = place;
  if (head === undefined) return by;
  const child = replaced(node.inner?.[head.segment] ?? NO_VISITS, rest, by);
  return { visits: node.visits, inner: { ...node.inner, [head.segment]: child } };
}

/** Forgets what was noted inside one completed round: the round is counted by its loop. */
export function forgetRound(turn: Turn, loop: Frame, round: number): void {
  const node = nodeAt(turn.draft.visits, loop.place);
  const { [roundSegment(round)]: noted, ...others } = node.inner ?? {};
  if (noted === undefined) return;
  const inner = noted.visits === 0 ? others : { ...others, [roundSegment(round)]: { visits: noted.visits } };
  turn.draft.visits = replaced(turn.draft.visits, loop.place, { visits: node.visits, inner });
}

/** The segment of a place that names a round of a `for`. */
export function roundSegment(round: number): string {
  return `[${round}]`;
}

/**
 * The idempotency key of a delivery: the same over attempts, retries and continue-as-new,
 * another one once the delivery was completed and the step runs again.
 */
export function idempotencyKey(turn: Turn, frame: Frame, effect: string): string {
  const place = frame.place.map(({ segment, visit }) => [segment, visit]);
  return turn.run.params.hash(JSON.stringify([turn.run.snapshot.runId, place, effect]));
}
