import fc from 'fast-check';
import { expect, it } from 'vitest';
import { camelCased, snakeCased } from './key-case.ts';

it('names keys as JSON over HTTP has them, values stay', () => {
  const view = { p99Ms: 1, rssBytes: [{ lastSuccessAt: null, name: 'rssBytes' }], at: 'now' };
  const sent = { p99_ms: 1, rss_bytes: [{ last_success_at: null, name: 'rssBytes' }], at: 'now' };
  expect(snakeCased(view)).toEqual(sent);
  expect(camelCased(sent)).toEqual(view);
});

it('comes back as it went', () => {
  const key = fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,12}$/);
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(null, true, false),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(value, (any) => {
      expect(camelCased(snakeCased(any))).toEqual(any);
    }),
  );
});
