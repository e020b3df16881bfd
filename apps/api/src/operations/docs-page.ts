import { routeList, type Route } from '@baton/contracts';

/** The OpenAPI document as one page without scripts; nothing is fetched from elsewhere. */
export function docsPage(document: Readonly<Record<string, unknown>>): string {
  const tags = [...new Set(routeList.map((route) => route.tag))];
  const schemas = Object.entries(recordOf(recordOf(document['components'])['schemas']));
  const sections = tags.map((tag) => {
    const operations = routeList
      .filter((route) => route.tag === tag)
      .map((route) => operation(document, route));
    return `<h2>${escape(tag)}</h2>\n${operations.join('\n')}`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Baton API</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Baton API</h1>
<p>Every operation of this server. The same as data: <a href="/openapi.json">openapi.json</a>. Errors are problem documents (RFC 9457); a call needs <code>Authorization: Bearer dev:&lt;user&gt;[:role,…]</code>.</p>
${sections.join('\n')}
<h2>Schemas</h2>
${schemas.map(([name, schema]) => details(name, pretty(schema), `schema-${name}`)).join('\n')}
</main>
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
details { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .4rem; margin: .4rem 0; padding: .3rem .7rem; }
summary { cursor: pointer; }
summary code { font-weight: 600; }
.method { display: inline-block; min-width: 4.5rem; text-transform: uppercase; font-weight: 700; }
pre { overflow: auto; font-size: .85rem; }
`;

function operation(document: Readonly<Record<string, unknown>>, route: Route): string {
  const described = recordOf(recordOf(recordOf(document['paths'])[route.path])[route.method]);
  const { summary, operationId, ...rest } = described;
  const head = `<span class="method">${route.method}</span> <code>${escape(route.path)}</code> ${escape(String(summary))}`;
  return `<details id="${escape(String(operationId))}"><summary>${head}</summary><pre>${escape(pretty(rest))}</pre></details>`;
}

function details(name: string, content: string, id: string): string {
  return `<details id="${escape(id)}"><summary><code>${escape(name)}</code></summary><pre>${escape(content)}</pre></details>`;
}

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
