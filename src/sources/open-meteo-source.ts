import { WeatherglassError } from '../errors.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { formatInstant, msPerHour } from '../weather/time.ts';
import { askHourly, hourlyVariables, openMeteoVariables } from './open-meteo-ask.ts';
import { openMeteoCalls } from './open-meteo-calls.ts';
import { modelSuffixes } from './open-meteo-columns.ts';
import type { Hourly } from './open-meteo-hourly.ts';
import { issuedForecast, type Layout } from './open-meteo-layout.ts';
import { modelCovers, type OpenMeteoModel } from './open-meteo-models.ts';
import { certainRuns, isSettled, newestRuns } from './open-meteo-runs.ts';
import type { OpenMeteo } from './open-meteo-settings.ts';
import type { ForecastRequest, ForecastSource, IssuedForecast, Provider, SourceTools } from './source.ts';

/** What the runs of a model are kept under. */
export function sourceName(model: OpenMeteoModel): string {
  return `open-meteo/${model.name}`;
}

export interface SourcePlan {
  readonly settings: OpenMeteo;
  readonly provider: Provider;
  readonly api: 'forecast' | 'ensemble';
  readonly models: readonly OpenMeteoModel[];
  readonly layout: Layout;
  /** Whether one request asks for all models together. */
  readonly together: boolean;
  readonly placesAtOnce: number;
  /** Hours that the service gives at the most. */
  readonly mostHours: number;
}

/** Places with the models that cover all of them: what one request is for. */
export interface Batch {
  readonly places: readonly FollowedPlace[];
  readonly models: readonly OpenMeteoModel[];
}

/** A source of the newest runs of some models; what tells one kind of model from another is in the plan. */
export function openMeteoSource(plan: SourcePlan): ForecastSource {
  const { settings, provider, api, layout } = plan;
  const named = (names: readonly string[]) => modelsNamed(plan.models, names);

  function callsOf({ places, models }: Batch, variables: readonly string[], hours: number): number {
    return openMeteoCalls({
      variables: hourlyVariables(variables).flatMap(({ name }) => layout.asked(name)).length,
      models: models.reduce((sum, { members }) => sum + members, 0),
      days: hours / 24,
      locations: places.length,
    });
  }

  /** Only models whose newest run is on all servers are asked for: it cannot be told which run another's values are of. */
  async function forecasts(request: ForecastRequest, tools: SourceTools): Promise<IssuedForecast[]> {
    const { signal, hours } = request;
    const variables = hourlyVariables(request.variables);
    const wanted = named(request.names);
    if (variables.length === 0 || wanted.length === 0 || request.places.length === 0) return [];
    const before = await newestRuns({ settings, provider, api, models: wanted, signal }, tools);
    const now = tools.now();
    const models = wanted.filter(({ name }) => isSettled(runOf(before, name), now));

    const found: IssuedForecast[] = [];
    for (const batch of batches(request.places, models, plan.together)) {
      const { hourly, receivedAt } = await askHourly(
        {
          settings,
          provider,
          api,
          ...batchNames(batch),
          hourly: variables.flatMap(({ name }) => layout.asked(name)),
          // They begin with the hour that has begun.
          span: { forecast_hours: Math.min(Math.ceil(hours) + 1, plan.mostHours) },
          calls: callsOf(batch, request.variables, hours),
          signal,
        },
        tools,
      );
      refuseOldCopy(hourly, now);
      const after = await newestRuns(
        { settings, provider, api, models: batch.models, anew: true, signal },
        tools,
      );
      const runs = certainRuns(before, after, receivedAt);
      for (const [index, place] of batch.places.entries())
        for (const [name, suffix] of modelSuffixes(hourly[index], batch.models, place)) {
          const model = models.find((one) => one.name === name);
          const run = runs.get(name);
          if (model === undefined || run === undefined) continue;
          const forecast = issuedForecast({
            source: sourceName(model),
            hourly: hourly[index],
            model,
            suffix,
            layout,
            variables,
            issuedAt: run.issuedAt,
            knownAt: receivedAt,
            lastLead: lastLead(model, run.issuedAt, now + hours * msPerHour),
          });
          if (forecast !== undefined) found.push(forecast);
        }
    }
    return found;
  }

  return {
    provider,
    names: plan.models.map(sourceName),
    variables: openMeteoVariables,
    covers: (name, location) => named([name]).some((model) => modelCovers(model, location)),
    placesAtOnce: plan.placesAtOnce,
    every: msPerHour,
    calls: ({ places, names, variables, hours }) =>
      batches(places, named(names), plan.together).reduce(
        (sum, batch) => sum + callsOf(batch, variables, hours),
        0,
      ),
    async announced(name, tools, signal) {
      const [model] = named([name]);
      const runs = await newestRuns({ settings, provider, api, models: [model], signal }, tools);
      const { issuedAt, availableAt } = runOf(runs, model.name);
      return { issuedAt, availableAt };
    },
    forecasts,
  };
}

