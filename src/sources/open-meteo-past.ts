import { chunksOf } from '../runtime/chunks.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { msPerDay, msPerHour } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { askHourly, daySpan, hourlyVariables } from './open-meteo-ask.ts';
import { openMeteoCalls } from './open-meteo-calls.ts';
import { modelSuffixes } from './open-meteo-columns.ts';
import type { Hourly } from './open-meteo-hourly.ts';
import type { OpenMeteoModel } from './open-meteo-models.ts';
import { convertedColumn } from './open-meteo-series.ts';
import type { OpenMeteo } from './open-meteo-settings.ts';
import { type Batch, batches, modelsNamed, sourceName } from './open-meteo-source.ts';
import type {
  ForecastSeries,
  IssuedForecast,
  PastForecasts,
  PastRequest,
  Provider,
  SourceTools,
} from './source.ts';

/** Whole days ahead that previous runs are kept for. */
const previousDays = [1, 2, 3, 4, 5, 6, 7] as const;

/** A value takes about six bytes of a reply; with so many columns over four weeks it stays below one megabyte. */
const mostColumns = 220;
const daysAtOnce = 28;

/**
 * Past forecasts from the previous runs of deterministic models.
 *
 * `<variable>_previous_dayN` at the valid time t is what was forecast 24 N hours before. It is kept as part of a run issued
 * at T = t − 24 N h, one run for each whole hour T with the leads 24, 48, … 168 that are there. The model's run behind it
 * started at T or, by less than the hours between two runs, before; it is taken to be known as many hours after T as the
 * model's runs take to be public (6, or 9 for the slower ones), which is always before t.
 *
 * A span of valid days has only some leads of the runs at its ends; the neighbouring spans have the others, under the
 * same issue time.
 */
export function openMeteoPast(
  settings: OpenMeteo,
  provider: Provider,
  models: readonly OpenMeteoModel[],
): PastForecasts {
  function callsOf({ places, models: asked }: Batch, variables: readonly Variable[], span: Span): number {
    return openMeteoCalls({
      variables: variables.length * previousDays.length,
      models: asked.length,
      days: (span.until - span.from) / msPerDay,
      locations: places.length,
    });
  }

  /** A request is for one place, and for no more models than keep the reply small. */
  function requests(
    { places, names }: Pick<PastRequest, 'places' | 'names'>,
    variables: readonly Variable[],
  ): readonly Batch[] {
    const atOnce = Math.max(1, Math.floor(mostColumns / (variables.length * previousDays.length)));
    return places
      .flatMap((place) => batches([place], modelsNamed(models, names), true))
      .flatMap((batch) =>
        chunksOf(batch.models, atOnce).map((some) => ({ places: batch.places, models: some })),
      );
  }

  async function forecasts(request: PastRequest, tools: SourceTools): Promise<IssuedForecast[]> {
    const { signal } = request;
    const variables = hourlyVariables(request.variables);
    const found: IssuedForecast[] = [];
    if (variables.length === 0) return found;
    for (const batch of requests(request, variables)) {
      const { hourly } = await askHourly(
        {
          settings,
          provider,
          api: 'previous-runs',
          places: batch.places,
          hourly: variables.flatMap(({ name }) => previousDays.map((days) => previousColumn(name, days))),
          models: batch.models.map(({ name }) => name),
          span: daySpan(request),
          calls: callsOf(batch, variables, request),
          signal,
        },
        tools,
      );
      found.push(...pastRuns(hourly[0], batch, variables, request));
    }
    const now = tools.now();
    return found.filter(({ knownAt }) => knownAt <= now);
  }

  return {
    daysAtOnce,
    calls: (request) => {
      const variables = hourlyVariables(request.variables);
      if (variables.length === 0) return 0;
      return requests(request, variables).reduce((sum, batch) => sum + callsOf(batch, variables, request), 0);
    },
    forecasts,
  };
}

type Span = Pick<PastRequest, 'from' | 'until'>;

/** The runs in a reply of previous runs for one place, by model and issue. */
export function pastRuns(
  hourly: Hourly,
  { places: [place], models }: Batch,
  variables: readonly Variable[],
  span: Span,
): readonly IssuedForecast[] {
  const suffixes = modelSuffixes(hourly, models, place);
  return models.flatMap((model) => {
    const suffix = suffixes.get(model.name);
    return suffix === undefined ? [] : pastRunsOf(hourly, place, model, suffix, variables, span);
  });
}

function pastRunsOf(
  hourly: Hourly,
  place: FollowedPlace,
  model: OpenMeteoModel,
  suffix: string,
  variables: readonly Variable[],
  { from, until }: Span,
): readonly IssuedForecast[] {
  const runs = new Map<number, ForecastSeries[]>();
  for (const variable of variables) {
    const byIssue = new Map<number, (readonly [lead: number, value: number])[]>();
    for (const days of previousDays) {
      const values = convertedColumn(hourly, variable, {
        from: previousColumn(variable.name, days) + suffix,
      });
      if (values === undefined) continue;
      for (const [row, time] of hourly.times.entries()) {
        if (Number.isNaN(values[row]) || time < from || time >= until) continue;
        const issuedAt = time - days * msPerDay;
        const leads = byIssue.get(issuedAt) ?? [];
        leads.push([days * 24, values[row]]);
        byIssue.set(issuedAt, leads);
      }
    }
    for (const [issuedAt, leads] of byIssue) {
      const series = runs.get(issuedAt) ?? [];
      series.push({
        variable: variable.name,
        leads: leads.map(([lead]) => lead),
        values: Float64Array.from(leads, ([, value]) => value),
      });
      runs.set(issuedAt, series);
    }
  }
  return [...runs]
    .toSorted(([a], [b]) => a - b)
    .map(([issuedAt, series]) => ({
      source: sourceName(model),
      place: place.name,
      issuedAt,
      knownAt: issuedAt + model.publishedAfter * msPerHour,
      columns: [`model_${model.name}`],
      series,
    }));
}

function previousColumn(variable: string, days: number): string {
  return `${variable}_previous_day${days}`;
}
