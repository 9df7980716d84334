import { describe, expect, test } from 'vitest';
import { binOf, missingBin } from '../trees/bins.ts';
import { handMadeRegion, type RegionRow } from './hand-made-region.ts';
import type { Control } from './model.ts';
import type { Said } from './region.ts';
import { regionalFormula } from './regional-terms.ts';
import { binFeatures, learnFeatures } from './tree-features.ts';

const control: Control = { checkpoint() {} };
const rows = Array.from(
  { length: 30 },
  (_, i): RegionRow => ({
    place: ['hill', '__proto__', 'plain'][i % 3],
    day: Math.floor(i / 3),
    lead: i % 2 === 0 ? 24 : 48,
    forecast: i,
    x: [i % 5],
    outcome: 0,
  }),
);
const locations = Float64Array.of(47, 8, 2000, 48, 9, Number.NaN, 49, 10, 100);
const training = handMadeRegion(rows, { locations });
const formula = regionalFormula(training);
const saidOf = (size: number): Said => ({
  location: Float64Array.from({ length: size }, (_, i) => i),
  sd: new Float64Array(size).fill(Math.E),
});
const { features, binned } = learnFeatures(formula.location, training, saidOf(30), 'none', control);
const at = (name: string) => features.names.indexOf(name);

describe('what trees look at', () => {
  test('is all that the region looks at, and where, how far ahead and what the region said', () => {
    expect(features.names).toEqual([
      ...formula.location.slice(1),
      'lead',
      'latitude',
      'longitude',
      'place',
      'said_log_sd',
      'said',
    ]);
    expect(features.bins.counts).toHaveLength(features.names.length);
  });

  test('has a bin for each of few values', () => {
    rows.forEach(({ lead, x }, row) => {
      expect(binOf(binned, at('lead'), row)).toBe(lead === 24 ? 1 : 2);
      expect(binOf(binned, at('x_0'), row)).toBe(1 + x![0]);
      expect(binOf(binned, at('latitude'), row)).toBe(1 + (row % 3));
      expect(binOf(binned, at('said'), row)).toBe(1 + row);
      expect(binOf(binned, at('said_log_sd'), row)).toBe(1);
    });
  });

  test('has places as categories, of any name', () => {
    expect(features.places).toEqual(['hill', '__proto__', 'plain']);
    expect(features.bins.categorical[at('place')]).toBe(1);
    rows.forEach((_, row) => expect(binOf(binned, at('place'), row)).toBe(1 + (row % 3)));
  });

  test('misses what is not known: recent errors, and heights', () => {
    rows.forEach((_, row) => {
      expect(binOf(binned, at('error_last'), row)).toBe(missingBin);
      expect(binOf(binned, at('elevation'), row) === missingBin).toBe(row % 3 === 1);
    });
  });
});

describe('rows of another block', () => {
  const others = handMadeRegion([
    { ...rows[0], place: 'toString' },
    { ...rows[5], place: 'plain' },
    { ...rows[4], place: '__proto__', x: [Number.NaN] },
  ]);
  const own = binFeatures(features, others, saidOf(3), 'none', control);

  test('are put into the bins of training, by the names of places and not their numbers', () => {
    expect([0, 1, 2].map((row) => binOf(own, at('place'), row))).toEqual([missingBin, 3, 2]);
    expect([0, 1, 2].map((row) => binOf(own, at('lead'), row))).toEqual([1, 2, 1]);
    expect([0, 1, 2].map((row) => binOf(own, at('x_0'), row))).toEqual([1, 1, missingBin]);
  });

  test('without locations miss them', () => {
    for (const row of [0, 1, 2]) expect(binOf(own, at('latitude'), row)).toBe(missingBin);
  });
});