/** A reply begins with the hour that had begun when it was made; the clocks of two machines may differ. */
const YOUNGEST_COPY = 2 * msPerHour;

/**
 * Refuses a reply that was kept somewhere on the way: nothing in it says of which run its values are, so that they would be
 * taken for those of the newest.
 *
 * @throws WeatherglassError Unavailable, for the next one may be new
 */
function refuseOldCopy(hourly: readonly Hourly[], now: number): void {
  for (const { about, times } of hourly)
    if (Math.abs(now - times[0]) > YOUNGEST_COPY)
      throw new WeatherglassError(
        'Unavailable',
        `open-meteo, ${about}: the reply begins at ${formatInstant(times[0])}, and it is ${formatInstant(now)}: a copy of another time counts as missing`,
      );
}

/** Hours from the issue to what is wanted last, as far as the run reaches. */
export function lastLead(model: OpenMeteoModel, issuedAt: number, until: number): number {
  const reach = model.horizon(new Date(issuedAt).getUTCHours());
  return Math.min(reach, Math.floor((until - issuedAt) / msPerHour));
}

/** @throws WeatherglassError Internal for a name that is none of the source's. */
export function modelsNamed(
  models: readonly OpenMeteoModel[],
  names: readonly string[],
): readonly OpenMeteoModel[] {
  return names.map((name) => {
    const model = models.find((one) => sourceName(one) === name);
    if (model === undefined)
      throw new WeatherglassError('Internal', `open-meteo has no source ${name} by its settings.`);
    return model;
  });
}

/**
 * Places and models in requests without a model where it has no values: those would be paid for, and a place that no
 * model covers makes the provider refuse all places.
 */
export function batches(
  places: readonly FollowedPlace[],
  models: readonly OpenMeteoModel[],
  together: boolean,
): readonly Batch[] {
  if (!together)
    return models
      .map((model) => ({ models: [model], places: places.filter((place) => modelCovers(model, place)) }))
      .filter((batch) => batch.places.length > 0);
  const found = new Map<string, { models: readonly OpenMeteoModel[]; places: FollowedPlace[] }>();
  for (const place of places) {
    const covering = models.filter((model) => modelCovers(model, place));
    if (covering.length === 0) continue;
    const key = batchNames({ places: [], models: covering }).models.join();
    const batch = found.get(key) ?? { models: covering, places: [] };
    batch.places.push(place);
    found.set(key, batch);
  }
  return [...found.values()];
}

function batchNames({ places, models }: Batch) {
  return { places, models: models.map(({ name }) => name) };
}

function runOf<Run>(runs: ReadonlyMap<string, Run>, name: string): Run {
  const run = runs.get(name);
  if (run === undefined) throw new WeatherglassError('Internal', `open-meteo: no run of ${name} was found.`);
  return run;
}
