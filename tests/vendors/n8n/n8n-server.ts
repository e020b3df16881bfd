import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { isObject, parseJson, type Json, type JsonObject } from '@baton/core';
import { freePort, waitUntil } from '@baton/stand';
import { createDatabase } from '@baton/test-kit';
import { packagesOf, startServer } from '../vendor-home.ts';
import type { WorkflowDraft } from './workflows.ts';

/** A real n8n. */
export interface N8nServer {
  readonly origin: string;
  readonly apiKey: string;
  /** Creates a workflow and waits until its trigger is there. */
  publish(draft: WorkflowDraft): Promise<void>;
  /** A call of the public API. */
  api(method: string, path: string, body?: Json): Promise<Json>;
  stop(): Promise<void>;
}

const OWNER = { email: 'owner@example.com', firstName: 'A', lastName: 'B', password: 'Baton-tests-1' };

const SCOPES = [
  'workflow:create',
  'workflow:activate',
  'credential:create',
  'execution:read',
  'execution:stop',
];

/** What it must not do in tests: look for news, tell of itself, show banners. */
const QUIET = {
  N8N_DIAGNOSTICS_ENABLED: 'false',
  N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
  N8N_TEMPLATES_ENABLED: 'false',
  N8N_PERSONALIZATION_ENABLED: 'false',
  N8N_HIRING_BANNER_ENABLED: 'false',
  N8N_DYNAMIC_BANNERS_ENABLED: 'false',
  N8N_COMMUNITY_PACKAGES_ENABLED: 'false',
  N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
  N8N_DISABLED_MODULES: 'mcp-registry',
};

/** Starts n8n on loopback with a database, an owner and an API key of its own. */
export async function startN8n(): Promise<N8nServer> {
  const database = await createDatabase();
  const brokerPort = await freePort();
  const server = await startServer({
    name: 'n8n',
    command: process.execPath,
    args: [join(packagesOf('n8n'), 'node_modules', 'n8n', 'bin', 'n8n'), 'start'],
    env: ({ home, port, origin }) => ({
      ...QUIET,
      ...databaseOf(new URL(database.url)),
      N8N_USER_FOLDER: home,
      N8N_LISTEN_ADDRESS: '127.0.0.1',
      N8N_PORT: String(port),
      N8N_RUNNERS_BROKER_PORT: String(brokerPort),
      N8N_SECURE_COOKIE: 'false',
      N8N_ENCRYPTION_KEY: randomBytes(16).toString('hex'),
      WEBHOOK_URL: `${origin}/`,
    }),
    readyPath: '/healthz/readiness',
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await database.drop();
  };
  try {
    const apiKey = await keyOf(server.origin);
    const api: N8nServer['api'] = (method, path, body) =>
      call(`${server.origin}/api/v1${path}`, { method, headers: { 'x-n8n-api-key': apiKey }, body });
    return {
      origin: server.origin,
      apiKey,
      api,
      publish: (draft) => publish(draft, server.origin, api),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function databaseOf(url: URL): Readonly<Record<string, string>> {
  return {
    DB_TYPE: 'postgresdb',
    DB_POSTGRESDB_HOST: url.hostname,
    DB_POSTGRESDB_PORT: url.port,
    DB_POSTGRESDB_USER: url.username,
    DB_POSTGRESDB_PASSWORD: decodeURIComponent(url.password),
    DB_POSTGRESDB_DATABASE: url.pathname.slice(1),
  };
}

/** Sets the owner up, and makes a key. */
async function keyOf(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/rest/owner/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(OWNER),
  });
  if (!answer.ok) throw new Error(`n8n took no owner: ${await answer.text()}`);
  const cookie = answer.headers.getSetCookie().map((one) => one.split(';')[0]);
  const made = await call(`${origin}/rest/api-keys`, {
    method: 'POST',
    headers: { cookie: cookie.join('; ') },
    body: { label: 'tests', expiresAt: null, scopes: SCOPES },
  });
  const data = isObject(made) ? made['data'] : undefined;
  const key = data !== undefined && isObject(data) ? data['rawApiKey'] : undefined;
  if (typeof key !== 'string') throw new Error('n8n made no API key.');
  return key;
}

async function publish(
  { name, path, ...workflow }: WorkflowDraft,
  origin: string,
  api: N8nServer['api'],
): Promise<void> {
  const created = await api('POST', '/workflows', { name, ...workflow, settings: { executionOrder: 'v1' } });
  await api('POST', `/workflows/${idOf(created)}/activate`);
  // It answers before the trigger is there. Asked by the wrong method, a trigger that is there does nothing.
  await waitUntil({
    what: `The trigger of "${name}"`,
    look: async () => {
      const said = await (await fetch(`${origin}/webhook/${path}`)).text();
      return said.includes('The requested webhook') ? said.slice(0, 100) : null;
    },
    everyMs: 100,
  });
}

interface CallParams {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Json | undefined;
}

async function call(url: string, { method, headers, body }: CallParams): Promise<Json> {
  const answer = await fetch(url, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok)
    throw new Error(`n8n answered ${answer.status} to ${method} ${new URL(url).pathname}: ${text}`);
  return parseJson(text);
}

/** The credential of a model's API. */
export async function modelCredential({ api }: N8nServer, url: string): Promise<JsonObject> {
  const data = { apiKey: 'sk-any', url, header: false };
  const made = await api('POST', '/credentials', { name: 'the model', type: 'openAiApi', data });
  return { openAiApi: { id: idOf(made), name: 'the model' } };
}

function idOf(made: Json): string {
  const id = isObject(made) ? made['id'] : undefined;
  if (typeof id !== 'string') throw new Error(`n8n told no id: ${JSON.stringify(made)}`);
  return id;
}
