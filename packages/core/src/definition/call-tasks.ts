import { isObject } from '../json.ts';
import { isName, isVersionRange } from '../names.ts';
import { readAuthentication } from './authentication.ts';
import { readEitherSchema } from './data-hooks.ts';
import type { CallHttpTask, Task, TaskFields, Template } from './definition.ts';
import { expressionIn, readTemplate, readTextTemplate } from './expressions.ts';
import { readHuman, readPauseRules, type CallReader } from './human-task.ts';
import {
  label,
  notAvailable,
  readBoolean,
  readFixedText,
  readMap,
  readMembers,
  readText,
  readWord,
  type Place,
  type Reading,
} from './reader.ts';
import { nearest } from './suggestion.ts';
import type { TaskReader } from './task.ts';

const FUNCTIONS: Readonly<Record<string, CallReader>> = {
  http: (reading, place, fields) => {
    const http = readHttp(reading, place);
    return http === undefined ? undefined : { ...fields, kind: 'call-http', with: http };
  },
  agent: readAgent,
  human: readHuman,
};

/** Other spellings of our two functions: their names in the runtime's own catalog. */
const CATALOG: Readonly<Record<string, string>> = {
  'agent:1.0.0@default': 'agent',
  'human:1.0.0@default': 'human',
};

const AVAILABLE = 'available calls: http, agent, human.';
const LATER = ['grpc', 'openapi', 'asyncapi', 'a2a', 'mcp'];

/** Reads a call of a function. */
export const readCall: TaskReader = (reading, { body: place, members, fields }) => {
  const name = readText(reading, place);
  if (name === undefined) return undefined;
  const known = Object.hasOwn(CATALOG, name) ? CATALOG[name] : name;
  const read = known !== undefined && Object.hasOwn(FUNCTIONS, known) ? FUNCTIONS[known] : undefined;
  if (read === undefined) {
    reading.report.error(place.pointer, unknownFunction(name));
    return undefined;
  }
  const given = members.get('with');
  if (given !== undefined) return read(reading, given, fields);
  const pointer = place.pointer.slice(0, -'/call'.length);
  reading.report.error(pointer, `A call of ${name} needs "with": add its arguments.`);
  return undefined;
};

