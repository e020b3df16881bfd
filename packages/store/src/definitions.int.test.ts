import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NewAgentVersion } from './agents.ts';
import { otherScope } from './samples.ts';
import { createStoreFixture, type StoreFixture } from './store-fixture.ts';
import type { NewWorkflowVersion } from './workflows.ts';

let fixture: StoreFixture;
beforeAll(async () => {
  fixture = await createStoreFixture();
}, 60_000);
afterAll(() => fixture.stop());

function aVersion(name: string, version: string, more: Partial<NewWorkflowVersion> = {}): NewWorkflowVersion {
  return {
    name,
    namespace: 'content',
    version,
    document: { document: { name } },
    source: `name: ${name}`,
    mediaType: 'application/yaml',
    contentHash: `hash-${version}`,
    author: 'local|ada',
    ...more,
  };
}

describe('publish()', () => {
  it('creates one version of fifty equal ones at once', async () => {
    const { workflows } = fixture.store;
    const results = await Promise.all(
      Array.from({ length: 50 }, () => workflows.publish(fixture.scope, aVersion('crowd', '1.0.0'))),
    );
    const outcomes = results.map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'identical')).toHaveLength(49);
  });

  it('keeps what is there when the content or the namespace differs', async () => {
    const { workflows } = fixture.store;
    await workflows.publish(fixture.scope, aVersion('fixed', '1.0.0'));
    const other = await workflows.publish(
      fixture.scope,
      aVersion('fixed', '1.0.0', { contentHash: 'other' }),
    );
    expect(other).toMatchObject({ outcome: 'conflict', version: { contentHash: 'hash-1.0.0' } });
    const elsewhere = await workflows.publish(
      fixture.scope,
      aVersion('fixed', '2.0.0', { namespace: 'sales' }),
    );
    expect(elsewhere).toEqual({ outcome: 'namespace_conflict', namespace: 'content' });
    expect(await workflows.getVersion(fixture.scope, 'fixed', '2.0.0')).toBeNull();
  });

  it('keeps a document whatever characters it has', async () => {
    const { workflows } = fixture.store;
    const document = { text: 'a\u0000b\ud800', __proto__: null, constructor: 1 };
    await workflows.publish(fixture.scope, aVersion('odd\u0000', '1.0.0', { document, title: 'x\u0000' }));
    const found = await workflows.getVersion(fixture.scope, 'odd\uFFFD', '1.0.0');
    expect(found).toMatchObject({ title: 'x\uFFFD', document: { text: 'a\u0000b\ud800', constructor: 1 } });
    expect(await workflows.get(fixture.scope, 'never\u0000there')).toBeNull();
  });
});

describe('channels', () => {
  it('follow the newest version as default until somebody sets it', async () => {
    const { workflows } = fixture.store;
    const resolved = async (): Promise<string | undefined> =>
      (await workflows.resolve(fixture.scope, 'moving', {}))?.version;
    await workflows.publish(fixture.scope, aVersion('moving', '1.0.0'));
    await workflows.publish(fixture.scope, aVersion('moving', '2.0.0'));
    expect(await resolved()).toBe('2.0.0');
    await workflows.archive(fixture.scope, 'moving', '2.0.0');
    expect(await resolved()).toBe('1.0.0');
    await workflows.setChannel(fixture.scope, { name: 'moving', channel: 'default', version: '1.0.0' });
    await workflows.publish(fixture.scope, aVersion('moving', '3.0.0'));
    expect(await resolved()).toBe('1.0.0');
    await workflows.archive(fixture.scope, 'moving', '1.0.0');
    expect(await resolved()).toBeUndefined();
  });

  it('change only from the revision the caller saw', async () => {
    const { workflows } = fixture.store;
    await workflows.publish(fixture.scope, aVersion('canaries', '1.0.0'));
    await workflows.publish(fixture.scope, aVersion('canaries', '2.0.0'));
    const params = { name: 'canaries', channel: 'canary', version: '1.0.0' };
    const made = await workflows.setChannel(fixture.scope, { ...params, expectedRevision: null });
    expect(made).toMatchObject({ outcome: 'set', channel: { revision: 1 } });
    const racers = await Promise.all(
      Array.from({ length: 10 }, () =>
        workflows.setChannel(fixture.scope, { ...params, version: '2.0.0', expectedRevision: 1 }),
      ),
    );
    expect(racers.filter(({ outcome }) => outcome === 'set')).toHaveLength(1);
    expect(racers.filter(({ outcome }) => outcome === 'stale')).toHaveLength(9);
    const missing = await workflows.setChannel(fixture.scope, { ...params, version: '9.0.0' });
    expect(missing).toEqual({ outcome: 'no_version' });
    expect(await workflows.resolve(fixture.scope, 'canaries', { channel: 'canary' })).toMatchObject({
      version: '2.0.0',
    });
    expect(await workflows.getChannel(fixture.scope, 'canaries', 'canary')).toMatchObject({ revision: 2 });
  });
});

