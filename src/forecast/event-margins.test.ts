import { expect, it } from 'vitest';
import { findVariable } from '../weather/variable.ts';
import { parseEvent } from './event.ts';
import { marginProbability, needsEveryHour } from './event-margins.ts';
import { quantileDistributions } from './quantile-distributions.ts';

it('a single value is told from its distribution, atoms on the right side', () => {
  // Dry with probability 0.5, then uniform up to 2 mm.
  const margins = quantileDistributions(Float64Array.of(0.25, 0.5, 0.75), Float64Array.of(0, 0, 1), 0);
  const of = (comparison: '<' | '<=' | '>' | '>=', threshold: number) =>
    marginProbability(margins, 0, { comparison, threshold });
  expect([of('<', 0), of('<=', 0), of('>', 0), of('>=', 0)]).toEqual([0, 0.5, 0.5, 1]);
  expect([of('<', 1), of('>', 1)]).toEqual([0.75, 0.25]);
});

it('hours between are asked for by what is of hours in a row', () => {
  const variables = ['precipitation', 'temperature_2m_min'].map((name) => findVariable(name));
  const needs = (text: string) => needsEveryHour(parseEvent(text, variables));
  expect(needs('precipitation_sum_6h>5')).toBe(true);
  expect(needs('precipitation<0.1 for 6h')).toBe(true);
  expect(needs('precipitation>1')).toBe(false);
  expect(needs('temperature_2m_min<0 for 48h')).toBe(false);
});
