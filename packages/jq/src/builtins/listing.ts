import { librarySignatures } from './library.ts';
import { natives } from './natives.ts';
import { specials } from './specials.ts';

/** `name/arity` of every built-in a program may call. Names with a leading underscore are the library's own. */
export function listBuiltins(): string[] {
  return ['builtins/0', ...specials.keys(), ...natives.keys(), ...librarySignatures()].filter(
    (name) => !name.startsWith('_'),
  );
}
