import { z } from 'zod';
import { distanceKm } from '../weather/location.ts';
import { msPerDay } from '../weather/time.ts';
import { readReply } from './read-reply.ts';
import type { Reading, Station, StationSource } from './source.ts';
import { decodeObservations, usNwsObserved } from './us-nws-observations.ts';
import { askPoint, pathOf } from './us-nws-point.ts';
import {
  type UsNwsSettings,
  usNwsAddress,
  usNwsCovers,
  usNwsHeaders,
  usNwsProvider,
} from './us-nws-provider.ts';
import { quantity, quantityIn } from './us-nws-quantity.ts';

/** What the service sends at most. A station that reports every five minutes has some 320 a day. */
const MOST_OBSERVATIONS = 500;

const stations = z.object({
  features: z.array(
    z.object({
      geometry: z.object({ coordinates: z.tuple([z.number(), z.number()]).rest(z.number()) }),
      properties: z.object({
        stationIdentifier: z.string(),
        name: z.string().nullish(),
        elevation: quantity.nullish(),
      }),
    }),
  ),
});

/**
 * The stations in a list; elevation in metres, NaN where unknown.
 *
 * @param about who was asked and what about; messages begin with it
 * @throws WeatherglassError InvalidData naming the field.
 */
export function decodeStations(body: unknown, about: string): Station[] {
  return readReply(stations, body, about).features.map(({ geometry, properties }, index) => {
    const [longitude, latitude] = geometry.coordinates;
    const { stationIdentifier: id, name, elevation } = properties;
    const field = `${about}: features[${index}].properties.elevation`;
    const metres = elevation == null ? Number.NaN : quantityIn('m', elevation, field);
    return { id, name: name ?? id, latitude, longitude, elevation: metres };
  });
}

/**
 * Observations at the stations that the US National Weather Service lists: airports and others, at whatever minute they
 * report; kept there for seven days.
 *
 * Source: api.weather.gov/openapi.json.
 */
export function usNwsStations({ url = usNwsAddress }: UsNwsSettings = {}): StationSource {
  const { name } = usNwsProvider;
  return {
    provider: usNwsProvider,
    name,
    variables: usNwsObserved,
    covers: usNwsCovers,
    daysBack: 7,
    stationsAtOnce: 1,
    every: 30 * 60_000,

    async stationsNear(location, withinKm, tools, signal) {
      const about = `${location.latitude}, ${location.longitude}`;
      const { stationsPath } = await askPoint({ url, location, about, signal }, tools);
      const given = pathOf(stationsPath, 'stations', about);
      // A proxy below a path of its own may have put that into the addresses it hands on.
      const { pathname } = new URL(url);
      const path =
        pathname !== '/' && given.startsWith(`${pathname}/`) ? given.slice(pathname.length) : given;
      const ofStations = { provider: usNwsProvider, url: url + path, about, headers: usNwsHeaders, signal };
      const { body } = await tools.ask(ofStations);
      return decodeStations(body, `${name}, ${about}`)
        .map((station) => ({ station, km: distanceKm(location, station) }))
        .filter(({ km }) => km <= withinKm)
        .sort((a, b) => a.km - b.km)
        .map(({ station }) => station);
    },

    async readings({ stations: ids, from, until, signal }, tools) {
      const readings: Reading[] = [];
      // A day at a time, so that no reply is cut off.
      for (const station of ids)
        for (let start = from; start < until; start += msPerDay) {
          const end = Math.min(start + msPerDay, until);
          const { body } = await tools.ask({
            provider: usNwsProvider,
            url: `${url}/stations/${encodeURIComponent(station)}/observations?${spanOf(start, end)}`,
            about: station,
            headers: usNwsHeaders,
            signal,
          });
          for (const reading of decodeObservations(body, station, `${name}, ${station}`))
            if (reading.time >= start && reading.time < end) readings.push(reading);
        }
      return readings;
    },
  };
}

function spanOf(start: number, end: number): string {
  return `start=${secondsText(start)}&end=${secondsText(end)}&limit=${MOST_OBSERVATIONS}`;
}

/** An instant to the second, which is as fine as the service reads it. */
function secondsText(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}
