/** An article to make a page of. */
export interface Article {
  readonly title: string;
  readonly text: string;
  readonly summary: string;
  readonly keywords: readonly string[];
}

/** The article as an HTML page; everything that comes from outside is escaped. */
export function makePage({ title, text, summary, keywords }: Article): string {
  const paragraphs = text
    .split(/\n\s*\n/)
    .map((paragraph) => `    <p>${escapeHtml(paragraph.trim().replace(/\s+/g, ' '))}</p>`)
    .join('\n');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>${escapeHtml(title)}</title>
    <meta name="description" content="${escapeHtml(summary)}">
    <meta name="keywords" content="${escapeHtml(keywords.join(', '))}">
  </head>
  <body>
    <h1>${escapeHtml(title)}</h1>
    <blockquote>${escapeHtml(summary)}</blockquote>
${paragraphs}
  </body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
