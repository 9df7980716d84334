const trusted = Symbol('trusted');

/** Text that is HTML already. Only {@link html} makes it, so nothing that came from outside can be it. */
export interface Html {
  readonly [trusted]: string;
}

export type HtmlValue = string | number | Html | undefined | readonly HtmlValue[];

/**
 * HTML from a template: what is put in is escaped, in text and in quoted attributes, unless it was made by this
 * function. Lists are joined, undefined is nothing.
 *
 * @example html`<p title="${title}">${lines.map((line) => html`${line}<br>`)}</p>`
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return { [trusted]: strings.reduce((text, part, k) => text + rendered(values[k - 1]) + part) };
}

/** The HTML as text, to be sent. */
export function htmlText(value: Html): string {
  return value[trusted];
}

function rendered(value: HtmlValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (character) => entities[character]);
  if (typeof value === 'number') return String(value);
  return isHtml(value) ? value[trusted] : value.map(rendered).join('');
}

function isHtml(value: Html | readonly HtmlValue[]): value is Html {
  return trusted in value;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
