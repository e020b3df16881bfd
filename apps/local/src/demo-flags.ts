/** What the arguments of `npm start` ask for. */
export interface StartFlags {
  readonly demo: boolean;
  /** Approve without asking. */
  readonly yes: boolean;
  /** The article to publish instead of the example's. */
  readonly input: string | null;
}

/**
 * Reads the arguments of `npm start`. Throws a sentence for an unknown one, and for a demo that would have to ask where
 * nobody can answer.
 */
export function readFlags(args: readonly string[], interactive: boolean): StartFlags {
  let flags: StartFlags = { demo: false, yes: false, input: null };
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--demo') flags = { ...flags, demo: true };
    else if (arg === '--yes') flags = { ...flags, yes: true };
    else if (arg === '--input') flags = { ...flags, input: fileAfter(args, (index += 1)) };
    else if (arg.startsWith('--input=')) flags = { ...flags, input: arg.slice('--input='.length) };
    else throw new Error(`npm start knows --demo, --yes and --input <file>, and not "${arg}".`);
  }
  if (!flags.demo && (flags.yes || flags.input !== null))
    throw new Error('--yes and --input belong to --demo.');
  if (flags.demo && !flags.yes) refuseSilence(interactive);
  return flags;
}

function refuseSilence(interactive: boolean): void {
  if (interactive) return;
  throw new Error(
    'The demo asks for a decision, and standard input is no terminal: add --yes to approve without being asked.',
  );
}

function fileAfter(args: readonly string[], index: number): string {
  const file = args[index];
  if (file === undefined || file.startsWith('--')) throw new Error('--input needs the name of a file.');
  return file;
}
