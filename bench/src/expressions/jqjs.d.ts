declare module '@michaelhomer/jqjs' {
  /** Compiles a program to a function that gives its results one after the other. */
  export function compile(program: string): (input: unknown) => Iterable<unknown>;
}
