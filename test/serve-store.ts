import { addLoss, addScores, emptySums } from '../src/pipeline/score-rows.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import type { Changes, ScoreRow, StoredPrediction } from '../src/store/store.ts';
import { leadBands } from '../src/weather/lead-band.ts';
import type { FollowedPlace } from '../src/weather/place.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import { findVariable } from '../src/weather/variable.ts';

/** A store made by hand for tests of the server: every number in it is chosen, none was measured or predicted. */

export const hostileName = '<script>alert(1)</script>';

export const handMadePlaces: readonly FollowedPlace[] = [
  { name: 'garden', latitude: 47.61, longitude: -122.33, elevation: 50, zone: 'America/Los_Angeles' },
  { name: 'roof & attic', latitude: 52.52, longitude: 13.4, elevation: Number.NaN, zone: 'Europe/Berlin' },
  { name: 'from a table', latitude: Number.NaN, longitude: Number.NaN, elevation: Number.NaN, zone: 'UTC' },
  { name: hostileName, latitude: -33.9, longitude: 18.4, elevation: 10, zone: 'Africa/Johannesburg' },
];

export const handMadeVariables = ['temperature_2m', 'precipitation', 'temperature_2m_max'].map((name) =>
  findVariable(name),
);

const levels = [0.05, 0.25, 0.5, 0.75, 0.95];
const experts = ['dressed', 'climatology', 'emos'];
const contenders = ['aggregate', 'pool', ...experts];

/** Quantiles at those levels: P(< 0 °C) = 0.15, P(≥ 0.254 mm) = 0.5, P(≥ 1 mm) = 0.25. */
export const handMadeQuantiles: Readonly<Record<string, readonly number[]>> = {
  temperature_2m: [-2, 2, 4, 6, 10],
  precipitation: [0, 0, 0.254, 1, 3],
  temperature_2m_max: [1, 5, 7, 9, 13],
};

/** Hours ahead of the issue that are predicted; the run is an hour older. */
const HOURS = 60;
/** Days before `now` that have scores. */
const SCORED_DAYS = 40;

/**
 * Puts places, three variables, predictions issued an hour before `now` for the first and the last place, the outcomes of
 * the day before and scores into a new store.
 *
 * @param now epoch milliseconds; the predictions are of the full hours
 */
export async function writeHandMadeStore(
  file: string,
  now: number,
  notes: Changes['notes'] = {},
): Promise<void> {
  const hour = Math.floor(now / msPerHour) * msPerHour;
  await using store = await openStore(file);
  await store.write({ places: handMadePlaces, variables: handMadeVariables, notes });
  const [garden, , , hostile] = handMadePlaces.map(({ name }) => name);
  await store.write({
    // None is of a time that is predicted: the loop finds nothing to score.
    observations: dayBefore(garden, hour - msPerHour),
    predictions: [garden, hostile].flatMap((place) =>
      handMadeVariables.map(({ name }) => predictionOf(place, name, hour - msPerHour)),
    ),
    scores: handMadeVariables.flatMap(({ name }) =>
      scoresOf(name, [garden, ''], Math.floor(hour / msPerDay)),
    ),
  });
}

function predictionOf(place: string, variable: string, issuedAt: number): StoredPrediction {
  const step = variable === 'temperature_2m_max' ? 24 : 1;
  const validTimes = Float64Array.from(
    { length: HOURS / step },
    (_, k) => issuedAt + (k + 1) * step * msPerHour,
  );
  return {
    place,
    variable,
    issuedAt,
    method: JSON.stringify({
      version: 1,
      experts,
      sources: ['hand-made'],
      bands: leadBands.map((band) => ({ band, weights: [0.25, 0, 0.75], recalibration: [] })),
      training: experts.flatMap((expert) =>
        Array.from(validTimes, (time) => ({
          expert,
          lead: (time - issuedAt) / msPerHour + 1,
          version: 1,
          rows: 1234,
          from: issuedAt - 400 * msPerDay,
          until: issuedAt - msPerDay,
        })),
      ),
    }),
    validTimes,
    runTimes: new Float64Array(validTimes.length).fill(issuedAt - msPerHour),
    contenders,
    levels,
    quantiles: Float32Array.from(
      { length: validTimes.length * contenders.length * levels.length },
      (_, k) => handMadeQuantiles[variable][k % levels.length],
    ),
  };
}

/** A day of hourly temperatures of 5 °C that ends at `hour`. */
function dayBefore(place: string, hour: number): NonNullable<Changes['observations']> {
  const rows = 24;
  const validTime = Float64Array.from({ length: rows }, (_, k) => hour - (rows - 1 - k) * msPerHour);
  return {
    rows,
    places: [place],
    variables: ['temperature_2m'],
    origins: ['hand-made sensor'],
    place: new Int32Array(rows),
    variable: new Int32Array(rows),
    origin: new Int32Array(rows),
    validTime,
    knownAt: validTime,
    value: new Float64Array(rows).fill(5),
    flag: new Array<string>(rows).fill(''),
  };
}

/** Each day 24 targets at 6–12 h: a CRPS of about 1 for what is served, 2 for dressed, 4 for climatology. */
function scoresOf(variable: string, places: readonly string[], today: number): ScoreRow[] {
  const crps: Readonly<Record<string, number>> = {
    aggregate: 1,
    pool: 1.1,
    dressed: 2,
    climatology: 4,
    emos: 1.2,
  };
  return places.flatMap((place) =>
    Array.from({ length: SCORED_DAYS }, (_, k): ScoreRow => {
      const sums = emptySums(contenders.length);
      // Days differ a little, so that there is something to draw intervals from.
      const weather = 1 + 0.1 * Math.sin(k);
      for (let target = 0; target < 24; target++)
        contenders.forEach((contender, at) => {
          addScores(sums, at, scoresWith(crps[contender] * weather, target), 0);
          addLoss(sums, at, crps[contender]);
        });
      return { variable, band: 12, day: today - 1 - k, place, contenders, sums };
    }),
  );
}

function scoresWith(crps: number, target: number) {
  return {
    crps,
    crps_fair: crps,
    absolute_error: crps,
    squared_error: crps * crps,
    error: 0,
    // 22 of 24 are inside.
    coverage90: target < 22 ? 1 : 0,
    width90: 12,
    pinball: crps / 2,
  };
}
