import { expect, test } from 'vitest';
import { learnedFor } from './learned-lead.ts';

const at = (lead: number, rows: number) => ({ lead, rows });

test.each([
  ['its own, which learned from enough', [at(24, 200), at(30, 9000)], 24, 24],
  ['its own, when others learned from hardly more', [at(24, 60), at(48, 239)], 24, 24],
  ['a longer one that learned from much more', [at(24, 60), at(48, 240)], 24, 48],
  ['the nearest longer one, where there is none of its own', [at(24, 500), at(48, 600)], 30, 48],
  ['of longer ones, one that learned from much more', [at(36, 10), at(48, 600)], 30, 48],
  ['never a shorter one', [at(24, 5000)], 25, undefined],
  ['none that is more than a day longer', [at(49, 5000)], 24, undefined],
  ['nothing where nothing was learned', [], 24, undefined],
])('answers for a lead: %s', (_, learned, lead, expected) => {
  expect(learnedFor(learned, lead)?.lead).toBe(expected);
});
