import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import { eventProvenance } from '../pipeline/event-provenance.ts';
import { type EventForecast, type PeriodProbability, predictEvent } from '../pipeline/predict-event.ts';
import { msPerHour } from '../weather/time.ts';
import { instantText, numberOrNull } from './json-values.ts';
import { placesOf, provenanceJson } from './predict.ts';
import { instant, numberWithin, readQuery, repeatable } from './read-query.ts';
import type { Serving } from './serving.ts';

/** Each takes some ten milliseconds of a processor, in which nobody else is answered. */
const MOST_EVENTS = 10;

const parameters = z.strictObject({
  event: repeatable.optional(),
  place: z.string().optional(),
  latitude: numberWithin(-90, 90).optional(),
  longitude: numberWithin(-180, 180).optional(),
  until: instant.optional(),
  hours: numberWithin(0, 100_000).optional(),
});

/** `GET /v1/events`: how likely events are at a place, in each period ahead and at any time. */
export function eventsRoute(app: FastifyInstance, { store }: Serving): void {
  app.get('/v1/events', async ({ query, moment: { now, demo } }) => {
    const { event: asked, place, latitude, longitude, until, hours } = readQuery(parameters, query);
    if (until !== undefined && hours !== undefined)
      throw new WeatherglassError('Usage', 'give until or hours, not both');
    if (asked === undefined)
      throw new WeatherglassError('Usage', 'give event, such as precipitation_sum_6h>5');
    if (asked.length > MOST_EVENTS)
      throw new WeatherglassError(
        'Usage',
        `parameter event may be given ${MOST_EVENTS} times at most, not ${asked.length}`,
      );
    const where = { place: place === undefined ? undefined : [place], latitude, longitude };
    const {
      places: [name],
      nearest,
    } = await placesOf(store, where);
    const horizon = hours === undefined ? until : now + hours * msPerHour;
    const forecasts: EventForecast[] = [];
    for (const event of asked)
      forecasts.push(await predictEvent(store, { place: name, event, asOf: now, until: horizon }));
    const attribution = [...new Set(forecasts.flatMap((one) => eventProvenance(one).attribution))];
    return {
      as_of: instantText(now),
      ...(demo && { demo }),
      ...(nearest && { nearest_place: nearest }),
      place: name,
      zone: forecasts[0].zone,
      events: forecasts.map(eventJson),
      ...(attribution.length > 0 && { attribution }),
    };
  });
}

function eventJson(forecast: EventForecast) {
  const { event, asOf, anyTime, periods, longestSpell, coupling, trajectories, interpolated } = forecast;
  const { method, template, run, past, because, moved } = coupling;
  const { issuedAt, ...provenance } = eventProvenance(forecast);
  const ageHours = (asOf - provenance.runTime) / msPerHour;
  return {
    event: event.text,
    variable: event.variable.name,
    unit: event.variable.unit,
    any_time: periodJson(anyTime),
    periods: periods.map(periodJson),
    ...(longestSpell && { longest_spell: { levels: [0.05, 0.5, 0.95], hours: longestSpell } }),
    coupling: {
      method,
      trajectories,
      template,
      interpolated,
      ...(run && { run: { source: run.source, issued_at: instantText(run.issuedAt) } }),
      ...(past && {
        past: {
          from: instantText(past.from),
          until: instantText(past.until),
          same_season: past.sameSeason,
        },
      }),
      ...(because !== undefined && { because }),
      ...(Object.keys(moved).length > 0 && { physics: moved }),
    },
    issued_at: instantText(issuedAt),
    provenance: provenanceJson({ ...provenance, ageHours }),
  };
}

function periodJson({ start, end, date, probability, error }: PeriodProbability) {
  return {
    from: instantText(start),
    to: instantText(end),
    ...(date !== undefined && { date }),
    probability: numberOrNull(probability),
    error: numberOrNull(error),
  };
}
