import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { stationsAmong } from '../collect/follow.ts';
import { WeatherglassError } from '../errors.ts';
import { checkPlaces } from '../pipeline/served.ts';
import { readEcowitt } from '../sources/sensor-ecowitt.ts';
import { readHomeAssistant } from '../sources/sensor-home-assistant.ts';
import { readWeatherUnderground } from '../sources/sensor-weather-underground.ts';
import type { Reading } from '../sources/source.ts';
import { momentReader } from './moment.ts';
import type { Serving } from './serving.ts';

/** A push of one sensor has a handful. */
const MOST = 1000;

const named = z.object({ place: z.string() });

/**
 * Where sensors push what they show, each kind in its own protocol: `POST /v1/sensors/ecowitt/NAME`,
 * `POST /v1/sensors/home-assistant/NAME`, and `GET /weatherstation/updateweatherstation.php?ID=NAME`, which WeeWX and most
 * consoles speak. Answered once it is durable; hourly observations are made of it when the hour is over.
 */
export function sensorRoutes(app: FastifyInstance, { store, clock, write }: Serving): void {
  const readMoment = momentReader(store, clock);
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) =>
    done(null, new URLSearchParams(body as string)),
  );

  // A page of somebody else must not write by the browser of whoever looks at it.
  app.addHook('onRequest', (request, _, done) => {
    const site = request.headers['sec-fetch-site'];
    done(
      site === undefined || site === 'none' || site === 'same-origin'
        ? undefined
        : new WeatherglassError('Usage', 'sensors push by themselves, not by pages of other sites'),
    );
  });

  let followed: { readonly at: number; readonly stations: ReadonlyMap<string, string> } | undefined;
  /** Looked up once a minute: there may be thousands of places, and a push each second. */
  async function stations(): Promise<ReadonlyMap<string, string>> {
    const at = performance.now();
    if (followed === undefined || at - followed.at > 60_000)
      followed = { at, stations: await stationsAmong(store) };
    return followed.stations;
  }

  /** @param place whose sensors these are, also where they have nothing to say */
  async function keep(place: string, readings: readonly Reading[], now: number): Promise<number> {
    if (readings.length > MOST)
      throw new WeatherglassError('InvalidData', `${readings.length} readings in one push; ${MOST} at most`);
    await checkPlaces(store, [place]);
    const station = (await stations()).get(place);
    if (station !== undefined)
      throw new WeatherglassError(
        'Usage',
        `${place} is ${station}, a station that is collected from: push to the place that the sensor is at`,
      );
    if (readings.length === 0) return 0;
    await write({
      readings: readings.map(({ variable, time, value, periodHours = 0, receivedAt }) => ({
        place,
        variable,
        time,
        value,
        periodHours,
        receivedAt: Number.isNaN(receivedAt) ? now : receivedAt,
      })),
    });
    // What the instrument said that it does not have is kept, and is no value.
    return readings.filter(({ value }) => !Number.isNaN(value)).length;
  }

  app.post('/v1/sensors/ecowitt/:place', async ({ body, params }, reply) => {
    const { now } = await readMoment();
    if (!(body instanceof URLSearchParams))
      throw new WeatherglassError(
        'InvalidData',
        'the body must be a form (application/x-www-form-urlencoded)',
      );
    const { place } = named.parse(params);
    const accepted = await keep(place, readEcowitt(body, place, now), now);
    return reply.code(200).send({ accepted });
  });

  app.post('/v1/sensors/home-assistant/:place', async ({ body, params }, reply) => {
    const { now } = await readMoment();
    const { place } = named.parse(params);
    const accepted = await keep(place, readHomeAssistant(body, place, now), now);
    return reply.code(200).send({ accepted });
  });

  app.get('/weatherstation/updateweatherstation.php', async ({ query }, reply) => {
    const { now } = await readMoment();
    const pairs = Object.entries(query as Record<string, string | string[]>);
    const form = new URLSearchParams(
      pairs.map(([key, value]) => [key, Array.isArray(value) ? value[0] : value]),
    );
    const readings = readWeatherUnderground(form, now);
    await keep(form.get('ID')!.trim(), readings, now);
    // The word that those who speak this protocol wait for.
    return reply.type('text/plain').send('success');
  });
}
