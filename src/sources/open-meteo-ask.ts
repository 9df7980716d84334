import { builtInVariables } from '../weather/built-in-variables.ts';
import type { FollowedPlace } from '../weather/place.ts';
import { findVariable, type Variable } from '../weather/variable.ts';
import { type Hourly, readHourly } from './open-meteo-hourly.ts';
import { type OpenMeteo, type OpenMeteoApi, openMeteoUrl } from './open-meteo-settings.ts';
import type { Provider, SourceTools } from './source.ts';

/** Variables that Open-Meteo can have by the hour; a model that lacks one answers with nothing but null. */
export const openMeteoVariables: readonly string[] = builtInVariables
  .filter(({ periodHours }) => periodHours <= 1)
  .map(({ name }) => name);

/** Those of the wanted variables that Open-Meteo can have. */
export function hourlyVariables(names: readonly string[]): readonly Variable[] {
  return [...new Set(names)]
    .filter((name) => openMeteoVariables.includes(name))
    .map((name) => findVariable(name));
}

export interface HourlyQuestion {
  readonly settings: OpenMeteo;
  readonly provider: Provider;
  readonly api: OpenMeteoApi;
  readonly places: readonly FollowedPlace[];
  /** Names of columns. */
  readonly hourly: readonly string[];
  readonly models: readonly string[];
  /** What says which hours. */
  readonly span: Readonly<Record<string, string | number>>;
  readonly calls: number;
  readonly signal: AbortSignal | undefined;
}

/** Asks for hours at places and reads the reply, which came at `receivedAt`. */
export async function askHourly(
  question: HourlyQuestion,
  tools: SourceTools,
): Promise<{ readonly hourly: readonly Hourly[]; readonly receivedAt: number }> {
  const { settings, provider, api, places, signal } = question;
  const names = places.map(({ name }) => name);
  const reply = await tools.ask({
    provider,
    url: openMeteoUrl(settings, api, {
      latitude: places.map(({ latitude }) => coordinate(latitude)).join(),
      longitude: places.map(({ longitude }) => coordinate(longitude)).join(),
      hourly: question.hourly.join(),
      models: question.models.join(),
      ...question.span,
      timezone: 'GMT',
      timeformat: 'unixtime',
      temperature_unit: 'celsius',
      wind_speed_unit: 'ms',
      precipitation_unit: 'mm',
      // One choice for all time, since what is learned at a place belongs to it: the nearest cell on land. No elevation is
      // sent, so that values are brought to the height of the ground there, by the provider's 90 m map.
      cell_selection: 'land',
    }),
    calls: question.calls,
    about: names.join(', '),
    signal,
  });
  return { hourly: readHourly(reply.body, names), receivedAt: reply.receivedAt };
}

/** The span from ≤ t < until in whole days by coordinated time, as `start_date` and the inclusive `end_date`. */
export function daySpan({ from, until }: { readonly from: number; readonly until: number }) {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  return { start_date: day(from), end_date: day(until - 1) };
}

/**
 * A coordinate as it is sent: to three decimals, about 100 m, so that it gives away the street and not the house. Models
 * have cells of kilometres.
 */
export function coordinate(degrees: number): string {
  return String(Number(degrees.toFixed(3)));
}
