import type { FollowedPlace } from '../weather/place.ts';
import { msPerHour } from '../weather/time.ts';
import { coordinateText } from './coordinate-text.ts';
import { forecastSeries } from './forecast-series.ts';
import { decodeLocationforecast, metNorwayColumns, metNorwayVariables } from './met-norway-decode.ts';
import { type PlaceForecast, placeByPlace } from './place-by-place.ts';
import type { ForecastSource, Provider } from './source.ts';

const metNorwayProvider: Provider = {
  name: 'met-norway',
  title: 'MET Norway',
  home: 'https://api.met.no',
  licence: 'CC BY 4.0',
  attribution: 'Based on data from MET Norway (https://api.met.no), CC BY 4.0',
  // MET allows 20 calls a second to all installations of an application together; half of that leaves room for others.
  limits: [{ calls: 10, seconds: 1 }],
  concurrency: 4,
  wantsContact: true,
};

export interface MetNorwaySettings {
  /** Address of Locationforecast 2.0, for a proxy or a test. */
  readonly url?: string;
  /** Whether all parameters are asked for, quantiles among them, or only the compact reply. True by default. */
  readonly complete?: boolean;
}

/**
 * Forecasts of MET Norway (Locationforecast 2.0) for any place on Earth, ten days ahead: hourly at first, then six-hourly.
 *
 * `issuedAt` is the hour of `meta.updated_at`, for the reply does not tell its model run; `knownAt` when it came. Columns:
 * `model_met`, and of the complete reply `x_q10` and `x_q90`, which only temperature and wind of the Nordic area have.
 * Values are in the variables' own units; NaN where missing.
 *
 * Source: api.met.no/weatherapi/locationforecast/2.0/documentation.
 */
export function metNorway({
  url = 'https://api.met.no/weatherapi/locationforecast/2.0',
  complete = true,
}: MetNorwaySettings = {}): ForecastSource {
  const name = metNorwayProvider.name;
  const columns = complete ? metNorwayColumns : metNorwayColumns.slice(0, 1);

  const forecast: PlaceForecast = async (place, { variables, hours, signal }, tools) => {
    const reply = await tools.ask({
      provider: metNorwayProvider,
      url: addressOf(place),
      about: place.name,
      signal,
    });
    const { updatedAt, values } = decodeLocationforecast(reply.body, `${name}, ${place.name}`);
    const issuedAt = Math.floor(updatedAt / msPerHour) * msPerHour;
    const until = tools.now() + hours * msPerHour;
    const series = forecastSeries(values, { issuedAt, until, variables, columns: columns.length });
    if (series.length === 0) return undefined;
    return { source: name, place: place.name, issuedAt, knownAt: reply.receivedAt, columns, series };
  };

  function addressOf({ latitude, longitude, elevation }: FollowedPlace): string {
    const altitude = Number.isNaN(elevation) ? '' : `&altitude=${Math.round(elevation)}`;
    const where = `lat=${coordinateText(latitude)}&lon=${coordinateText(longitude)}${altitude}`;
    return `${url}/${complete ? 'complete' : 'compact'}?${where}`;
  }

  return {
    provider: metNorwayProvider,
    ...placeByPlace(name, forecast),
    variables: metNorwayVariables,
    covers: () => true,
    // A reply expires after half an hour as a rule, but its model runs each six hours; only the Nordic one changes hourly.
    every: 3 * msPerHour,
    calls: ({ places }) => places.length,
  };
}
