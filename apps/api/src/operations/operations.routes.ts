import { openApiDocument, routes } from '@baton/contracts';
import type { Metrics } from '@baton/telemetry';
import { json, text } from '../http/call.ts';
import { openEndpoint, type Endpoint } from '../http/endpoint.ts';
import { docsPage } from './docs-page.ts';
import { readiness, type ReadinessPorts } from './readiness.ts';

/** What the routes of operations need. */
export interface OperationPorts extends ReadinessPorts {
  readonly metrics: Metrics;
  /** Version of Baton, shown in the document. */
  readonly apiVersion: string;
}

const DOCS_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
};

/** Health, readiness, the document and metrics. */
export function operationEndpoints(ports: OperationPorts): readonly Endpoint[] {
  const document = openApiDocument(ports.apiVersion);
  const page = docsPage(document);
  return [
    openEndpoint(routes.getHealth, async () => json(200, { status: 'ok' })),
    openEndpoint(routes.getReadiness, async () => {
      const found = await readiness(ports);
      return found.ready ? json(200, found) : json(503, found, { 'Retry-After': '5' });
    }),
    openEndpoint(routes.getOpenApi, async () => json(200, document)),
    openEndpoint(routes.getDocs, async () => text('text/html', page, DOCS_HEADERS)),
    openEndpoint(routes.getMetrics, async () =>
      text(ports.metrics.contentType, await ports.metrics.render()),
    ),
  ];
}
