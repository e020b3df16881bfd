export { settleRun, terminated, type ClosingPorts } from './closings.ts';
export { createConfirmer, type Confirmer } from './confirmer.ts';
export { createLoop, type Loop, type LoopParams } from './loop.ts';
export { createReconciler, type Reconciler, type ReconcilerParams } from './reconciler.ts';
