import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isWeatherglassError } from '../errors.ts';
import { handMadeCases } from '../models/hand-made-cases.ts';
import type { Cases } from '../models/model.ts';
import {
  nothingSkipped,
  planGroup,
  type TargetPeriod,
  trainingRows,
  trainingRowsOf,
  type Window,
} from './backtest-plan.ts';

const DAY = 86_400_000;
const always: TargetPeriod = { from: -Infinity, until: Infinity };

/** Times are in days. Left out: 36 hours ahead, available at issue, known half a day after, an outcome of 0. */
interface Row {
  readonly valid: number;
  readonly available?: number;
  readonly known?: number;
  readonly outcome?: number;
  readonly place?: number;
  /** In hours. */
  readonly lead?: number;
}

/** A block whose rows must be given by rising valid time, as case-groups.ts makes them. */
function blockOf(rows: readonly Row[]): Cases {
  const days = (of: (row: Row) => number) => Float64Array.from(rows, (row) => DAY * of(row));
  const issued = ({ valid, lead = 36 }: Row) => valid - lead / 24;
  return handMadeCases({
    size: rows.length,
    lead: 36,
    leads: Float64Array.from(rows, ({ lead = 36 }) => lead),
    places: ['hill', 'plain', 'coast'],
    place: Int32Array.from(rows, ({ place = 0 }) => place),
    initTime: days(issued),
    validTime: days(({ valid }) => valid),
    availableTime: days((row) => row.available ?? issued(row)),
    knownTime: days(({ valid, known = valid + 0.5 }) => known),
    outcome: Float64Array.from(rows, ({ outcome = 0 }) => outcome),
  });
}

