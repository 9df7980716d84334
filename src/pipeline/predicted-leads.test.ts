import { expect, test } from 'vitest';
import { predictedLeads } from './predicted-leads.ts';

const kept = (leads: readonly number[]) => {
  const which = predictedLeads(leads);
  return leads.filter((_, k) => which[k]);
};

test('of every hour, all of two days, then each third, then each sixth', () => {
  const hours = Array.from({ length: 168 }, (_, k) => k + 1);
  const far = [
    51, 54, 57, 60, 63, 66, 69, 72, 75, 78, 81, 84, 87, 90, 93, 96, 99, 102, 105, 108, 111, 114, 117, 120,
  ];
  expect(kept(hours)).toEqual([...hours.slice(0, 48), ...far, 126, 132, 138, 144, 150, 156, 162, 168]);
});

test.each([
  ['each day', [24, 48, 72, 96, 120, 144, 168]],
  ['each sixth hour', [54, 60, 66]],
  ['odd hours of a table', [49, 73, 97, 121]],
  ['half hours', [72.5, 75, 75.5, 78]],
  ['the end of a series that is no step', [72, 73]],
])('of %s, all', (_, leads) => {
  expect(kept(leads)).toEqual(leads);
});
