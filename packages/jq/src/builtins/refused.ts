/** Built-ins of jq that reach outside the program, and why each is not available. */
export const refused: ReadonlyMap<string, string> = new Map(
  Object.entries({
    input: 'a program has one input.',
    inputs: 'a program has one input.',
    input_filename: 'the input is no file.',
    input_line_number: 'the input is no file.',
    debug: 'a program writes nothing but its results.',
    stderr: 'a program writes nothing but its results.',
    env: 'a program cannot see the environment.',
    halt: 'a program cannot end its host.',
    halt_error: 'a program cannot end its host.',
    modulemeta: 'a program cannot use modules.',
    get_search_list: 'a program cannot use modules.',
    get_jq_origin: 'a program cannot use modules.',
    get_prog_origin: 'a program cannot use modules.',
    import: 'a program cannot use modules.',
    include: 'a program cannot use modules.',
  }),
);
