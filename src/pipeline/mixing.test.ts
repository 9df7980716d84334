import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { expertWeights } from '../forecast/aggregate.ts';
import { recalibration } from '../forecast/recalibration.ts';
import { openStore } from '../store/sqlite-store.ts';
import type { ScoreRow } from '../store/store.ts';
import { findVariable } from '../weather/variable.ts';
import { evidenceOf, expertsIn, type Mixing, readMixing, weightsFor } from './mixing.ts';
import { addPit, addScores, emptySums } from './score-rows.ts';

const DAY = 86_400_000;

interface Given {
  readonly day: number;
  /** By contender; the aggregate's and pool's first. */
  readonly losses: Readonly<Record<string, number>>;
  readonly variable?: string;
  readonly band?: number;
  readonly place?: string;
  readonly targets?: number;
  readonly pit?: number;
}

/** A row of scores in which the losses are those of so many targets together. */
function row({ day, losses, variable = 'temperature_2m', band = 24, place = '', ...rest }: Given): ScoreRow {
  const { targets = 1, pit = 0.5 } = rest;
  const contenders = Object.keys(losses);
  const sums = emptySums(contenders.length);
  const scores = {
    crps: 1,
    crps_fair: 1,
    absolute_error: 1,
    squared_error: 1,
    error: 1,
    coverage90: 1,
    width90: 1,
    pinball: 1,
  };
  for (let target = 0; target < targets; target++) {
    contenders.forEach((name, c) => addScores(sums, c, scores, losses[name] / targets));
    addPit(sums, contenders.length, pit, pit);
  }
  return { variable, band, day, place, contenders, sums };
}

const both = (a: number, b: number) => ({ aggregate: 1, pool: 1.5, a, b });

describe('evidence', () => {
  test('is what each day lost, by rising day', () => {
    const { days, served, pool } = evidenceOf(
      [row({ day: 8, losses: both(3, 4), targets: 2 }), row({ day: 7, losses: both(1, 2), pit: 0.99 })],
      ['b', 'a'],
    );
    expect(days).toMatchObject([
      { day: 7, targets: 1, losses: Float64Array.of(2, 1) },
      { day: 8, targets: 2, losses: Float64Array.of(4, 3) },
    ]);
    expect(served).toEqual([1, 1]);
    expect(pool).toEqual([1.5, 1.5]);
    expect(days.map(({ counts }) => [counts[10], counts[19]])).toEqual([
      [0, 1],
      [2, 0],
    ]);
  });

  test('of an expert that was not there on a day is the loss of the pool', () => {
    const { days } = evidenceOf(
      [row({ day: 7, losses: { aggregate: 1, pool: 1.5, a: 3 } }), row({ day: 8, losses: both(3, 4) })],
      ['a', 'b'],
    );
    expect(days.map(({ losses }) => [...losses])).toEqual([
      [3, 1.5],
      [3, 4],
    ]);
  });

  test('is about the experts of the newest day', () => {
    const rows = [
      row({ day: 9, losses: { aggregate: 1, pool: 1, new: 1, a: 1 } }),
      row({ day: 8, losses: both(1, 1) }),
    ];
    expect(expertsIn(rows)).toEqual(['new', 'a']);
    expect(expertsIn(rows.toReversed())).toEqual(['new', 'a']);
  });
});

