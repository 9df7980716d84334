import type { FollowedPlace } from '../weather/place.ts';
import { msPerDay } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { askHourly, daySpan, hourlyVariables, openMeteoVariables } from './open-meteo-ask.ts';
import { openMeteoCalls } from './open-meteo-calls.ts';
import type { Hourly } from './open-meteo-hourly.ts';
import { openMeteoProvider } from './open-meteo-provider.ts';
import { convertedColumn } from './open-meteo-series.ts';
import { checkOpenMeteo, type OpenMeteoSettings } from './open-meteo-settings.ts';
import type { PastRequest, Reading, ReanalysisSource } from './source.ts';

/** What its hours are kept under. */
export const openMeteoArchiveName = 'open-meteo-archive';

/** Always the same reanalysis; the service's own choice would change over the years. */
const model = 'era5';

/**
 * ERA5, hourly from 1940 on and about five days late: what a weather model made of observations, on cells of 25 km. It is
 * not what was observed at a place, and must never be called so. Missing hours have no reading.
 *
 * @throws WeatherglassError Usage for settings that cannot be used. Replies that are not understood are InvalidData.
 */
export function openMeteoArchive(settings: OpenMeteoSettings = {}): ReanalysisSource {
  const checked = checkOpenMeteo(settings);
  const provider = openMeteoProvider(settings);

  function callsOf(request: Span, variables: number, locations: number): number {
    const days = (request.until - request.from) / msPerDay;
    return openMeteoCalls({ variables, models: 1, days, locations });
  }

  return {
    provider,
    name: openMeteoArchiveName,
    variables: openMeteoVariables,
    daysLate: 5,
    // Ten variables at one place are about half a megabyte.
    daysAtOnce: 366,
    calls: (request) => callsOf(request, hourlyVariables(request.variables).length, request.places.length),
    async readings(request, tools) {
      const { signal } = request;
      const variables = hourlyVariables(request.variables);
      const found: Reading[] = [];
      if (variables.length === 0) return found;
      for (const place of request.places) {
        const { hourly } = await askHourly(
          {
            settings: checked,
            provider,
            api: 'archive',
            places: [place],
            hourly: variables.map(({ name }) => name),
            models: [model],
            span: daySpan(request),
            calls: callsOf(request, variables.length, 1),
            signal,
          },
          tools,
        );
        for (const reading of archiveReadings(hourly[0], place, variables, request)) found.push(reading);
      }
      return found;
    },
  };
}

type Span = Pick<PastRequest, 'from' | 'until'>;

/** The readings in a reply for one place, of times t with from ≤ t < until. */
export function archiveReadings(
  hourly: Hourly,
  place: FollowedPlace,
  variables: readonly Variable[],
  { from, until }: Span,
): readonly Reading[] {
  const found: Reading[] = [];
  for (const variable of variables) {
    const values = convertedColumn(hourly, variable, { from: variable.name });
    if (values === undefined) continue;
    for (const [row, time] of hourly.times.entries()) {
      const value = values[row];
      if (Number.isNaN(value) || time < from || time >= until) continue;
      found.push({ station: place.name, variable: variable.name, time, value, receivedAt: NaN });
    }
  }
  return found;
}