/** For each row the valid days it would be trained on and the time of its fit; null where it is no target. */
function scheduleOf(
  rows: readonly Row[],
  window: Window = {},
  period: TargetPeriod = always,
  pool: 'all' | 'place' = 'all',
) {
  const cases = blockOf(rows);
  const skipped = nothingSkipped();
  const plan = planGroup(cases, window, period, pool, skipped);
  const schedule = rows.map((_, row) => {
    const fit = plan.fitOf[row];
    if (fit < 0) return null;
    const unit = plan.units.find((own) => own.includes(row))!;
    const training = trainingRowsOf(plan, unit, cases, fit);
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

describe('a window of so many dates in a block of several leads', () => {
  // Of a day ahead there are dates 0 to 3, of two days ahead dates 0 and 3 alone; all known by day 4.
  const rows = [
    { valid: 0.5, lead: 24 },
    { valid: 0.5, lead: 48 },
    { valid: 1.5, lead: 24 },
    { valid: 2.5, lead: 24 },
    { valid: 3.4, lead: 48 },
    { valid: 3.5, lead: 24 },
    { valid: 5.5, lead: 24, available: 4 },
    { valid: 5.5, lead: 48, available: 4 },
    { valid: 5.5, lead: 72, available: 4 },
  ];
  const lastOf = (window: Window, pool: 'all' | 'place' = 'all') => {
    const { schedule, skipped } = scheduleOf(rows, window, { from: 5 * DAY, until: Infinity }, pool);
    return { trainedOn: schedule.slice(6).map((one) => one?.trainedOn), skipped };
  };

  test('is counted lead by lead, and all leads train together', () => {
    // Of two days ahead the latest two dates reach back to date 0, of a day ahead to date 2.
    const training = [0.5, 2.5, 3.4, 3.5];
    expect(lastOf({ dates: 2 }).trainedOn).toEqual([training, training, undefined]);
    expect(lastOf({ dates: 1 }).trainedOn).toEqual([[3.4, 3.5], [3.4, 3.5], undefined]);
  });

  test('of a lead with fewer dates is not full: its rows are no targets, but those there are train others', () => {
    const { trainedOn, skipped } = lastOf({ dates: 3 });
    expect(trainedOn).toEqual([[0.5, 1.5, 2.5, 3.4, 3.5], undefined, undefined]);
    expect(skipped).toEqual({ ...nothingSkipped(), outsideTargets: 6, windowNotFull: 2 });
  });

  test('that expands is all of every lead, be it none', () => {
    const training = [0.5, 0.5, 1.5, 2.5, 3.4, 3.5];
    expect(lastOf({}).trainedOn).toEqual([training, training, training]);
  });

  test('has a start for each fit and lead, the shortest lead first', () => {
    // The first row is now of two days ahead.
    const turned = rows.toReversed().sort((a, b) => a.valid - b.valid);
    const { plan } = scheduleOf(turned, { dates: 2 }, { from: 5 * DAY, until: Infinity });
    expect([plan.leads, plan.asOf.length]).toEqual([3, 1]);
    expect(Array.from(plan.trainFrom, (start) => start / DAY)).toEqual([2, 0, NaN]);
    expect(Array.from(plan.leadOf)).toEqual(turned.map(({ lead }) => [24, 48, 72].indexOf(lead)));
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
  const cases = blockOf([
    { valid: 0, known: 2 },
    { valid: 1, outcome: NaN },
    { valid: 2, known: 9 },
    { valid: 3, available: 5.5, known: 4 },
    { valid: 4, available: 5, known: 5 },
    { valid: 5, known: 5 },
    { valid: 6, known: 5 },
  ]);
  const everything = Int32Array.from(cases.place.keys());
  const train = (asOf: number) => Array.from(trainingRows(everything, cases, asOf * DAY));

  test('have an outcome known by then, and a forecast that came before', () => {
    expect(train(5)).toEqual([0, 5]);
    expect(train(5.5)).toEqual([0, 4, 5]);
    expect(train(6)).toEqual([0, 3, 4, 5, 6]);
    expect(train(9)).toEqual([0, 2, 3, 4, 5, 6]);
    expect(train(1.99)).toEqual([]);
    expect(train(Infinity)).toEqual([0, 2, 3, 4, 5, 6]);
  });

  test('start with the window', () => {
    const plan = planGroup(cases, {}, always, 'all', nothingSkipped());
    const from = (day: number) => {
      const planned = { ...plan, asOf: Float64Array.of(9 * DAY), trainFrom: Float64Array.of(day * DAY) };
      return Array.from(trainingRowsOf(planned, everything, cases, 0));
    };
    expect(from(3)).toEqual([3, 4, 5, 6]);
    expect(from(-Infinity)).toEqual(train(9));
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
    lead: fc.constantFrom(24, 24, 48),
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
        const cases = blockOf(rows);
        const skipped = nothingSkipped();
        const plan = planGroup(cases, chosen, always, pool, skipped);
        const counted = Object.values(skipped).reduce((sum, count) => sum + count, 0);
        expect(plan.targets + counted).toBe(rows.length);
        expect(plan.units.reduce((sum, unit) => sum + unit.length, 0)).toBe(rows.length);
        rows.forEach((target, index) => {
          const fit = plan.fitOf[index];
          if (fit < 0) return;
          expect(plan.asOf[fit]).toBeLessThanOrEqual(target.available * DAY);
          const unit = plan.units.find((own) => own.includes(index))!;
          const training = trainingRowsOf(plan, unit, cases, fit);
          expect(training).not.toContain(index);
          const dates = new Map([24, 48].map((lead) => [lead, new Set<number>()]));
          for (const trained of training) {
            const { known, available, outcome, valid, place, lead } = rows[trained];
            expect(outcome).not.toBeNaN();
            expect(known).toBeLessThanOrEqual(target.available);
            expect(available).toBeLessThanOrEqual(target.available);
            if (pool === 'place') expect(place).toBe(target.place);
            dates.get(lead)!.add(Math.floor(valid));
          }
          if (!('dates' in chosen)) return;
          for (const { size } of dates.values()) expect(size).toBeLessThanOrEqual(chosen.dates as number);
        });
      },
    ),
    { numRuns: 300 },
  );
});
