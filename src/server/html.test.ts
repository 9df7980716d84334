import { expect, it } from 'vitest';
import { html, htmlText } from './html.ts';

const hostile = `<script>alert("1" & '2')</script>`;
const escaped = '&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;';

it('escapes text, in elements and attributes', () => {
  expect(htmlText(html`<p title="${hostile}">${hostile}</p>`)).toBe(`<p title="${escaped}">${escaped}</p>`);
});

it('takes its own as they are, lists joined, undefined as nothing', () => {
  const list = ['<', '>'].map((text) => html`<li>${text}</li>`);
  expect(htmlText(html`<ul>${list}</ul>${undefined}${1.5}`)).toBe('<ul><li>&lt;</li><li>&gt;</li></ul>1.5');
  expect(htmlText(html`${['a', '<']}`)).toBe('a&lt;');
});

it('is not made by what came as JSON', () => {
  const [key] = Object.getOwnPropertySymbols(html`x`);
  const forged: unknown = JSON.parse('{"Symbol(trusted)":"<b>","trusted":"<b>"}');
  expect(key.description).toBe('trusted');
  expect(() => htmlText(html`${forged as string}`)).toThrow(TypeError);
});
