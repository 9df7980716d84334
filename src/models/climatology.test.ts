import { describe, expect, test } from 'vitest';
import { isWeatherglassError } from '../errors.ts';
import { findVariable } from '../weather/variable.ts';
import { climatology } from './climatology.ts';
import { handMadeCases } from './hand-made-cases.ts';
import type { Control, Selection } from './model.ts';
import { settingsFor } from './settings.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const control: Control = { checkpoint() {} };
const temperature = findVariable('temperature_2m');
const settings = settingsFor(temperature);

interface Row {
  readonly place?: string;
  readonly time: number;
  readonly outcome?: number;
}

function blockOf(rows: readonly Row[], places: readonly string[] = ['here']): Selection {
  const size = rows.length;
  const cases = handMadeCases({
    size,
    variable: temperature,
    places,
    place: Int32Array.from(rows, ({ place }) => (place === undefined ? 0 : places.indexOf(place))),
    validTime: Float64Array.from(rows, ({ time }) => time),
    outcome: Float64Array.from(rows, ({ outcome = Number.NaN }) => outcome),
  });
  return { cases, rows: Int32Array.from({ length: size }, (_, i) => i) };
}

/** The outcomes that the answer at a time consists of, ascending. Outcomes must be distinct whole numbers. */
function sampleAt(training: readonly Row[], time: number, place = 'here', places = ['here']): number[] {
  const artefact = climatology.fit(blockOf(training, places), settings, control);
  const answer = climatology.predict(artefact, blockOf([{ place, time }], places));
  return training
    .flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]))
    .filter((outcome) => answer.cdf(0, outcome) > answer.cdfBelow(0, outcome))
    .sort((a, b) => a - b);
}

const sequence = (from: number, until: number) =>
  Array.from({ length: until - from + 1 }, (_, i) => from + i);

describe('the window around the day of the year', () => {
  // The noons of every second day of three years; the outcome is the number of days since the start of 2001. A year
  // is stretched to its mean length, so that no day is 31 days away to the minute.
  const start = Date.UTC(2001, 0, 1, 12);
  const training = Array.from({ length: 548 }, (_, i) => 2 * i).map((day) => ({
    time: start + day * DAY,
    outcome: day,
  }));
  const even = (from: number, until: number) => sequence(from, until).filter((day) => day % 2 === 0);

  test('reaches 31 days to either side in every year', () => {
    // 2 July is day 182 of a year that is none of training's: 30 days to either side, in 2002 29 or 31.
    const found = sampleAt(training, Date.UTC(2009, 6, 2, 12));
    expect(found).toEqual([...even(152, 212), ...even(365 + 152, 365 + 212), ...even(730 + 152, 730 + 212)]);
  });

  test('goes across New Year', () => {
    const found = sampleAt(training, Date.UTC(2009, 0, 1, 12));
    // From 1 January: the first 30 days of each year, and 30 of the last of each.
    expect(found).toEqual([
      ...even(0, 30),
      ...even(365 - 30, 365 + 30),
      ...even(730 - 30, 730 + 30),
      ...even(1095 - 30, 1094),
    ]);
  });

  test('reaches 1.5 hours of the day, across midnight too', () => {
    const hourly = Array.from({ length: 48 * 30 }, (_, i) => ({
      time: Date.UTC(2001, 5, 1) + (i * HOUR) / 2,
      outcome: i,
    }));
    const hoursAt = (hour: number) =>
      new Set(sampleAt(hourly, Date.UTC(2005, 5, 15, hour)).map((i) => (i % 48) / 2));
    expect([...hoursAt(0)].sort((a, b) => a - b)).toEqual([0, 0.5, 1, 1.5, 22.5, 23, 23.5]);
    expect([...hoursAt(12)].sort((a, b) => a - b)).toEqual([10.5, 11, 11.5, 12, 12.5, 13, 13.5]);
  });
});

