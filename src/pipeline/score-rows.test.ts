import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pitBins } from '../forecast/recalibration.ts';
import { finish, sumsPerRecord, type TargetScores } from '../scores/accumulate.ts';
import type { ScoreRow } from '../store/store.ts';
import {
  addFlagged,
  addLoss,
  addPit,
  addScores,
  emptySums,
  plusRow,
  scoreRecord,
  withContenders,
} from './score-rows.ts';

const scores = (crps: number): TargetScores => ({
  crps,
  crps_fair: crps,
  absolute_error: 2 * crps,
  squared_error: 9,
  error: -1,
  coverage90: 1,
  width90: 5,
  pinball: crps / 2,
});

const rowOf = (contenders: readonly string[], sums: Float64Array): ScoreRow => ({
  variable: 'temperature_2m',
  band: 24,
  day: 20_000,
  place: '',
  contenders,
  sums,
});

describe('a row of scores', () => {
  const contenders = ['aggregate', 'pool', 'emos'];

  test('gives back by name what was added to it', () => {
    const sums = emptySums(3);
    addScores(sums, 0, scores(1), 0.1);
    addScores(sums, 0, scores(2), 0.2);
    addScores(sums, 2, scores(5), 0.5);
    addLoss(sums, 2, 0.25);
    addPit(sums, 3, 0.5, 0.5);
    const record = scoreRecord(rowOf(contenders, sums));
    expect(record.targets).toBe(2);
    expect(finish(record.sums('aggregate')!)).toMatchObject({ crps: 1.5, mae: 3, rmse: 3, targets: 2 });
    expect(record.loss('aggregate')).toBeCloseTo(0.3, 12);
    // A loss alone is no score: one target, and no better or worse for its silence.
    expect(finish(record.sums('emos')!)).toMatchObject({ crps: 5, targets: 1 });
    expect(record.loss('emos')).toBe(0.75);
    expect(record.sums('pool')).toEqual(new Float64Array(sumsPerRecord));
    expect(record.loss('pool')).toBe(0);
    expect([...record.pit(pitBins)].indexOf(1)).toBe(10);
  });

  test('knows nothing of others', () => {
    const record = scoreRecord(rowOf(contenders, emptySums(3)));
    expect(record.sums('idr')).toBeUndefined();
    expect(record.loss('idr')).toBeUndefined();
    expect(record.targets).toBe(0);
  });
});

describe('targets that are not trusted', () => {
  test('are counted, and added up, also with rows from before they were', () => {
    const sums = emptySums(1);
    addFlagged(sums, 1);
    addFlagged(sums, 1);
    const row = rowOf(['aggregate'], sums);
    const old = rowOf(['aggregate'], emptySums(1).slice(0, -1));
    expect(scoreRecord(row).flagged).toBe(2);
    expect(scoreRecord(old).flagged).toBe(0);
    expect(scoreRecord(plusRow(rowOf(['aggregate'], sums.slice()), row)).flagged).toBe(4);
    expect(scoreRecord(plusRow(old, row)).flagged).toBe(2);
    expect(scoreRecord(plusRow(rowOf(['aggregate'], sums.slice()), old)).flagged).toBe(2);
    expect(scoreRecord(withContenders(row, ['aggregate', 'emos'])).flagged).toBe(2);
  });
});

