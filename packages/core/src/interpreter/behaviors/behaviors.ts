import type { Behaviors } from '../behavior.ts';
import { tryBehavior } from './attempt.ts';
import { callAgentBehavior, toolBehavior } from './call-agent.ts';
import { callHttpBehavior } from './call-http.ts';
import { callHumanBehavior } from './call-human.ts';
import { forkBehavior } from './fork.ts';
import { listenBehavior } from './listen.ts';
import { forBehavior, iterationBehavior } from './loop.ts';
import { runWorkflowBehavior } from './run-workflow.ts';
import { doBehavior, runBehavior } from './sequence.ts';
import { emitBehavior, raiseBehavior, setBehavior, switchBehavior, waitBehavior } from './simple.ts';

/** How each kind of frame behaves. */
export const behaviors: Behaviors = {
  run: runBehavior,
  iteration: iterationBehavior,
  tool: toolBehavior,
  do: doBehavior,
  set: setBehavior,
  switch: switchBehavior,
  for: forBehavior,
  fork: forkBehavior,
  try: tryBehavior,
  raise: raiseBehavior,
  wait: waitBehavior,
  listen: listenBehavior,
  emit: emitBehavior,
  'call-http': callHttpBehavior,
  'call-agent': callAgentBehavior,
  'call-human': callHumanBehavior,
  'run-workflow': runWorkflowBehavior,
};
