import { isWeatherglassError, WeatherglassError } from '../errors.ts';
import { formatInstant, msPerHour } from '../weather/time.ts';
import { forecastSeries } from './forecast-series.ts';
import { type PlaceForecast, placeByPlace } from './place-by-place.ts';
import type { ForecastSource } from './source.ts';
import { decodeGridpoints, gridpointVariables, type UsNwsForecast } from './us-nws-gridpoints.ts';
import { decodeHourlyForecast } from './us-nws-hourly.ts';
import { askPoint, pathOf } from './us-nws-point.ts';
import {
  type UsNwsSettings,
  usNwsAddress,
  usNwsCovers,
  usNwsHeaders,
  usNwsProvider,
} from './us-nws-provider.ts';

/** Offices renew their grids several times a day; copies older than this were stuck in a cache. */
const OLDEST_HOURS = 18;

interface Told extends UsNwsForecast {
  readonly knownAt: number;
}

/**
 * The forecasts of the US National Weather Service, which its forecasters edit: hourly values for a week, on a grid of
 * 2.5 km, for the United States and their territories.
 *
 * `issuedAt` is the hour of the grid's `updateTime`, `knownAt` when the reply came; one column, `model_nws`; values in the
 * variables' own units, NaN where missing. Where the raw grid is out of order, the hourly forecast stands in, which is
 * rounded and has fewer variables.
 *
 * Its forecasts throw, besides what asking throws: NotFound where the service has none; Unavailable for a forecast older
 * than 18 hours; InvalidData for a reply that is not understood.
 *
 * Source: api.weather.gov/openapi.json, weather-gov.github.io/api.
 */
export function usNws({ url = usNwsAddress }: UsNwsSettings = {}): ForecastSource {
  const { name } = usNwsProvider;
  const columns = ['model_nws'];

  const forecast: PlaceForecast = async (place, { variables, hours, signal }, tools) => {
    const about = `${name}, ${place.name}`;
    const until = tools.now() + hours * msPerHour;
    const point = await askPoint({ url, location: place, about: place.name, signal }, tools);
    const cell = url + pathOf(point.gridPath, 'forecast', place.name);
    const ask = (address: string) =>
      tools.ask({ provider: usNwsProvider, url: address, about: place.name, headers: usNwsHeaders, signal });

    async function told(): Promise<Told> {
      try {
        const { body, receivedAt } = await ask(cell);
        return { ...decodeGridpoints(body, about, until), knownAt: receivedAt };
      } catch (error) {
        // 500 and 503 of one cell may last for days while its hourly forecast is served.
        if (!isWeatherglassError(error, 'Unavailable')) throw error;
        const { body, receivedAt } = await ask(`${cell}/forecast/hourly`);
        return { ...decodeHourlyForecast(body, about), knownAt: receivedAt };
      }
    }

    const { updatedAt, values, knownAt } = await told();
    if (tools.now() - updatedAt > OLDEST_HOURS * msPerHour)
      throw new WeatherglassError(
        'Unavailable',
        `${about}: the forecast was updated at ${formatInstant(updatedAt)}, more than ${OLDEST_HOURS} hours ago; so old a copy counts as missing`,
      );
    const issuedAt = Math.floor(updatedAt / msPerHour) * msPerHour;
    const series = forecastSeries(values, { issuedAt, until, variables });
    return series.length === 0
      ? undefined
      : { source: name, place: place.name, issuedAt, knownAt, columns, series };
  };

  return {
    provider: usNwsProvider,
    ...placeByPlace(name, forecast),
    variables: gridpointVariables,
    covers: (_, location) => usNwsCovers(location),
    // Offices renew their grids several times a day, not every hour.
    every: 3 * msPerHour,
    // The point and its grid; the point is hardly ever asked for anew.
    calls: ({ places }) => 2 * places.length,
  };
}
