import { describe, expect, it } from 'vitest';
import { quantileDistributions } from '../forecast/quantile-distributions.ts';
import { seededRandom } from '../scores/random.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { coupleAsOf } from './event-template.ts';
import type { RawRun } from './raw-runs.ts';

const issuedAt = Date.UTC(2025, 0, 20);
const times = Float64Array.of(issuedAt + msPerHour, issuedAt + 2 * msPerHour);
const variable = findVariable('temperature_2m');
const place = { latitude: 52.5, longitude: 13.4, elevation: 34 };
/** Two hours, each uniform on 0 … 1. */
const margins = quantileDistributions(
  Float64Array.of(0.25, 0.75),
  Float64Array.of(0.25, 0.75, 0.25, 0.75),
  0,
  1,
);

/** A run known an hour after its issue; `values` are of the two hours, member by member. */
function runOf(source: string, width: number, members: number, values: readonly number[], issued = issuedAt) {
  const run: RawRun = {
    source,
    issuedAt: issued,
    knownAt: issued + msPerHour,
    stepOf: new Map([...times].map((time, step) => [time, step])),
    reach: times[1],
    members,
    width,
    values: Float64Array.from(values),
  };
  return { runs: [run], issueTimes: [issued], longestAhead: times[1] - issued };
}

/** Members that are high in one hour where they are low in the other. */
const opposed = (members: number) => [
  ...Array.from({ length: members }, (_, k) => k),
  ...Array.from({ length: members }, (_, k) => members - k),
];

/** Hourly observations of so many days before the run: both hours of a day are alike. */
function observedDays(days: number) {
  const validTime = Array.from({ length: days * 24 }, (_, k) => issuedAt - (days * 24 - 1 - k) * msPerHour);
  const values = validTime.map((time) => Math.floor((time - issuedAt) / msPerDay));
  return {
    validTime,
    firstKnownAt: validTime,
    first: values,
    last: values,
    flagged: values.map(() => false),
    indexOf: new Map(validTime.map((time, k) => [time, k])),
  };
}

const couple = (runs: readonly ReturnType<typeof runOf>[], days: number, asOf = issuedAt + msPerHour) =>
  coupleAsOf(
    margins,
    times,
    { variable, place, daily: false, runs, observed: observedDays(days) },
    asOf,
    60,
    seededRandom(1),
  );

/** Share of trajectories that are in the upper half in both hours. */
function bothHigh({ values, count }: { readonly values: Float64Array; readonly count: number }): number {
  let high = 0;
  for (let k = 0; k < count; k++) if (values[2 * k] > 0.5 && values[2 * k + 1] > 0.5) high++;
  return high / count;
}

describe('coupleAsOf', () => {
  it('follows the ensemble with the most members', () => {
    const { method, run, template, trajectories } = couple(
      [runOf('small', 6, 6, opposed(6)), runOf('large', 10, 10, opposed(10))],
      40,
    );
    expect([method, run?.source, template, trajectories.count]).toEqual([
      'ensemble copula coupling',
      'large',
      10,
      60,
    ]);
    expect(bothHigh(trajectories)).toBe(0);
  });

  it('follows the past where no ensemble was known, or it had a gap, or single models', () => {
    const past = (runs: readonly ReturnType<typeof runOf>[], asOf?: number) => couple(runs, 40, asOf);
    const gap = opposed(6).map((value, k) => (k > 1 ? value : Number.NaN));
    for (const runs of [[runOf('models', 8, 0, opposed(8))], [runOf('gap', 6, 6, gap)], []]) {
      const { method, template, past: days, trajectories } = past(runs);
      expect([method, template]).toEqual(['Schaake shuffle', 40]);
      expect(days?.sameSeason).toBe(true);
      expect(bothHigh(trajectories)).toBeCloseTo(0.5, 1);
    }
    const early = past([runOf('late', 6, 6, opposed(6))], issuedAt + msPerHour / 2);
    expect(early.method).toBe('Schaake shuffle');
  });

  it('takes an older ensemble where the newest run has none', () => {
    const older = runOf('mixed', 8, 8, opposed(8), issuedAt - 6 * msPerHour);
    const { run } = couple([runOf('single', 1, 0, [1, 2]), older], 40);
    expect(run).toEqual({ source: 'mixed', issuedAt: issuedAt - 6 * msPerHour });
  });

  it('holds trajectories to what is possible, and tells what it moved', () => {
    // Rain that is below 0 with a probability of a tenth: so it says, and nothing stops it.
    const below = quantileDistributions(
      Float64Array.of(0.1, 0.9),
      Float64Array.of(0, 8, 0, 8),
      -Infinity,
      Infinity,
    );
    const sources = {
      place,
      daily: false,
      runs: [runOf('large', 10, 10, opposed(10))],
      observed: observedDays(0),
    };
    const coupled = (name: string) =>
      coupleAsOf(
        below,
        times,
        { ...sources, variable: findVariable(name) },
        issuedAt + msPerHour,
        60,
        seededRandom(1),
      );
    const rain = coupled('precipitation');
    expect(Math.min(...rain.trajectories.values)).toBe(0);
    expect(rain.moved.bounds!.values).toBeGreaterThan(0);
    const frost = coupled('temperature_2m');
    expect(Math.min(...frost.trajectories.values)).toBeLessThan(0);
    expect(frost.moved).toEqual({});
  });

  it('says so where nothing gives an order', () => {
    const { method, template, because, trajectories } = couple([], 10);
    expect([method, template]).toEqual(['comonotone', 0]);
    expect(because).toMatch(/only 10 were known, of 20 that are needed/);
    expect(bothHigh(trajectories)).toBe(0.5);
  });
});
