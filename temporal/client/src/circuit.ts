/** Remembers that a service was away, so that callers need not find out by waiting. */
export interface Circuit {
  /** False while the service counts as away. */
  available(): boolean;
  succeeded(): void;
  failed(): void;
}

/** Parameters of {@link createCircuit}. */
export interface CircuitParams {
  /** Failures in a row that open the circuit; default 2. */
  readonly failures?: number;
  /** How long it stays open, in milliseconds; default 2,000. Then the next call tries. */
  readonly openMs?: number;
  /** Epoch milliseconds; default the system's clock. */
  readonly now?: () => number;
}

/** Creates a closed circuit. */
export function createCircuit({ failures = 2, openMs = 2_000, now = Date.now }: CircuitParams = {}): Circuit {
  let inRow = 0;
  let openUntil = 0;
  return {
    available: () => now() >= openUntil,
    succeeded() {
      inRow = 0;
      openUntil = 0;
    },
    failed() {
      inRow += 1;
      if (inRow >= failures) openUntil = now() + openMs;
    },
  };
}