describe('a window with fewer than 20 outcomes', () => {
  /** One noon every so many days of 2001. */
  const every = (days: number) =>
    Array.from({ length: Math.floor(365 / days) }, (_, i) => ({
      time: Date.UTC(2001, 0, 1, 12) + i * days * DAY,
      outcome: i * days,
    }));
  const july = Date.UTC(2005, 6, 1, 12);

  test('stays with 20', () => {
    // Days 151 to 211 hold 20 multiples of three: 153, 156, … 210.
    expect(sampleAt(every(3), july)).toEqual(sequence(51, 70).map((i) => 3 * i));
  });

  test('doubles its days until there are enough', () => {
    // Every fifth day: 13 within 31 days, 25 within 62 (120 to 240).
    expect(sampleAt(every(5), july)).toEqual(sequence(24, 48).map((i) => 5 * i));
    // Every eighth: 8, 16, and 31 within 124 days (58 to 305), though 93 days would have been enough.
    expect(sampleAt(every(8), july)).toEqual(sequence(8, 38).map((i) => 8 * i));
  });

  test('ends with all outcomes of the place, at whatever hour', () => {
    const few = [...every(40), { time: Date.UTC(2001, 3, 1, 3), outcome: 1001 }];
    expect(sampleAt(few, july)).toEqual([...sequence(0, 8).map((i) => 40 * i), 1001]);
  });
});

describe('places', () => {
  const at = (place: string, outcome: number, day = 0) => ({
    place,
    time: Date.UTC(2001, 6, 1, 12) + day * DAY,
    outcome,
  });
  const time = Date.UTC(2005, 6, 1, 12);

  test('each has its own outcomes; one with fewer than two is given all', () => {
    const training = [at('hill', 1), at('hill', 2, 1), at('plain', 3), at('plain', 4, 1), at('once', 9)];
    const places = ['hill', 'plain', 'once', 'new'];
    expect(sampleAt(training, time, 'hill', places)).toEqual([1, 2]);
    expect(sampleAt(training, time, 'plain', places)).toEqual([3, 4]);
    expect(sampleAt(training, time, 'once', places)).toEqual([1, 2, 3, 4, 9]);
    expect(sampleAt(training, time, 'new', places)).toEqual([1, 2, 3, 4, 9]);
  });

  test('may have names that every object knows', () => {
    const training = [at('__proto__', 1), at('__proto__', 1, 1), at('hill', 2)];
    const places = ['__proto__', 'hill', 'constructor', 'toString'];
    expect(sampleAt(training, time, '__proto__', places)).toEqual([1, 1]);
    expect(sampleAt(training, time, 'constructor', places)).toEqual([1, 1, 2]);
    expect(sampleAt(training, time, 'toString', places)).toEqual([1, 1, 2]);
  });

  test('an artefact serves a table that numbers its places otherwise', () => {
    const artefact = climatology.fit(
      blockOf([at('hill', 1), at('plain', 3), at('plain', 3, 1)], ['hill', 'plain']),
      settings,
      control,
    );
    const answer = climatology.predict(
      artefact,
      blockOf([{ place: 'plain', time }], ['new', 'plain', 'hill']),
    );
    expect(answer.mean(0)).toBe(3);
  });
});

test('an unknown outcome is none; fewer than two known ones cannot be fitted', () => {
  const time = Date.UTC(2001, 6, 1, 12);
  expect(sampleAt([{ time, outcome: 4 }, { time, outcome: 5 }, { time }], time)).toEqual([4, 5]);
  let caught: unknown;
  try {
    climatology.fit(blockOf([{ time, outcome: 4 }, { time }]), settings, control);
  } catch (error) {
    caught = error;
  }
  expect(isWeatherglassError(caught, 'CannotFit')).toBe(true);
});

// Outcomes 2, 4, 9 against 5: mean distance (3 + 1 + 4)/3 = 8/3, half the mean difference of nine pairs is
// (2 + 7 + 5)/9 = 14/9, so 8/3 − 14/9 = 10/9.
test('is scored as the sample it is, and looks at the outcomes of training alone', () => {
  const time = Date.UTC(2001, 6, 1, 12);
  const training = blockOf([2, 4, 9, 1000].map((outcome) => ({ time, outcome })));
  const artefact = climatology.fit({ ...training, rows: Int32Array.of(0, 1, 2) }, settings, control);
  const answer = climatology.predict(artefact, { ...training, rows: Int32Array.of(3) });
  expect(answer.crps(0, 5)).toBeCloseTo(10 / 9, 12);
  expect(answer.mean(0)).toBe(5);
});
