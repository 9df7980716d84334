import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isWeatherglassError } from '../errors.ts';
import type { Cases } from '../models/model.ts';
import { findVariable } from '../weather/variable.ts';
import { nothingSkipped, planGroup, type TargetPeriod, trainingRows, type Window } from './backtest-plan.ts';

const DAY = 86_400_000;
const always: TargetPeriod = { from: -Infinity, until: Infinity };

/** Times are in days. Left out: available a day and a half before, known half a day after, an outcome of 0. */
interface Row {
  readonly valid: number;
  readonly available?: number;
  readonly known?: number;
  readonly outcome?: number;
  readonly place?: number;
}

/** A block whose rows must be given by rising valid time, as case-groups.ts makes them. */
function blockOf(rows: readonly Row[]): { cases: Cases; knownTime: Float64Array } {
  const size = rows.length;
  const days = (of: (row: Row) => number) => Float64Array.from(rows, (row) => DAY * of(row));
  return {
    cases: {
      size,
      variable: findVariable('temperature_2m'),
      lead: 36,
      places: ['hill', 'plain', 'coast'],
      place: Int32Array.from(rows, ({ place = 0 }) => place),
      initTime: days(({ valid }) => valid - 1.5),
      validTime: days(({ valid }) => valid),
      availableTime: days(({ valid, available = valid - 1.5 }) => available),
      columns: [],
      members: 0,
      models: 0,
      predictors: 0,
      forecasts: new Float64Array(),
      recent: new Float64Array(),
      outcome: Float64Array.from(rows, ({ outcome = 0 }) => outcome),
    },
    knownTime: days(({ valid, known = valid + 0.5 }) => known),
  };
}

/** For each row the valid days it would be trained on and the time of its fit; null where it is no target. */
function scheduleOf(
  rows: readonly Row[],
  window: Window = {},
  period: TargetPeriod = always,
  pool: 'all' | 'place' = 'all',
) {
  const { cases, knownTime } = blockOf(rows);
  const skipped = nothingSkipped();
  const plan = planGroup(cases, knownTime, window, period, pool, skipped);
  const schedule = rows.map((_, row) => {
    const fit = plan.fitOf[row];
    if (fit < 0) return null;
    const unit = plan.units.find((own) => own.includes(row))!;
    const training = trainingRows(unit, cases, knownTime, plan.asOf[fit], plan.trainFrom[fit]);
    return { asOf: plan.asOf[fit] / DAY, trainedOn: Array.from(training, (r) => rows[r].valid) };
  });
  expect(plan.targets).toBe(schedule.filter((one) => one !== null).length);
  return { schedule, skipped, plan };
}

describe('a window of so many dates', () => {
  /** Dates 0, 1, 2, 5, 6 and 9 with an outcome, valid at noon and known that midnight; a target of day 8. */
  const gaps = [0, 1, 2, 5, 6, 9].map((day) => ({ valid: day + 0.5 }));
  const target = { valid: 9.75, available: 8 };

  test.each([
    [1, [6.5]],
    [3, [2.5, 5.5, 6.5]],
    [5, [0.5, 1.5, 2.5, 5.5, 6.5]],
  ])('%d: the latest with an outcome, however far back they lie', (dates, trainedOn) => {
    const { schedule } = scheduleOf([...gaps, target], { dates });
    expect(schedule.at(-1)).toEqual({ asOf: 8, trainedOn });
  });

  test('6, when five are known, is not full', () => {
    const { schedule, skipped } = scheduleOf([...gaps, target], { dates: 6 });
    expect(schedule).toEqual([null, null, null, null, null, null, null]);
    expect(skipped).toEqual({ ...nothingSkipped(), windowNotFull: 7 });
  });

  test('a date whose outcome became known later makes room for an earlier one', () => {
    const late = gaps.map((row) => (row.valid === 5.5 ? { ...row, known: 8.001 } : row));
    expect(scheduleOf([...late, target], { dates: 3 }).schedule.at(-1)?.trainedOn).toEqual([1.5, 2.5, 6.5]);
    const just = gaps.map((row) => (row.valid === 5.5 ? { ...row, known: 8 } : row));
    expect(scheduleOf([...just, target], { dates: 3 }).schedule.at(-1)?.trainedOn).toEqual([2.5, 5.5, 6.5]);
  });

  test('a date without an outcome is none', () => {
    const unknown = gaps.map((row) => (row.valid === 5.5 ? { ...row, outcome: NaN } : row));
    const { schedule, skipped } = scheduleOf([...unknown, target], { dates: 3 });
    expect(schedule.at(-1)?.trainedOn).toEqual([1.5, 2.5, 6.5]);
    expect(skipped.noOutcome).toBe(1);
  });

  test('rows of one date count once, and all of them train', () => {
    const rows = [
      { valid: 0.2 },
      { valid: 1.0, place: 0 },
      { valid: 1.9, place: 1 },
      { valid: 1.9, place: 2, known: 99 },
      { valid: 2.5, place: 1 },
      { valid: 4, available: 3.5 },
    ];
    expect(scheduleOf(rows, { dates: 2 }).schedule.at(-1)?.trainedOn).toEqual([1.0, 1.9, 2.5]);
  });

  test('dates are those of all places together, also where each place is fitted alone', () => {
    const rows = [
      { valid: 0.5, place: 1 },
      { valid: 1.5, place: 0 },
      { valid: 2.5, place: 0 },
      { valid: 4, available: 3.5, place: 1 },
      { valid: 4, available: 3.5, place: 2 },
    ];
    const { schedule } = scheduleOf(rows, { dates: 2 }, always, 'place');
    expect(schedule.slice(3)).toEqual([
      { asOf: 3.5, trainedOn: [] },
      { asOf: 3.5, trainedOn: [] },
    ]);
    expect(scheduleOf(rows, { dates: 3 }, always, 'place').schedule.slice(3)).toEqual([
      { asOf: 3.5, trainedOn: [0.5] },
      { asOf: 3.5, trainedOn: [] },
    ]);
  });

  test.each([0, -1, 2.5, NaN])('of %d dates is refused', (dates) => {
    let caught: unknown;
    try {
      scheduleOf([...gaps, target], { dates });
    } catch (error) {
      caught = error;
    }
    expect(isWeatherglassError(caught, 'Usage')).toBe(true);
    expect(String(caught)).toContain(String(dates));
  });
});

