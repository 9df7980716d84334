import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { instant, numberOrMissing, readReply } from './read-reply.ts';

const schema = z.object({
  list: z.array(z.object({ value: numberOrMissing, time: instant.nullish() })),
  name: z.string().nullish(),
});

describe('readReply', () => {
  it('takes null, an empty text and nothing at all for a missing number', () => {
    const read = readReply(
      schema,
      { list: [{ value: 0 }, { value: null }, { value: '' }, {}], more: 1 },
      'x',
    );
    expect(read.list.map(({ value }) => value)).toEqual([0, NaN, NaN, NaN]);
  });

  it.each([
    [{ list: [{ value: 1 }, { value: 'x' }] }, 'met-norway, Garden: list[1].value must be a number, not "x"'],
    [{}, 'met-norway, Garden: list is missing; it must be a list'],
    [{ list: [], name: 7 }, 'met-norway, Garden: name must be a text, not 7'],
    [{ list: {} }, 'met-norway, Garden: list must be a list, not {}'],
    [
      '<html>Bad request</html>',
      'met-norway, Garden: the reply must be an object, not "<html>Bad request</html>"',
    ],
    [undefined, 'met-norway, Garden: the reply is missing; it must be an object'],
    [
      { list: [{ time: '2022-02-04T01:00' }] },
      'met-norway, Garden: list[0].time must be a time with its zone, such as 2004-01-31T00:00Z, not "2022-02-04T01:00"',
    ],
    [{ list: 'a'.repeat(200) }, `met-norway, Garden: list must be a list, not "${'a'.repeat(78)}…`],
  ])('says what is wrong with %j', (body, message) => {
    expect(() => readReply(schema, body, 'met-norway, Garden')).toThrow(
      expect.objectContaining({ name: 'InvalidData', message }),
    );
  });
});
