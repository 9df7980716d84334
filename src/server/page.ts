import { createHash } from 'node:crypto';
import { type Html, html, htmlText } from './html.ts';

// One style for all pages. Its hash is in the policy below, so that nothing else can style, let alone run.
const style = html`
:root { color-scheme: light dark; --line: #8886; --quiet: #595959; --accent: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --quiet: #ababab; --accent: #a8c7fa; } }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem; }
a { color: var(--accent); }
h1 { line-height: 1.2; }
h2 { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 0.5rem 0 1rem; }
caption { text-align: left; font-weight: bold; padding-bottom: 0.3rem; }
th, td { padding: 0.2rem 1rem 0.2rem 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
thead th { vertical-align: bottom; }
th:first-child, td.text, th.text { text-align: left; }
tbody th { font-weight: normal; }
.quiet { color: var(--quiet); }
.demo { border: 2px solid; padding: 0.5rem 1rem; font-weight: bold; }
summary { cursor: pointer; }
`;

const styleHash = createHash('sha256').update(htmlText(style)).digest('base64');

/** Forbids everything but the style of {@link page} and its icon. */
export const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M8 1c3 4 5 6 5 9a5 5 0 0 1-10 0c0-3 2-5 5-9z' fill='%230b57d0'/%3E%3C/svg%3E";

export const pageType = 'text/html; charset=utf-8';

/** A whole page, as text to be sent. */
export function page(title: string, demo: boolean, content: Html): string {
  const banner = demo
    ? html`<p class="demo">DEMO: a sample of past weather, served as of its last day. Nothing here is a forecast.</p>`
    : undefined;
  return htmlText(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="${icon}">
<style>${style}</style>
</head>
<body>
${banner}
<main>
${content}
</main>
</body>
</html>
`);
}

/** A table that scrolls by itself where the screen is narrow. */
export function table(caption: string, head: Html, rows: readonly Html[]): Html {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
<table>
<caption>${caption}</caption>
<thead>${head}</thead>
<tbody>
${rows}</tbody>
</table>
</div>
`;
}
