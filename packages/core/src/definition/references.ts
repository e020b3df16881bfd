/** A call of a registered agent; a service checks that it exists. */
export interface AgentReference {
  readonly name: string;
  /** A version or a range; absent: the newest. */
  readonly version?: string;
  /** Where the definition names it. */
  readonly pointer: string;
}

/** A run of another workflow; a service checks that it exists. */
export interface WorkflowReference {
  readonly namespace: string;
  readonly name: string;
  /** A version, or `latest`. */
  readonly version: string;
  /** Where the definition names it. */
  readonly pointer: string;
}