describe('an expanding window', () => {
  test('is all that is known, and every row with an outcome is a target', () => {
    const rows = [0, 1, 2, 3].map((valid) => ({ valid }));
    const { schedule, skipped, plan } = scheduleOf(rows);
    // Available a day and a half before, when outcomes of half a day before that are known.
    expect(schedule.map((one) => one?.trainedOn)).toEqual([[], [], [0], [0, 1]]);
    expect(skipped).toEqual(nothingSkipped());
    expect(Array.from(plan.asOf)).toEqual([-1.5, -0.5, 0.5, 1.5].map((day) => day * DAY));
  });

  test('makes one fit for each time of availability, in their order', () => {
    const rows = [
      { valid: 5, available: 4.25 },
      { valid: 5, available: 4, place: 1 },
      { valid: 6, available: 4.25, place: 1 },
      { valid: 6, available: 3, place: 2 },
    ];
    const { plan } = scheduleOf(rows);
    expect(Array.from(plan.asOf, (time) => time / DAY)).toEqual([3, 4, 4.25]);
    expect(Array.from(plan.fitOf)).toEqual([2, 1, 2, 0]);
  });
});

describe('a single fit', () => {
  const rows = [
    { valid: 0, known: 1 },
    { valid: 1, known: 3 },
    { valid: 2, known: 3.001 },
    { valid: 3, available: 3 },
    { valid: 4, available: 3.001 },
    { valid: 5, available: 4 },
  ];

  test('is trained on what was known by its time, and serves what was available later', () => {
    const { schedule, skipped } = scheduleOf(rows, { trainUntil: 3 * DAY });
    const served = { asOf: 3, trainedOn: [0, 1] };
    expect(schedule).toEqual([null, null, null, null, served, served]);
    expect(skipped).toEqual({ ...nothingSkipped(), outsideTargets: 4 });
  });

  test('may have a window of dates, too', () => {
    expect(scheduleOf(rows, { trainUntil: 3 * DAY, dates: 1 }).schedule.at(-1)?.trainedOn).toEqual([1]);
    expect(scheduleOf(rows, { trainUntil: 3 * DAY, dates: 3 }).skipped.windowNotFull).toBe(2);
  });

  test('is not made where nothing comes after it', () => {
    const { plan } = scheduleOf(rows, { trainUntil: 9 * DAY });
    expect(plan.targets).toBe(0);
    expect(plan.asOf).toHaveLength(0);
  });
});

describe('refitting every so many days', () => {
  const rows = [0, 1, 2, 3, 4, 5, 6, 7].map((valid) => ({ valid, available: valid - 0.5 }));

  test('uses what was known at the start of the stretch', () => {
    const { schedule } = scheduleOf(rows, { refitDays: 3 });
    expect(schedule.map((one) => one?.asOf)).toEqual([-3, 0, 0, 0, 3, 3, 3, 6]);
    expect(schedule.map((one) => one?.trainedOn.length)).toEqual([0, 0, 0, 0, 3, 3, 3, 6]);
  });

  test.each([0, -1, NaN])('of %d days is refused', (refitDays) => {
    let caught: unknown;
    try {
      scheduleOf(rows, { refitDays });
    } catch (error) {
      caught = error;
    }
    expect(isWeatherglassError(caught, 'Usage')).toBe(true);
  });
});

