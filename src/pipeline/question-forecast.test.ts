import { expect, it } from 'vitest';
import { parseEvent } from '../forecast/event.ts';
import { msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { rawShareThen } from './question-forecast.ts';
import type { RawRun } from './raw-runs.ts';

const issuedAt = Date.UTC(2025, 0, 20);
const variable = findVariable('temperature_2m');
const frost = parseEvent('temperature_2m_min_2h<0', [variable]);
const times = Float64Array.of(issuedAt + 30 * msPerHour, issuedAt + 31 * msPerHour);

/** A run known an hour after its issue, of members for two hours. */
const runOf = (issued: number, members: readonly (readonly [number, number])[]): RawRun => ({
  source: 'a',
  issuedAt: issued,
  knownAt: issued + msPerHour,
  stepOf: new Map([...times].map((time, step) => [time, step])),
  reach: times[1],
  members: members.length,
  width: members.length,
  values: Float64Array.from([...members.map(([first]) => first), ...members.map(([, second]) => second)]),
});

it('the share of raw members is of the newest run that was known when it was decided', () => {
  const runs = [
    runOf(issuedAt, [
      [1, -1],
      [2, 3],
      [4, Number.NaN],
    ]),
    runOf(issuedAt + 6 * msPerHour, [
      [-1, -2],
      [-3, 1],
      [-1, 1],
    ]),
  ];
  const sources = {
    variable,
    place: { latitude: 52.5, longitude: 13.4, elevation: 34 },
    daily: false,
    runs: [{ runs, issueTimes: runs.map((run) => run.issuedAt), longestAhead: 31 * msPerHour }],
    observed: { validTime: [], firstKnownAt: [], first: [], last: [], flagged: [], indexOf: new Map() },
  };
  const shareAt = (hours: number) =>
    rawShareThen(frost, { times, decidedAt: issuedAt + hours * msPerHour } as never, sources);
  // A member with a gap says nothing; one of the two others has frost.
  expect(shareAt(1)).toBe(0.5);
  expect(shareAt(6)).toBe(0.5);
  expect(shareAt(7)).toBe(1);
  expect(shareAt(0)).toBeNaN();
});
