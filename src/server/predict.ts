import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { isWeatherglassError, WeatherglassError } from '../errors.ts';
import { nearestPlace } from '../pipeline/nearest-place.ts';
import { type PassedThrough, passedThrough, sourcesOf } from '../pipeline/pass-through.ts';
import type { Provenance } from '../pipeline/provenance.ts';
import {
  type Served,
  type ServedPrediction,
  type ServedQuery,
  servedLevels,
  servedPredictions,
} from '../pipeline/served.ts';
import { section } from '../runtime/event-loop.ts';
import { creditsFor } from '../sources/credits.ts';
import type { Store } from '../store/store.ts';
import { msPerHour } from '../weather/time.ts';
import { instantOrNull, instantText, numberOrNull } from './json-values.ts';
import { instant, numberWithin, parameter, readQuery, repeatable } from './read-query.ts';
import type { Serving } from './serving.ts';

/** What one reply may hold: whoever asks for more holds up others. */
const MOST_PLACES = 50;
const MOST_LEVELS = 99;

const parameters = z.strictObject({
  place: repeatable.optional(),
  latitude: numberWithin(-90, 90).optional(),
  longitude: numberWithin(-180, 180).optional(),
  variable: repeatable.optional(),
  until: instant.optional(),
  hours: numberWithin(0, 100_000).optional(),
  levels: parameter(parseLevels).optional(),
  above: repeatable.optional(),
});

/** `GET /v1/predict`: what is said of the time ahead at some places, with its provenance. */
export function predictRoute(app: FastifyInstance, { store }: Serving): void {
  app.get('/v1/predict', async ({ query, moment: { now, demo } }) => {
    const { place, latitude, longitude, variable, until, hours, levels, above } = readQuery(
      parameters,
      query,
    );
    if (until !== undefined && hours !== undefined)
      throw new WeatherglassError('Usage', 'give until or hours, not both');
    if (place !== undefined && place.length > MOST_PLACES)
      throw new WeatherglassError(
        'Usage',
        `parameter place may be given ${MOST_PLACES} times at most, not ${place.length}; \`weatherglass predict --file\` is for many places`,
      );
    const { places, nearest } = await placesOf(store, { place, latitude, longitude });
    const asked = {
      places,
      variables: variable,
      asOf: now,
      until: hours === undefined ? until : now + hours * msPerHour,
    };
    const { served, uncalibrated } = await answer(store, {
      ...asked,
      levels,
      thresholds: above && thresholdsOf(above),
    });
    const credits = creditsFor(sourcesOf(served.predictions, uncalibrated));
    const attribution = credits.map((credit) => credit.attribution);
    // A turn of the event loop to work them out, another to write them down: see `cacheReplies`.
    await setImmediate();
    return section('predictions as JSON', () => ({
      as_of: instantText(served.asOf),
      ...(demo && { demo }),
      ...(nearest && { nearest_place: nearest }),
      levels: served.levels,
      predictions: served.predictions.map(predictionJson),
      ...(uncalibrated.length > 0 && { uncalibrated: uncalibrated.map(passedThroughJson) }),
      ...(attribution.length > 0 && { attribution }),
    }));
  });
}

/**
 * What is predicted, and what passes through as it was forecast. Before anything can be predicted, that alone.
 *
 * @throws WeatherglassError what {@link servedPredictions} throws where nothing passes through either.
 */
async function answer(store: Store, query: ServedQuery) {
  let served: Served;
  try {
    served = await servedPredictions(store, query);
  } catch (error) {
    if (!isWeatherglassError(error, 'NotFound')) throw error;
    const uncalibrated = await passedThrough(store, query, []);
    if (uncalibrated.length === 0) throw error;
    return {
      served: { asOf: query.asOf, levels: query.levels ?? servedLevels, predictions: [] },
      uncalibrated,
    };
  }
  return { served, uncalibrated: await passedThrough(store, query, served.predictions) };
}