describe('a period of targets', () => {
  test('includes its start and not its end; what is outside still trains', () => {
    const rows = [0, 1, 2, 3, 4, 5].map((valid) => ({ valid }));
    const { schedule, skipped } = scheduleOf(rows, {}, { from: 3 * DAY, until: 5 * DAY });
    expect(schedule.map((one) => one?.trainedOn)).toEqual([
      undefined,
      undefined,
      undefined,
      [0, 1],
      [0, 1, 2],
      undefined,
    ]);
    expect(skipped).toEqual({ ...nothingSkipped(), outsideTargets: 4 });
  });

  test('does not shift the window', () => {
    const rows = [0, 1, 2, 3, 4, 5].map((valid) => ({ valid }));
    const { schedule } = scheduleOf(rows, { dates: 2 }, { from: 5 * DAY, until: Infinity });
    expect(schedule.at(-1)?.trainedOn).toEqual([2, 3]);
  });
});

describe('rows that train', () => {
  const { cases, knownTime } = blockOf([
    { valid: 0, known: 2 },
    { valid: 1, outcome: NaN },
    { valid: 2, known: 9 },
    { valid: 3, available: 5.5, known: 4 },
    { valid: 4, available: 5, known: 5 },
    { valid: 5, known: 5 },
    { valid: 6, known: 5 },
  ]);
  const everything = Int32Array.from(knownTime.keys());
  const train = (asOf: number, from = -Infinity) =>
    Array.from(trainingRows(everything, cases, knownTime, asOf * DAY, from * DAY));

  test('have an outcome known by then, and a forecast that came before', () => {
    expect(train(5)).toEqual([0, 5]);
    expect(train(5.5)).toEqual([0, 4, 5]);
    expect(train(6)).toEqual([0, 3, 4, 5, 6]);
    expect(train(9)).toEqual([0, 2, 3, 4, 5, 6]);
    expect(train(1.99)).toEqual([]);
    expect(train(Infinity)).toEqual([0, 2, 3, 4, 5, 6]);
  });

  test('start with the window', () => {
    expect(train(9, 3)).toEqual([3, 4, 5, 6]);
  });
});

it('never trains on what was not known, nor on itself, whatever the times', () => {
  const time = fc.integer({ min: 0, max: 40 }).map((n) => n / 2);
  const row = fc.record({
    valid: time,
    available: time,
    known: time,
    outcome: fc.constantFrom(0, 0, 0, NaN),
    place: fc.nat(2),
  });
  const window = fc.oneof(
    fc.constant({}),
    fc.record({ dates: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ trainUntil: time.map((day) => day * DAY) }),
    fc.record({ refitDays: fc.constantFrom(1, 3) }),
  );
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 25 }),
      window,
      fc.constantFrom('all' as const, 'place' as const),
      (drawn, chosen, pool) => {
        // An outcome is known when its time is over, and rows come sorted.
        const rows = drawn
          .map((one) => ({ ...one, known: Math.max(one.known, one.valid) }))
          .sort((a, b) => a.valid - b.valid);
        const { cases, knownTime } = blockOf(rows);
        const skipped = nothingSkipped();
        const plan = planGroup(cases, knownTime, chosen, always, pool, skipped);
        const counted = Object.values(skipped).reduce((sum, count) => sum + count, 0);
        expect(plan.targets + counted).toBe(rows.length);
        expect(plan.units.reduce((sum, unit) => sum + unit.length, 0)).toBe(rows.length);
        rows.forEach((target, index) => {
          const fit = plan.fitOf[index];
          if (fit < 0) return;
          expect(plan.asOf[fit]).toBeLessThanOrEqual(target.available * DAY);
          const unit = plan.units.find((own) => own.includes(index))!;
          const training = trainingRows(unit, cases, knownTime, plan.asOf[fit], plan.trainFrom[fit]);
          expect(training).not.toContain(index);
          const dates = new Set<number>();
          for (const trained of training) {
            const { known, available, outcome, valid, place } = rows[trained];
            expect(outcome).not.toBeNaN();
            expect(known).toBeLessThanOrEqual(target.available);
            expect(available).toBeLessThanOrEqual(target.available);
            if (pool === 'place') expect(place).toBe(target.place);
            dates.add(Math.floor(valid));
          }
          if ('dates' in chosen) expect(dates.size).toBeLessThanOrEqual(chosen.dates as number);
        });
      },
    ),
    { numRuns: 300 },
  );
});
