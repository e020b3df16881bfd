import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatonError } from '@baton/sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseArticle, parseRegistration, readDocument } from './demo-examples-codec.ts';
import { publishExamples, type ExamplesClient } from './demo-examples.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-examples-'));
  await mkdir(join(folder, 'agents'));
  await mkdir(join(folder, 'workflows'));
  const agent = { adapter: 'http', config: { endpoint: 'http://127.0.0.1:4310/analyse' } };
  await writeFile(join(folder, 'agents', 'reader.agent.json'), JSON.stringify(agent));
  await writeFile(join(folder, 'agents', 'reader.ts'), '');
  await writeFile(
    join(folder, 'workflows', 'flow.yaml'),
    'document:\n  name: flow\n  version: 2.0.0\ndo: []\n',
  );
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function refusal(status: number): BatonError {
  const problem = { type: 'about:blank', title: 'No', status, detail: 'No.', instance: '/', requestId: 'r' };
  return new BatonError({ problem, requestId: 'r', retryAfterSeconds: null });
}

/** A registry that refuses other content for a version it has, as the API does. */
function registry(agents: Map<string, string> = new Map(), workflows: Map<string, string> = new Map()) {
  const put = (kept: Map<string, string>, version: string, content: string): void => {
    if (kept.has(version) && kept.get(version) !== content) throw refusal(409);
    kept.set(version, content);
  };
  const client: ExamplesClient = {
    agents: {
      versions: () => {
        const items = [...agents.keys()].toSorted().reverse();
        if (items.length === 0) return Promise.reject(refusal(404));
        return Promise.resolve({ items: items.map((version) => ({ version, archivedAt: null })) });
      },
      register: async (ref, content) => {
        put(agents, ref.version, JSON.stringify(content));
        return Promise.resolve(ref);
      },
    },
    workflows: {
      publish: async (ref, content) => {
        put(workflows, ref.version, content);
        return Promise.resolve(ref);
      },
    },
  };
  return { agents, workflows, client };
}

function publish(client: ExamplesClient, agentsPort = 4310) {
  return publishExamples({ folder, agentsPort, client });
}

describe('publishExamples()', () => {
  it('registers agents and publishes workflows; the second time nothing changes', async () => {
    const { client, agents } = registry();
    const first = await publish(client);
    expect(first).toEqual({
      agents: [{ name: 'reader', version: '1.0.0' }],
      workflows: [{ name: 'flow', version: '2.0.0' }],
    });
    expect(await publish(client)).toEqual(first);
    expect(agents.size).toBe(1);
  });

  it('registers the next version when the agents answer on another port', async () => {
    const { client, agents } = registry();
    await publish(client);
    expect((await publish(client, 4999)).agents).toEqual([{ name: 'reader', version: '1.0.1' }]);
    expect(agents.get('1.0.1')).toContain('http://127.0.0.1:4999/analyse');
    expect((await publish(client, 4310)).agents).toEqual([{ name: 'reader', version: '1.0.2' }]);
  });

  it('says what to do when a workflow was changed without a new version', async () => {
    const { client } = registry(new Map(), new Map([['2.0.0', 'other']]));
    await expect(publish(client)).rejects.toThrow(
      /flow 2\.0\.0 is published with other content: raise "version" in .*flow\.yaml/,
    );
  });

  it('lets other refusals through', async () => {
    const { client } = registry();
    const away: ExamplesClient['workflows']['publish'] = () => Promise.reject(refusal(503));
    await expect(publish({ ...client, workflows: { publish: away } })).rejects.toMatchObject({ status: 503 });
  });
});

describe('parseArticle()', () => {
  it('takes the first line for the title', () => {
    expect(parseArticle('\nTitle\r\n\r\nText\nmore\n', 'a.txt')).toEqual({
      title: 'Title',
      text: 'Text\nmore',
    });
    expect(() => parseArticle('Title only\n', 'a.txt')).toThrow('a.txt must hold a title');
  });
});

describe('parseRegistration()', () => {
  it('refuses what is no registration', () => {
    expect(() => parseRegistration('{', 'x.json')).toThrow('x.json is no JSON.');
    expect(() => parseRegistration('[]', 'x.json')).toThrow('must be an object with');
  });
});

describe('readDocument()', () => {
  it('finds name and version in the document only', () => {
    const text =
      '# a flow\ndocument:\n  dsl: 1.0.3\n\n  name: "flow" # here\n  version: 1.2.3\ninput:\n  name: other\n';
    expect(readDocument(text, 'x.yaml')).toEqual({ name: 'flow', version: '1.2.3' });
    expect(() => readDocument('document:\n  name: a\nversion: 1.0.0\n', 'x.yaml')).toThrow(
      'no "document.version"',
    );
  });
});