describe('lists of workflows', () => {
  it('show the latest version that is not archived, and channels', async () => {
    const { workflows } = fixture.store;
    await workflows.publish(fixture.scope, aVersion('listed', '1.0.0', { title: 'First' }));
    await workflows.publish(fixture.scope, aVersion('listed', '2.0.0', { title: 'Rivers of 100%' }));
    const page = await workflows.list(fixture.scope, { q: 'of 100%' });
    expect(page.items).toMatchObject([
      {
        name: 'listed',
        latest: { version: '2.0.0' },
        channels: [{ channel: 'default', version: '2.0.0', revision: 2 }],
      },
    ]);
    expect(await workflows.archive(fixture.scope, 'listed', '2.0.0')).toEqual(
      await workflows.archive(fixture.scope, 'listed', '2.0.0'),
    );
    expect((await workflows.get(fixture.scope, 'listed'))?.latest?.version).toBe('1.0.0');
    expect(await workflows.archive(fixture.scope, 'listed', '9.9.9')).toBeNull();
    expect(await workflows.get(otherScope(), 'listed')).toBeNull();
  });

  it('stay the same under inserts, page by page', async () => {
    const { workflows } = fixture.store;
    const scope = fixture.scope;
    for (const n of [1, 2, 3, 4, 5]) await workflows.publish(scope, aVersion('paged', `${n}.0.0`));
    const first = await workflows.versions(scope, 'paged', { limit: 2 });
    await workflows.publish(scope, aVersion('paged', '6.0.0'));
    const second = await workflows.versions(scope, 'paged', { limit: 2, cursor: first.nextCursor ?? '' });
    const third = await workflows.versions(scope, 'paged', { limit: 2, cursor: second.nextCursor ?? '' });
    const seen = [first, second, third].map(({ items }) => items.map(({ version }) => version));
    expect(seen).toEqual([['5.0.0', '4.0.0'], ['3.0.0', '2.0.0'], ['1.0.0']]);
    expect(third.nextCursor).toBeNull();
  });
});

function anAgent(name: string, version: string, more: Partial<NewAgentVersion> = {}): NewAgentVersion {
  return {
    name,
    version,
    adapter: 'http',
    body: { adapter: 'http', config: {} },
    contentHash: `hash-${version}`,
    owner: 'local|ada',
    ...more,
  };
}

describe('agents', () => {
  it('are registered once however often they come', async () => {
    const { agents } = fixture.store;
    const results = await Promise.all(
      Array.from({ length: 50 }, () => agents.register(fixture.scope, anAgent('crowd', '1.0.0'))),
    );
    expect(results.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
    expect(results.filter(({ outcome }) => outcome === 'identical')).toHaveLength(49);
    const other = await agents.register(fixture.scope, anAgent('crowd', '1.0.0', { contentHash: 'other' }));
    expect(other.outcome).toBe('conflict');
    await expect(async () => agents.register(fixture.scope, anAgent('crowd', 'one'))).rejects.toMatchObject({
      code: 'invalid',
    });
  });

  it('resolve to the highest version in a range that is not archived', async () => {
    const { agents } = fixture.store;
    const scope = fixture.scope;
    for (const version of ['1.2.0', '1.10.0', '1.9.3', '2.0.0-rc.1', '0.3.1']) {
      await agents.register(scope, anAgent('writer', version));
    }
    const resolved = async (range?: string): Promise<string | undefined> =>
      (await agents.resolve(scope, 'writer', range))?.version;
    expect(await resolved()).toBe('1.10.0');
    expect(await resolved('1')).toBe('1.10.0');
    expect(await resolved('~1.9')).toBe('1.9.3');
    expect(await resolved('2.0.0-rc.1')).toBe('2.0.0-rc.1');
    expect(await resolved('^2')).toBeUndefined();
    expect(await resolved('not a range')).toBeUndefined();
    await agents.archive(scope, 'writer', '1.10.0');
    expect(await resolved()).toBe('1.9.3');
    expect((await agents.get(scope, 'writer'))?.latest?.version).toBe('1.9.3');
    const versions = await agents.versions(scope, 'writer', { limit: 2 });
    expect(versions.items.map(({ version }) => version)).toEqual(['2.0.0-rc.1', '1.10.0']);
    const rest = await agents.versions(scope, 'writer', { cursor: versions.nextCursor ?? '' });
    expect(rest.items.map(({ version }) => version)).toEqual(['1.9.3', '1.2.0', '0.3.1']);
  });

  it('are listed by adapter and text, newest first', async () => {
    const { agents } = fixture.store;
    await agents.register(fixture.scope, anAgent('lister-a', '1.0.0', { adapter: 'dify', title: 'Alpha' }));
    await agents.register(fixture.scope, anAgent('lister-b', '1.0.0', { adapter: 'dify' }));
    const names = async (params: { q?: string; adapter?: string }): Promise<string[]> =>
      (await agents.list(fixture.scope, params)).items.map(({ name }) => name);
    expect(await names({ adapter: 'dify' })).toEqual(['lister-b', 'lister-a']);
    expect(await names({ q: 'alph' })).toEqual(['lister-a']);
    expect((await agents.list(otherScope(), {})).items).toEqual([]);
  });
});