describe('rows of different contenders', () => {
  /** One target for each loss given to a contender, the pool's PIT in the bin of that share. */
  function scored(losses: Readonly<Record<string, number>>, pit: number): ScoreRow {
    const names = Object.keys(losses);
    const sums = emptySums(names.length);
    names.forEach((name, c) => addScores(sums, c, scores(10 * losses[name]), losses[name]));
    addPit(sums, names.length, pit, pit);
    return rowOf(names, sums);
  }
  const morning = () => scored({ aggregate: 1, pool: 2, emos: 3, old: 4 }, 0.1);
  const evening = () => scored({ aggregate: 0.5, pool: 0.25, new: 7, emos: 6 }, 0.9);
  const lossesOf = (row: ScoreRow) =>
    Object.fromEntries(row.contenders.map((name) => [name, scoreRecord(row).loss(name)]));
  const countsOf = (row: ScoreRow) =>
    Object.fromEntries(row.contenders.map((name) => [name, scoreRecord(row).sums(name)![0]]));

  test('are added by name; who is in one alone neither gains nor loses by its absence', () => {
    const sum = plusRow(morning(), evening());
    expect(lossesOf(sum)).toEqual({ aggregate: 1.5, pool: 2.25, emos: 9, old: 4.25, new: 9 });
    expect(countsOf(sum)).toEqual({ aggregate: 2, pool: 2, emos: 2, old: 1, new: 1 });
    expect(finish(scoreRecord(sum).sums('emos')!)).toMatchObject({ crps: 45, targets: 2 });
    expect([...scoreRecord(sum).pit(pitBins)].map((count, bin) => count * bin).filter(Boolean)).toEqual([
      2, 18,
    ]);
    // In the other order they stand in other places, and say the same.
    const turned = plusRow(evening(), morning());
    expect(lossesOf(turned)).toEqual(lossesOf(sum));
    expect(countsOf(turned)).toEqual(countsOf(sum));
    expect(scoreRecord(turned).pit(pitBins)).toEqual(scoreRecord(sum).pit(pitBins));
  });

  test('leave the second as it is, and the place and day of the first', () => {
    const row = { ...evening(), place: 'here' };
    const before = structuredClone(row);
    expect(plusRow(morning(), row)).toMatchObject({ place: '', band: 24, day: 20_000 });
    expect(row).toEqual(before);
  });

  test('make room for one another', () => {
    const row = morning();
    expect(withContenders(row, ['emos', 'pool'])).toBe(row);
    const wider = withContenders(row, ['aggregate', 'new', 'emos']);
    expect(wider.contenders).toEqual(['aggregate', 'pool', 'emos', 'old', 'new']);
    expect(lossesOf(wider)).toEqual({ aggregate: 1, pool: 2, emos: 3, old: 4, new: 2 });
    expect(countsOf(wider).new).toBe(0);
    expect(scoreRecord(wider).pit(pitBins)).toEqual(scoreRecord(row).pit(pitBins));
    expect(row).toEqual(morning());
  });
});

describe('the PIT', () => {
  const added = (below: number, upTo: number) => {
    const sums = emptySums(1);
    addPit(sums, 1, below, upTo);
    expect(sums.subarray(0, -pitBins - 1)).toEqual(new Float64Array(sumsPerRecord + 1));
    // The count of targets that are not trusted follows.
    expect(sums.at(-1)).toBe(0);
    return [...sums.subarray(-pitBins - 1, -1)];
  };
  const only = (bins: Readonly<Record<number, number>>) =>
    Array.from({ length: pitBins }, (_, k) => expect.closeTo(bins[k] ?? 0, 12) as number);

  test.each([
    [0, 0],
    [0.049, 0],
    [0.05, 1],
    [0.999, 19],
    [1, 19],
  ])('%d counts once, in bin %d', (value, bin) => {
    expect(added(value, value)).toEqual(only({ [bin]: 1 }));
  });

  // An atom from 0.03 to 0.18: 0.02, 0.05, 0.05 and 0.03 of its 0.15 lie in the first four bins.
  test('of an atom is spread over it by hand', () => {
    expect(added(0.03, 0.18)).toEqual(only({ 0: 2 / 15, 1: 1 / 3, 2: 1 / 3, 3: 1 / 5 }));
    expect(added(0, 1)).toEqual(Array.from({ length: pitBins }, () => expect.closeTo(0.05, 12) as number));
    expect(added(0.501, 0.502)).toEqual(only({ 10: 1 }));
  });

  test('of any atom counts once', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, (a, b) => {
        const bins = added(Math.min(a, b), Math.max(a, b));
        expect(bins.reduce((sum, one) => sum + one)).toBeCloseTo(1, 6);
        expect(Math.min(...bins)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
