import { expect, test } from 'vitest';
import { finish, sumsPerRecord, type TargetScores } from '../scores/accumulate.ts';
import { accounts, openLedger } from './ledger.ts';

/** Scores that all follow from one number. */
const scoresOf = (crps: number): TargetScores => ({
  crps,
  crps_fair: crps - 1,
  absolute_error: 2 * crps,
  squared_error: crps * crps,
  error: -crps,
  coverage90: 1,
  width90: 3,
  pinball: crps / 2,
});

test('a cell is a place, a lead and a day, or a lead and a day of all places', () => {
  const byPlace = openLedger(true);
  expect([
    byPlace.cell(4, 24, 10),
    byPlace.cell(5, 24, 10),
    byPlace.cell(4, 24, 11),
    byPlace.cell(5, 24, 10),
  ]).toEqual([0, 1, 2, 1]);
  const { places, days } = byPlace.close();
  expect(Array.from(places)).toEqual([4, 5, 4]);
  expect(Array.from(days)).toEqual([10, 10, 11]);

  const together = openLedger(false);
  expect([together.cell(4, 24, 10), together.cell(5, 24, 10), together.cell(4, 24, 11)]).toEqual([0, 0, 1]);
  expect(together.cell(4, 48, 10)).toBe(2);
  const { places: none, leads } = together.close();
  expect(Array.from(none)).toEqual([-1, -1, -1]);
  expect(Array.from(leads)).toEqual([24, 24, 48]);
});

test('every account has its own sums in each cell', () => {
  const ledger = openLedger(true);
  const first = ledger.cell(0, 24, 0);
  const second = ledger.cell(1, 24, 0);
  ledger.add('model', first, scoresOf(2));
  ledger.add('model', first, scoresOf(4));
  ledger.add('model', second, scoresOf(7));
  ledger.add('dressed', second, scoresOf(10));
  const { sums } = ledger.close();
  expect(finish(sums.model, first)).toMatchObject({ targets: 2, crps: 3, mae: 6, bias: -3, pinball: 1.5 });
  expect(finish(sums.model, second)).toMatchObject({ targets: 1, crps: 7, crps_fair: 6 });
  expect(finish(sums.dressed, first).targets).toBe(0);
  expect(finish(sums.dressed, second).crps).toBe(10);
  for (const account of accounts) expect(sums[account]).toHaveLength(2 * sumsPerRecord);
});

test('grows with its cells and loses nothing', () => {
  const ledger = openLedger(true);
  for (let round = 0; round < 2; round++)
    for (let place = 0; place < 25; place++)
      for (let day = 0; day < 20; day++)
        ledger.add('raw', ledger.cell(place, 24, day), scoresOf(place + day / 100));
  // An account that came in late, and only once.
  ledger.add('climatology', ledger.cell(24, 24, 19), scoresOf(1));
  const { places, days, sums } = ledger.close();
  expect(places).toHaveLength(500);
  places.forEach((place, cell) => {
    const { targets, crps } = finish(sums.raw, cell);
    expect(targets).toBe(2);
    expect(crps).toBeCloseTo(place + days[cell] / 100, 12);
  });
  expect(sums.climatology.reduce((sum, value) => sum + value, 0)).not.toBe(0);
  expect(finish(sums.climatology, 499).crps).toBe(1);
});

test('without a target is empty', () => {
  const { places, sums } = openLedger(true).close();
  expect(places).toHaveLength(0);
  expect(sums.model).toHaveLength(0);
});
