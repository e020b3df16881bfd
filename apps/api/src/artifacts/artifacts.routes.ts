import { routes, type Artifact } from '@baton/contracts';
import type { FileRecord, Store } from '@baton/store';
import { json, type Answer } from '../http/call.ts';
import { endpoint, endpointOn, type Endpoint } from '../http/endpoint.ts';

/** What files need. */
export interface ArtifactPorts {
  readonly store: Pick<Store, 'artifacts'>;
}

/** The routes of files; payloads of histories lie beside them and are none. */
export function artifactEndpoints({ store }: ArtifactPorts): readonly Endpoint[] {
  return [
    endpoint(routes.createArtifact, async ({ caller, query, body, mediaType }) => {
      const file = { name: query.name, mediaType, body };
      const { record, isNew } = await store.artifacts.putFile(caller.scope, file);
      const shown = toArtifact(record);
      return isNew ? json(201, shown, { Location: `/v1/artifacts/${shown.id}` }) : json(200, shown);
    }),
    endpointOn(routes.getArtifact, {
      find: ({ caller, params }) => store.artifacts.getFile(caller.scope, params.id),
      handle: async (_call, { body, ...record }): Promise<Answer> => ({
        kind: 'bytes',
        body,
        mediaType: record.mediaType,
        headers: {
          ETag: `"${record.sha256}"`,
          'Content-Disposition': attachment(record.name),
          // Whatever a file holds, a browser that shows it all the same runs nothing of it.
          'Content-Security-Policy': "default-src 'none'; sandbox",
        },
      }),
    }),
  ];
}

function toArtifact({ sha256: id, name, mediaType, size, createdAt }: Omit<FileRecord, 'body'>): Artifact {
  return { id, name, mediaType, size, createdAt };
}

/** By RFC 6266: a name for old readers, and the whole of it for others. */
function attachment(name: string): string {
  const plain = name.replaceAll(/[^\w .-]/g, '_');
  const whole = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
