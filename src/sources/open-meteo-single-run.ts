import { WeatherglassError } from '../errors.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { msPerHour } from '../weather/time.ts';
import { askHourly, hourlyVariables } from './open-meteo-ask.ts';
import { openMeteoCalls } from './open-meteo-calls.ts';
import { modelSuffixes } from './open-meteo-columns.ts';
import { issuedForecast, oneColumn } from './open-meteo-layout.ts';
import { modelRow } from './open-meteo-models.ts';
import { openMeteoProvider } from './open-meteo-provider.ts';
import { checkOpenMeteo, type OpenMeteoSettings } from './open-meteo-settings.ts';
import { lastLead, sourceName } from './open-meteo-source.ts';
import type { IssuedForecast, SourceTools } from './source.ts';

const mostHours = 16 * 24;

export interface SingleRunRequest {
  readonly place: FollowedPlace;
  /** A deterministic model, as in the settings. */
  readonly model: string;
  /** Start of the run, a whole hour, epoch milliseconds. */
  readonly issuedAt: number;
  readonly variables: readonly string[];
  /** Hours from the issue; as far as the run reaches where left out. */
  readonly hours?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Calls that {@link openMeteoSingleRun} counts for. */
export function singleRunCalls({ variables, hours = mostHours }: SingleRunRequest): number {
  const asked = hourlyVariables(variables).length;
  return openMeteoCalls({ variables: asked, models: 1, days: Math.min(hours, mostHours) / 24, locations: 1 });
}

/**
 * One whole run of one deterministic model at one place; undefined where it has none of the variables.
 *
 * It is taken to be known when such runs are public at the latest, not when it was asked for. Most models are kept since
 * April 2026, `ecmwf_ifs` since March 2024.
 *
 * @throws WeatherglassError Usage for settings or a model that cannot be used, and an issue at no whole hour; InvalidData
 *   for a reply that is not understood, and from the provider for a run that it does not have.
 */
export async function openMeteoSingleRun(
  settings: OpenMeteoSettings,
  request: SingleRunRequest,
  tools: SourceTools,
): Promise<IssuedForecast | undefined> {
  const { place, issuedAt, signal, hours = mostHours } = request;
  const checked = checkOpenMeteo({ ...settings, models: [request.model] });
  if (issuedAt % msPerHour !== 0)
    throw new WeatherglassError(
      'Usage',
      `open-meteo: a run starts at a whole hour, not ${new Date(issuedAt).toISOString()}.`,
    );
  const model = modelRow(request.model, 'models');
  const variables = hourlyVariables(request.variables);
  if (variables.length === 0) return undefined;
  const {
    hourly: [hourly],
  } = await askHourly(
    {
      settings: checked,
      provider: openMeteoProvider(settings),
      api: 'single-runs',
      places: [place],
      hourly: variables.map(({ name }) => name),
      models: [model.name],
      span: {
        // Without seconds and without a zone, as it is documented.
        run: new Date(issuedAt).toISOString().slice(0, 16),
        forecast_hours: Math.min(Math.ceil(hours) + 1, mostHours),
      },
      calls: singleRunCalls(request),
      signal,
    },
    tools,
  );
  return issuedForecast({
    source: sourceName(model),
    hourly,
    model,
    suffix: modelSuffixes(hourly, [model], place).get(model.name) ?? '',
    layout: oneColumn,
    variables,
    issuedAt,
    knownAt: issuedAt + model.publishedAfter * msPerHour,
    lastLead: lastLead(model, issuedAt, issuedAt + hours * msPerHour),
  });
}