function passedThroughJson({ place, variable, unit, source, issuedAt, validTimes, values }: PassedThrough) {
  return {
    place,
    variable,
    unit,
    source,
    issued_at: instantText(issuedAt),
    valid_times: validTimes.map(instantText),
    values: values.map(numberOrNull),
  };
}

interface Where {
  readonly place: readonly string[] | undefined;
  readonly latitude: number | undefined;
  readonly longitude: number | undefined;
}

/** The places by name, or the one nearest to coordinates. */
export async function placesOf(store: Store, { place, latitude, longitude }: Where) {
  if (place !== undefined) {
    if (latitude !== undefined || longitude !== undefined)
      throw new WeatherglassError('Usage', 'give place, or latitude and longitude, not both');
    return { places: [...new Set(place)] };
  }
  if (latitude === undefined || longitude === undefined)
    throw new WeatherglassError(
      'Usage',
      'give place, or latitude and longitude; /v1/places lists the places that are followed',
    );
  const { place: found, distanceKm } = nearestPlace(await store.places(), {
    latitude,
    longitude,
    elevation: Number.NaN,
  });
  return { places: [found.name], nearest: { name: found.name, distance_km: numberOrNull(distanceKm) } };
}

function predictionJson(one: ServedPrediction) {
  return {
    place: one.place,
    variable: one.variable,
    unit: one.unit,
    issued_at: instantText(one.issuedAt),
    valid_time: instantText(one.validTime),
    lead_hours: numberOrNull(one.lead),
    mean: numberOrNull(one.mean),
    quantiles: one.quantiles.map(numberOrNull),
    probabilities: Object.fromEntries(
      Object.entries(one.probabilities).map(([threshold, share]) => [threshold, numberOrNull(share)]),
    ),
    provenance: provenanceJson(one.provenance),
  };
}

export function provenanceJson({ experts, runs, runTime, ageHours, trainedOn, truth, physics }: Provenance) {
  return {
    experts: experts.map(({ name, weight }) => ({ name, weight: numberOrNull(weight) })),
    runs: runs.map(({ source, issuedAt }) => ({ source, issued_at: instantOrNull(issuedAt) })),
    run_time: instantOrNull(runTime),
    age_hours: numberOrNull(ageHours),
    trained_on: {
      rows: trainedOn.rows,
      from: instantOrNull(trainedOn.from),
      until: instantOrNull(trainedOn.until),
    },
    truth,
    ...(physics !== undefined && { physics }),
  };
}

/** Percentages such as `10,50,90` as shares. */
function parseLevels(text: string): number[] {
  const levels = text.split(',').map((word) => (word.trim() === '' ? Number.NaN : Number(word) / 100));
  if (levels.length > MOST_LEVELS) throw new Error(`may be ${MOST_LEVELS} at most, not ${levels.length}`);
  if (!levels.every((level, k) => level > (levels[k - 1] ?? 0) && level < 1))
    throw new Error(
      `must be percentages in ascending order between 0 and 100, such as 10,50,90, not ${JSON.stringify(text)}`,
    );
  return levels;
}

/** `variable=value` texts as values by variable. */
function thresholdsOf(texts: readonly string[]): Readonly<Record<string, readonly number[]>> {
  const pairs = texts.map((text) => {
    const match = /^([a-z][a-z0-9_]*)=(-?\d+(?:\.\d+)?)$/.exec(text);
    if (match === null)
      throw new WeatherglassError(
        'Usage',
        `parameter above must be a variable and a value, such as precipitation_sum=1, not ${JSON.stringify(text)}`,
      );
    return { variable: match[1], value: Number(match[2]) };
  });
  return Object.fromEntries(
    Map.groupBy(pairs, ({ variable }) => variable)
      .entries()
      .map(([variable, own]) => [variable, [...new Set(own.map(({ value }) => value))]]),
  );
}
