import type { Frame, VisitNode } from './state.ts';
import type { Turn } from './turn.ts';

/*
 * What was delivered where, as a tree of places. A delivery's key holds the visit of every place around it. A place whose
 * deliveries were all completed is counted as one visit and its inside forgotten, for the keys of its next execution
 * differ by that visit. A place with a delivery that was asked for and never completed keeps its inside: that delivery
 * must go out under the same key again, whichever way the run comes back to it.
 */

type Place = Frame['place'];

/** A node for a place where nothing was completed yet. */
export const NO_VISITS: VisitNode = { visits: 0 };

function nodeAt(root: VisitNode, place: Place): VisitNode {
  return place.reduce((node, { segment }) => node.inner?.[segment] ?? NO_VISITS, root);
}

/** What a node has inside, as a record of this turn's own: a loop has hundreds of rounds open, which are copied once a turn. */
function ownInner(turn: Turn, node: VisitNode): Record<string, VisitNode> {
  const known = node.inner === undefined ? undefined : turn.ownVisits.get(node.inner);
  if (known !== undefined) return known;
  const copy: Record<string, VisitNode> = { ...node.inner };
  turn.ownVisits.set(copy, copy);
  return copy;
}

function change(turn: Turn, frame: Frame, by: (node: VisitNode) => VisitNode): void {
  const changed = (node: VisitNode, depth: number): VisitNode => {
    const head = frame.place[depth];
    if (head === undefined) return by(node);
    const inner = ownInner(turn, node);
    inner[head.segment] = changed(inner[head.segment] ?? NO_VISITS, depth + 1);
    return { ...node, inner };
  };
  turn.draft.visits = changed(turn.draft.visits, 0);
}

/** The place of a child, with the visit that is now under way. */
export function placeUnder(root: VisitNode, parent: Place, segment: string): Place {
  const { visits } = nodeAt(root, [...parent, { segment, visit: 0 }]);
  return [...parent, { segment, visit: visits }];
}

/** The visit that is under way at a frame's own place. */
export function visitOf(frame: Frame): number {
  return frame.place.reduce((_outer, { visit }) => visit, 0);
}

/** Notes that a frame's delivery goes out; until it is completed it keeps its key. */
export function noteDelivery(turn: Turn, frame: Frame): void {
  change(turn, frame, ({ visits }) => ({ visits, pending: true }));
}

/** Notes that a frame's delivery was completed: the next one is another visit. */
export function recordDelivery(turn: Turn, frame: Frame): void {
  change(turn, frame, ({ visits }) => ({ visits: visits + 1 }));
}

function isPending(node: VisitNode): boolean {
  return node.pending === true || Object.values(node.inner ?? {}).some(isPending);
}

/** Notes that a scope has finished. */
export function recordScope(turn: Turn, frame: Frame): void {
  const node = nodeAt(turn.draft.visits, frame.place);
  if (node.inner === undefined || isPending(node)) return;
  change(turn, frame, ({ visits }) => ({ visits: visits + 1 }));
}

/** Notes that a `for` has finished after these rounds. */
export function recordLoop(turn: Turn, frame: Frame, rounds: readonly number[]): void {
  if (isPending(nodeAt(turn.draft.visits, frame.place))) recordRounds(turn, frame, rounds);
  else change(turn, frame, ({ visits }) => ({ visits: visits + 1 }));
}

/** Notes that these rounds of a `for` have finished, when the loop itself is not to be counted. */
export function recordRounds(turn: Turn, frame: Frame, rounds: readonly number[]): void {
  change(turn, frame, (loop) => {
    const inner = ownInner(turn, loop);
    for (const round of rounds) {
      const segment = roundSegment(round);
      const node = inner[segment] ?? NO_VISITS;
      if (!isPending(node)) inner[segment] = { visits: node.visits + 1 };
    }
    return { ...loop, inner };
  });
}

/** Forgets what was noted inside a finished round: the round is counted by its loop. */
export function forgetRound(turn: Turn, loop: Frame, round: number): void {
  const segment = roundSegment(round);
  const rounds = nodeAt(turn.draft.visits, loop.place).inner ?? {};
  const noted = rounds[segment];
  if (noted === undefined || isPending(noted)) return;
  change(turn, loop, (node) => {
    const inner = ownInner(turn, node);
    if (noted.visits === 0) Reflect.deleteProperty(inner, segment);
    else inner[segment] = { visits: noted.visits };
    return { ...node, inner };
  });
}

/** The segment of a place that names a round of a `for`: digits alone, since records with such keys are copied fastest. */
export function roundSegment(round: number): string {
  return String(round);
}

/**
 * The idempotency key of a delivery: the same over attempts, retries and continue-as-new,
 * another one once the delivery was completed and the step runs again.
 */
export function idempotencyKey(turn: Turn, frame: Frame, effect: string): string {
  const place = frame.place.map(({ segment, visit }) => [segment, visit]);
  return turn.run.params.hash(JSON.stringify([turn.run.snapshot.runId, place, effect]));
}

/** The number from 0 to 1 that a hash stands for: as good as chance, and the same in every replay. */
export function fractionOf(hash: string): number {
  return Number.parseInt(hash.slice(0, 8), 16) / 0xffffffff;
}
