import { failure, isObject, type Json } from '@baton/core';
import { AgentFailureError, type ConfigProblem } from './adapter.ts';
import { childPointer } from './template.ts';

/** Gives values of secrets by their names. */
export interface SecretResolver {
  /** The value of a secret; null when there is none of this name. Rejects only when nobody can be asked. */
  resolve(name: string): Promise<string | null>;
}

/** Values of the secrets that a config names, by name. */
export type SecretValues = Readonly<Record<string, string>>;

/** A whole string that stands for a secret. */
const REFERENCE = /^\$secrets\.([A-Za-z][A-Za-z0-9_]{0,62})$/;

/** A mention inside an expression, where `$secrets` is a variable. */
const MENTION = /\$secrets(?:\.([A-Za-z][A-Za-z0-9_]{0,62}))?/g;

/** Secrets shorter than this are not taken out of texts: the texts would be unreadable, and the secret is none. */
const SHORTEST_HIDDEN = 4;

/** What {@link readSecrets} found. */
export interface SecretMentions {
  /** Names, each once, in the order of their first mention. */
  readonly names: readonly string[];
  readonly problems: readonly ConfigProblem[];
}

/** The names of the secrets that a config mentions, and what is wrong with mentions. The config's depth is bounded. */
export function readSecrets(config: Json): SecretMentions {
  const names = new Set<string>();
  const problems: ConfigProblem[] = [];
  const visit = (value: Json, pointer: string): void => {
    if (typeof value === 'string') readText(value, pointer);
    else if (Array.isArray(value)) value.forEach((item: Json, n) => visit(item, childPointer(pointer, n)));
    else if (isObject(value))
      for (const [key, member] of Object.entries(value)) visit(member, childPointer(pointer, key));
  };
  const readText = (text: string, pointer: string): void => {
    if (!text.includes('$secrets')) return;
    const whole = REFERENCE.exec(text)?.[1];
    if (whole !== undefined) {
      names.add(whole);
      return;
    }
    const mentions = [...text.matchAll(MENTION)].map(([, name]) => name);
    for (const name of mentions) if (name !== undefined) names.add(name);
    if (mentions.includes(undefined) || !text.includes('${')) problems.push({ pointer, message: HOW });
  };
  visit(config, '');
  return { names: [...names], problems };
}

const HOW =
  'A secret is written as the whole text, "$secrets.name", or inside an expression, ' +
  '"${ "Bearer " + $secrets.name }"; its name has letters, digits and "_".';

/**
 * Looks up the secrets that a config mentions. Throws {@link AgentFailureError} `configuration` that names what is missing,
 * and `communication`, to be tried again, when nobody can be asked.
 */
export async function resolveSecrets(
  names: readonly string[],
  resolver: SecretResolver,
): Promise<SecretValues> {
  const found = await Promise.all(names.map(async (name) => [name, await ask(name, resolver)] as const));
  const missing = found.flatMap(([name, value]) => (value === null ? [name] : []));
  if (missing.length > 0) {
    const detail = `There is no secret ${missing.map((name) => `"${name}"`).join(', ')}.`;
    throw new AgentFailureError(failure('configuration', detail, { code: 'unknown_secret' }));
  }
  return Object.fromEntries(found.map(([name, value]) => [name, value ?? '']));
}

async function ask(name: string, resolver: SecretResolver): Promise<string | null> {
  try {
    return await resolver.resolve(name);
  } catch (error) {
    const detail = `The secret "${name}" cannot be looked up.`;
    throw new AgentFailureError(
      failure('communication', detail, { code: 'secrets_away', retryable: true }),
      error,
    );
  }
}

/** The config with the values in place of whole-text references; expressions see theirs as `$secrets`. */
export function withSecrets(config: Json, values: SecretValues): Json {
  if (typeof config === 'string') {
    const name = REFERENCE.exec(config)?.[1];
    return name !== undefined && Object.hasOwn(values, name) ? (values[name] ?? '') : config;
  }
  if (Array.isArray(config)) return config.map((item: Json) => withSecrets(item, values));
  if (!isObject(config)) return config;
  return Object.fromEntries(
    Object.entries(config).map(([key, member]) => [key, withSecrets(member, values)]),
  );
}

/** Takes secrets out of a text, as they are and as they stand in URLs, in JSON and in Base64. */
export function redactor(values: SecretValues): (text: string) => string {
  const hidden = Object.values(values)
    .filter((value) => value.length >= SHORTEST_HIDDEN)
    .flatMap((value) => [
      value,
      encodeURIComponent(value),
      JSON.stringify(value).slice(1, -1),
      Buffer.from(value).toString('base64'),
    ]);
  // Longer ones first: one may be part of another.
  const ordered = [...new Set(hidden)].toSorted((a, b) => b.length - a.length);
  return (text) => ordered.reduce((clean, secret) => clean.replaceAll(secret, '***'), text);
}
