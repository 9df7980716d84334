import { msPerHour } from '../weather/time.ts';
import { brightSkyVariables, decodeBrightSky } from './bright-sky-decode.ts';
import {
  type BrightSkySettings,
  brightSkyAddress,
  brightSkyCovers,
  brightSkyProvider,
  brightSkySpan,
} from './bright-sky-provider.ts';
import { coordinateText } from './coordinate-text.ts';
import { forecastSeries, gatherValues } from './forecast-series.ts';
import { type PlaceForecast, placeByPlace } from './place-by-place.ts';
import type { ForecastSource } from './source.ts';

/** Hours that every station has. Of more, the service would fill the last ones from other stations near. */
const MOST_HOURS = 240;

/**
 * MOSMIX, the statistical forecasts of the German weather service for its stations, from the station next to a place: hourly,
 * ten days ahead.
 *
 * The reply does not say when MOSMIX ran, and mixes two runs (the hourly one of 240 hours and the one of each six hours, of
 * 247 hours). So `issuedAt` is the hour in which the reply came: what it says is some hours older, never younger.
 * `knownAt` is when it came; one column, `model_mosmix`; values in the variables' own units, NaN where missing. What a
 * station measured, in a record of its own or to fill a gap, is no forecast.
 *
 * Its forecasts throw, besides what asking throws (NotFound where no station is within 50 km): InvalidData for a reply that
 * is not understood.
 *
 * Source: api.brightsky.dev/openapi.json.
 */
export function brightSky({ url = brightSkyAddress }: BrightSkySettings = {}): ForecastSource {
  const { name } = brightSkyProvider;

  const forecast: PlaceForecast = async (place, { variables, hours, signal }, tools) => {
    const now = tools.now();
    const span = Math.min(hours, MOST_HOURS) * msPerHour;
    const where = `lat=${coordinateText(place.latitude)}&lon=${coordinateText(place.longitude)}`;
    const reply = await tools.ask({
      provider: brightSkyProvider,
      url: `${url}/weather?${where}&${brightSkySpan(wholeHour(now), wholeHour(now) + span)}`,
      about: place.name,
      signal,
    });
    const { values, set } = gatherValues(1);
    for (const { variable, time, value, record, teller } of decodeBrightSky(
      reply.body,
      `${name}, ${place.name}`,
    ))
      if (record.observation_type === 'forecast')
        set(variable, time, 0, teller.observation_type === 'forecast' ? value : Number.NaN);
    const issuedAt = wholeHour(reply.receivedAt);
    const series = forecastSeries(values, { issuedAt, until: now + span, variables });
    if (series.length === 0) return undefined;
    const columns = ['model_mosmix'];
    return { source: name, place: place.name, issuedAt, knownAt: reply.receivedAt, columns, series };
  };

  return {
    provider: brightSkyProvider,
    ...placeByPlace(name, forecast),
    variables: brightSkyVariables,
    covers: (_, location) => brightSkyCovers(location),
    // MOSMIX is updated each hour, but all of its models run each six hours.
    every: 3 * msPerHour,
    calls: ({ places }) => places.length,
  };
}

function wholeHour(time: number): number {
  return Math.floor(time / msPerHour) * msPerHour;
}
