import type { AgentRegistrationRequest } from '@baton/contracts';

/** An article: its first line is the title. */
export interface Article {
  readonly title: string;
  readonly text: string;
}

/** Reads an article. Throws a sentence when title or text are missing. */
export function parseArticle(content: string, file: string): Article {
  const [title = '', ...lines] = content.trim().split(/\r?\n/);
  const text = lines.join('\n').trim();
  if (text === '') throw new Error(`${file} must hold a title in its first line and a text below it.`);
  return { title: title.trim(), text };
}

/** Reads what is registered for an agent. Throws a sentence when it is no JSON object with an adapter. */
export function parseRegistration(content: string, file: string): AgentRegistrationRequest {
  const value = parseJson(content, file);
  if (typeof value === 'object' && value !== null && 'adapter' in value && 'config' in value) {
    return value as AgentRegistrationRequest;
  }
  throw new Error(`${file} must be an object with "adapter" and "config".`);
}

function parseJson(content: string, file: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch (cause) {
    throw new Error(`${file} is no JSON.`, { cause });
  }
}

/** Name and version in the `document` block of a definition. Throws a sentence when one of them is missing. */
export function readDocument(
  content: string,
  file: string,
): { readonly name: string; readonly version: string } {
  const block = /^document:[ \t]*\r?\n((?:[ \t]+.*\r?\n?|\r?\n)*)/m.exec(content)?.[1] ?? '';
  const field = (key: string): string => {
    const value = new RegExp(`^[ \\t]+${key}:[ \\t]*["']?([^\\s"'#]+)`, 'm').exec(block)?.[1];
    if (value === undefined) throw new Error(`${file} has no "document.${key}".`);
    return value;
  };
  return { name: field('name'), version: field('version') };
}