describe('weights for a list of experts', () => {
  const mixing: Mixing = {
    variable: 'temperature_2m',
    experts: ['a', 'b', 'c'],
    bands: [{ band: 24, weights: Float64Array.of(0.6, 0.3, 0.1), recalibration: recalibration([], 1) }],
  };

  test('are those that are known, in the order asked for', () => {
    const { weights, recalibration: map } = weightsFor(mixing, 24, ['c', 'a', 'b']);
    expect([...weights]).toEqual([0.1, 0.6, 0.3].map((weight) => expect.closeTo(weight, 12) as number));
    expect(map).toBe(mixing.bands[0].recalibration);
  });

  test('give a new expert an equal share, and nothing to one that is gone', () => {
    // The others have 0.9 of what they had; the new one a third of 1.
    const { weights } = weightsFor(mixing, 24, ['a', 'b', 'new']);
    const total = 0.6 + 0.3 + 1 / 3;
    expect([...weights]).toEqual(
      [0.6, 0.3, 1 / 3].map((weight) => expect.closeTo(weight / total, 12) as number),
    );
  });

  test('are equal where nothing is known of the band or variable', () => {
    for (const known of [weightsFor(mixing, 48, ['a', 'b']), weightsFor(undefined, 24, ['a', 'b'])]) {
      expect([...known.weights]).toEqual([0.5, 0.5]);
      expect(known.recalibration).toEqual(recalibration([], 0));
    }
  });
});

describe('the mixing that a store has evidence for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weatherglass-mixing-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  let files = 0;
  let file = '';
  beforeEach(() => {
    file = join(folder, `${files++}.db`);
  });
  const variables = ['temperature_2m', 'wind_speed_10m'].map((name) => findVariable(name));
  const here = { name: 'here', latitude: 1, longitude: 2, elevation: 3, zone: 'UTC' };

  async function mixingOf(rows: readonly ScoreRow[], asOf: number): Promise<Mixing[]> {
    await using store = await openStore(file);
    await store.write({ variables, places: [here], scores: rows });
    return await readMixing(store, asOf);
  }

  test('is learned by variable and band, of all places together', async () => {
    const mixing = await mixingOf(
      [
        row({ day: 10, losses: both(1, 3), pit: 0.5 }),
        row({ day: 11, losses: both(2, 2), targets: 4 }),
        row({ day: 11, losses: both(0, 5), band: 48 }),
        row({ day: 11, losses: { aggregate: 0, pool: 0, c: 1 }, variable: 'wind_speed_10m' }),
        row({ day: 11, losses: both(500, 0), place: 'here' }),
      ],
      12.5 * DAY,
    );
    expect(mixing.map(({ variable, experts }) => [variable, experts])).toEqual([
      ['temperature_2m', ['a', 'b']],
      ['wind_speed_10m', ['c']],
    ]);
    const [day, twoDays] = mixing[0].bands;
    expect([day.band, twoDays.band]).toEqual([24, 48]);
    // A gap of 2 two days ago, seen from the day ahead; four targets without a gap say nothing.
    expect(day.weights[0]).toBeCloseTo(1 / (1 + Math.exp(-2 * 0.998 ** 3)), 12);
    expect(twoDays.weights[1]).toBeCloseTo(1 / (1 + Math.exp(5 * 0.998 ** 3)), 12);
    // 0.998² + 0.998 · 4/√4 outcomes in the bin above the middle; all was covered on two days, so laws are narrowed.
    const seen = 0.998 ** 2 + 0.998 * 2;
    const odds = ((550 + seen) / 450) ** Math.exp(0.02 * 0.1 * 2);
    expect(day.recalibration[11]).toBeCloseTo(odds / (1 + odds), 12);
    expect([...mixing[1].bands[0].weights]).toEqual([1]);
  });

  test('does not look at later days, nor at days that are forgotten', async () => {
    const rows = [
      row({ day: 39, losses: both(9, 0) }),
      row({ day: 40, losses: both(0, 1) }),
      row({ day: 771, losses: both(0, 5) }),
    ];
    const [{ bands }] = await mixingOf(rows, 770 * DAY);
    const known = [{ day: 40, targets: 1, losses: Float64Array.of(0, 1) }];
    expect(bands[0].weights).toEqual(expertWeights(known, 2, 771));
    expect(bands[0].weights[0]).toBeGreaterThan(0.5);
  });

  test('is none where nothing was scored', async () => {
    expect(await mixingOf([], 0)).toEqual([]);
  });
});
