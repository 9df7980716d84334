import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { stationsAmong } from '../collect/follow.ts';
import { instantOrNull } from './json-values.ts';
import { readQuery } from './read-query.ts';
import type { Serving } from './serving.ts';

const parameters = z.strictObject({});

/** `GET /v1/places`: the places that are followed, and which variables are predicted for each. */
export function placesRoute(app: FastifyInstance, { store }: Serving): void {
  app.get('/v1/places', async ({ query, moment: { now, demo } }) => {
    readQuery(parameters, query);
    const [places, stations, variables, newest] = await Promise.all([
      store.places(),
      stationsAmong(store),
      store.variables(),
      store.newestIssues({ issuedUntil: now }),
    ]);
    const units = new Map(variables.map(({ name, unit }) => [name, unit]));
    const byPlace = Map.groupBy(newest, ({ place }) => place);
    return {
      ...(demo && { demo }),
      places: places.map(({ name, latitude, longitude, elevation, zone }) => ({
        name,
        latitude: finiteOrNull(latitude),
        longitude: finiteOrNull(longitude),
        elevation: finiteOrNull(elevation),
        zone,
        // One that is followed for what it observes, not for itself.
        ...(stations.has(name) && { station: stations.get(name) }),
        variables: (byPlace.get(name) ?? []).map(({ variable, issuedAt, validTimes }) => ({
          name: variable,
          unit: units.get(variable),
          newest_prediction: instantOrNull(issuedAt),
          predicted_until: instantOrNull(validTimes.at(-1) ?? Number.NaN),
        })),
      })),
    };
  });
}

/** A coordinate as it was given. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
