import { isWeatherglassError } from '../errors.ts';
import { distanceKm } from '../weather/location.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import {
  type BrightSkyStation,
  type BrightSkyValue,
  brightSkyVariables,
  decodeBrightSky,
  decodeBrightSkySources,
} from './bright-sky-decode.ts';
import {
  type BrightSkySettings,
  brightSkyAddress,
  brightSkyCovers,
  brightSkyProvider,
  brightSkySpan,
} from './bright-sky-provider.ts';
import { coordinateText } from './coordinate-text.ts';
import type { Reading, Reply, Station, StationSource } from './source.ts';

/** Kinds of data that were measured. Anything else, a forecast above all, is no reading. */
const measured: readonly string[] = ['historical', 'current', 'synop'];

/** The service's own archive begins in 2010; so many days are enough to learn from. */
const DAYS_BACK = 1000;
/** Days in one reply, of some 0.4 kB an hour. */
const DAYS_AT_ONCE = 30;
/** A station that has been silent for longer is closed, or out of order. */
const SILENT_DAYS = 2;
/** The farthest that the service looks. */
const FARTHEST_KM = 500;

/**
 * Stations of the German weather service, hour by hour: at first what they reported, a day later what their archive holds,
 * which has been checked.
 *
 * Source: api.brightsky.dev/openapi.json.
 */
export function brightSkyStations({ url = brightSkyAddress }: BrightSkySettings = {}): StationSource {
  const { name } = brightSkyProvider;
  return {
    provider: brightSkyProvider,
    name,
    variables: brightSkyVariables,
    covers: brightSkyCovers,
    daysBack: DAYS_BACK,
    // Of several stations asked for at once it gives one list, in which the first hides the others.
    stationsAtOnce: 1,
    every: msPerHour,

    async stationsNear(location, withinKm, tools, signal) {
      const { latitude, longitude } = location;
      const about = `stations near ${latitude}, ${longitude}`;
      const metres = Math.floor(Math.min(withinKm, FARTHEST_KM) * 1000);
      const where = `lat=${coordinateText(latitude)}&lon=${coordinateText(longitude)}&max_dist=${metres}`;
      const reply = await unlessNone(
        tools.ask({
          provider: brightSkyProvider,
          url: `${url}/sources?${where}&tz=Etc/UTC`,
          about,
          signal,
        }),
      );
      if (reply === undefined) return [];
      return stationsOf(decodeBrightSkySources(reply.body, `${name}, ${about}`), tools.now())
        .map((station) => ({ station, km: distanceKm(location, station) }))
        .filter(({ km }) => km <= withinKm)
        .sort((one, other) => one.km - other.km)
        .map(({ station }) => station);
    },

    async readings({ stations, from, until, signal }, tools) {
      const found: Reading[] = [];
      for (const station of stations)
        for (let start = from; start < until; start += DAYS_AT_ONCE * msPerDay) {
          const end = Math.min(start + DAYS_AT_ONCE * msPerDay, until);
          const reply = await unlessNone(
            tools.ask({
              provider: brightSkyProvider,
              url: `${url}/weather?dwd_station_id=${encodeURIComponent(station)}&${brightSkySpan(start, end)}`,
              about: station,
              signal,
            }),
          );
          if (reply === undefined) continue;
          // The end that is asked for belongs to the span, ours does not.
          for (const one of brightSkyReadings(decodeBrightSky(reply.body, `${name}, ${station}`)))
            if (one.station === station && one.time >= start && one.time < end) found.push(one);
        }
      return found;
    },
  };
}

/** 404 says that no station fits, or that the one asked for has nothing for that time. */
async function unlessNone(asked: Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isWeatherglassError(error, 'NotFound')) return undefined;
    throw error;
  }
}

/**
 * What was measured among values, each at the station that measured it: where the service filled a gap with another
 * station's value, that one is meant. Gaps, and what was filled with a forecast, are left out.
 */
export function brightSkyReadings(values: readonly BrightSkyValue[]): Reading[] {
  return values.flatMap(({ variable, time, value, periodHours, record, teller }) => {
    const station = teller.dwd_station_id;
    if (Number.isNaN(value) || station == null) return [];
    if (![record, teller].every(({ observation_type: kind }) => measured.includes(kind))) return [];
    const period = periodHours > 0 ? { periodHours } : {};
    return [{ station, variable, time, value, receivedAt: Number.NaN, ...period }];
  });
}

/**
 * The stations that report each hour now. Those of the archive alone are left out: most of them measure nothing but rain,
 * which the list does not tell. So are those abroad, which have no number of the German weather service.
 */
function stationsOf(sources: readonly BrightSkyStation[], now: number): Station[] {
  const stations = new Map<string, Station>();
  for (const {
    observation_type: kind,
    dwd_station_id: id,
    station_name,
    lat,
    lon,
    height,
    last_record,
  } of sources) {
    if (kind !== 'current' || id == null || last_record == null) continue;
    if (now - last_record > SILENT_DAYS * msPerDay) continue;
    stations.set(id, { id, name: station_name ?? id, latitude: lat, longitude: lon, elevation: height });
  }
  return [...stations.values()];
}