function unknownFunction(name: string): string {
  if (LATER.includes(name)) return notAvailable(`call ${name}`, AVAILABLE);
  const near = nearest(name, [...Object.keys(FUNCTIONS), ...Object.keys(CATALOG)]);
  if (near !== undefined) return `No function is called "${name}"; did you mean "${near}"?`;
  return notAvailable(`call ${name}`, AVAILABLE);
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

function readHttp(reading: Reading, place: Place): CallHttpTask['with'] | undefined {
  const members = readMembers(reading, place, {
    what: 'The arguments of call http',
    keys: ['method', 'endpoint', 'headers', 'query', 'body', 'output', 'redirect'],
    required: ['method', 'endpoint'],
    refused: {
      authentication: 'The authentication of call http stands under "endpoint", beside its "uri": move it.',
    },
  });
  if (members === undefined) return undefined;
  const method = readMethod(reading, members.get('method'));
  const endpoint = readEndpoint(reading, members.get('endpoint'));
  const headers = readTextMap(reading, members.get('headers'), /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/);
  const query = readTextMap(reading, members.get('query'), /^[^]+$/);
  const body = members.get('body');
  const output =
    readWord(reading, members.get('output'), { known: ['content', 'response', 'raw'] }) ?? 'content';
  const redirect = readBoolean(reading, members.get('redirect')) ?? false;
  const content = body === undefined ? undefined : readTemplate(reading, body, { interpolated: true });
  if (method === undefined || endpoint === undefined) return undefined;
  return {
    method,
    ...endpoint,
    ...(headers === undefined ? {} : { headers }),
    ...(query === undefined ? {} : { query }),
    ...(content === undefined ? {} : { body: content }),
    output,
    redirect,
  };
}

function readMethod(reading: Reading, place: Place | undefined): string | undefined {
  const method = readFixedText(reading, place)?.toUpperCase();
  if (place === undefined || method === undefined || METHODS.includes(method)) return method;
  reading.report.error(place.pointer, `"method" cannot be "${method}"; known: ${METHODS.join(', ')}.`);
  return undefined;
}

type Endpoint = Pick<CallHttpTask['with'], 'endpoint' | 'authentication'>;

function readEndpoint(reading: Reading, place: Place | undefined): Endpoint | undefined {
  if (place === undefined) return undefined;
  if (!isObject(place.value)) {
    const uri = readUri(reading, place);
    return uri === undefined ? undefined : { endpoint: uri };
  }
  const members = readMembers(reading, place, {
    what: 'An endpoint',
    keys: ['uri', 'authentication'],
    required: ['uri'],
  });
  const uri = readUri(reading, members?.get('uri'));
  const authentication = readAuthentication(reading, members?.get('authentication'));
  if (uri === undefined) return undefined;
  return { endpoint: uri, ...(authentication === undefined ? {} : { authentication }) };
}

/** Reads a URI: text with `{name}` variables of RFC 6570's simple expansion, or an expression. */
function readUri(reading: Reading, place: Place | undefined): string | undefined {
  const uri = readText(reading, place);
  if (place === undefined || uri === undefined) return undefined;
  const complain = (message: string): undefined => {
    reading.report.error(place.pointer, message);
  };
  if (expressionIn(uri) !== undefined) return readTextTemplate(reading, place);
  if (uri.includes('${')) {
    return complain(
      'An endpoint has {name} for a member of the input, or is one ${ … } expression as a whole.',
    );
  }
  if (!/^https?:\/\/[^/?#\s]/i.test(uri)) {
    return complain(
      `The endpoint "${uri}" must be an absolute http or https URI, such as https://example.com/orders/{id}.`,
    );
  }
  const literal = uri.replace(/\{[A-Za-z0-9_.%-]+\}/g, '');
  if (!/[{}\s]/.test(literal)) return uri;
  return complain(
    'An endpoint may have variables such as {orderId}, and no other braces or spaces: correct it.',
  );
}

/** Reads headers or query: an object of texts, each of which may have expressions in it, or one expression. */
function readTextMap(reading: Reading, place: Place | undefined, keys: RegExp): Template | undefined {
  if (place === undefined) return undefined;
  if (typeof place.value === 'string') {
    if (expressionIn(place.value) !== undefined) return readTemplate(reading, place);
    reading.report.error(
      place.pointer,
      `${label(place)} must be an object of texts or one \${ … } expression.`,
    );
    return undefined;
  }
  for (const member of readMap(reading, place, label(place))) {
    readTextTemplate(reading, member, { interpolated: true });
    const key = label(member).slice(1, -1);
    if (!keys.test(key))
      reading.report.error(member.pointer, `"${key}" cannot be a name in ${label(place)}: correct it.`);
  }
  return place.value;
}

function readAgent(reading: Reading, place: Place, fields: TaskFields): Task | undefined {
  const members = readMembers(reading, place, {
    what: 'The arguments of call agent',
    keys: ['agent', 'version', 'input', 'session', 'output', 'return', 'pauses'],
    required: ['agent'],
    refused: {
      budget: notAvailable('The budget of call agent'),
      approval: notAvailable('The approval of call agent', 'put a call human before it.'),
    },
  });
  if (members === undefined) return undefined;
  const agent = readAgentName(reading, members.get('agent'));
  const version = readAgentVersion(reading, members.get('version'));
  const input = members.get('input');
  const template = input === undefined ? null : readTemplate(reading, input);
  const session = readTextTemplate(reading, members.get('session'));
  const outputSchema = readOutputSchema(reading, members.get('output'));
  const reply = readWord(reading, members.get('return'), { known: ['output', 'reply'] }) ?? 'output';
  const pauses = readPauseRules(reading, members.get('pauses'));
  if (agent === undefined || pauses === undefined) return undefined;
  const chosen = version === undefined ? {} : { version };
  reading.agents.push({ name: agent, ...chosen, pointer: `${place.pointer}/agent` });
  return {
    ...fields,
    kind: 'call-agent',
    with: {
      agent,
      ...chosen,
      input: template,
      ...(session === undefined ? {} : { session }),
      ...(outputSchema === undefined ? {} : { outputSchema }),
      return: reply,
      pauses,
    },
  };
}

function readAgentName(reading: Reading, place: Place | undefined): string | undefined {
  const name = readFixedText(reading, place);
  if (place === undefined || name === undefined || isName(name)) return name;
  reading.report.error(place.pointer, `"agent" cannot be "${name}": write the name of a registered agent.`);
  return undefined;
}

function readAgentVersion(reading: Reading, place: Place | undefined): string | undefined {
  const version = readFixedText(reading, place);
  if (place === undefined || version === undefined || isVersionRange(version)) return version;
  const fix = 'write a version such as 2.1.0, or a range such as 2, 2.1, ^2.1.0 or ~2.1';
  reading.report.error(place.pointer, `"version" cannot be "${version}": ${fix}.`);
  return undefined;
}

function readOutputSchema(reading: Reading, place: Place | undefined): ReturnType<typeof readEitherSchema> {
  if (place === undefined) return undefined;
  const members = readMembers(reading, place, {
    what: `The block ${label(place)}`,
    keys: ['schema'],
    required: ['schema'],
  });
  return readEitherSchema(reading, members?.get('schema'));
}
