import { zoneOf } from '../src/sources/zone.ts';
import { msPerDay, msPerHour } from '../src/weather/time.ts';
import {
  type SimulatedModel,
  simulatedEnsembles,
  simulatedModels,
  simulatedReanalyses,
} from './simulated-open-meteo-models.ts';
import { cycleAt } from './simulated-reply.ts';
import { type SimulatedVariable, simulatedVariables } from './simulated-variables.ts';

export type OpenMeteoEndpoint = 'forecast' | 'ensemble' | 'archive';

export interface AskedPlace {
  readonly latitude: number;
  readonly longitude: number;
  /** NaN where not asked for. */
  readonly elevation: number;
  /** Downscaling is switched off: the cell's own height counts. */
  readonly cellHeight: boolean;
  /** As it was written. */
  readonly text: string;
}

export interface AskedVariable {
  /** As asked, such as `temperature_2m_previous_day1`. */
  readonly name: string;
  readonly variable: SimulatedVariable;
  /** Name without its ending. */
  readonly base: string;
  /** Days between run and valid time at least; 0 for the newest. */
  readonly daysBefore: number;
  readonly isSpread: boolean;
}

export interface AskedUnits {
  readonly temperature: 'celsius' | 'fahrenheit';
  readonly speed: 'kmh' | 'ms' | 'mph' | 'kn';
  readonly rain: 'mm' | 'inch';
}

export interface OpenMeteoQuery {
  readonly endpoint: OpenMeteoEndpoint;
  readonly places: readonly AskedPlace[];
  readonly variables: readonly AskedVariable[];
  readonly models: readonly SimulatedModel[];
  /** First hour, epoch milliseconds. */
  readonly start: number;
  readonly hours: number;
  /** The one run that was asked for. */
  readonly run: number | undefined;
  readonly zone: string;
  readonly offsetSeconds: number;
  readonly unixtime: boolean;
  readonly units: AskedUnits;
}

/** A run can be asked for so long after its start. */
export const runDelay = 3 * msPerHour;
export const runEveryHours = 6;

/** The newest run that can be asked for. */
export function newestRun(now: number): number {
  return cycleAt(now - runDelay, runEveryHours);
}

const modelsOf = {
  forecast: simulatedModels,
  ensemble: simulatedEnsembles,
  archive: simulatedReanalyses,
} as const;
const mostDays = { forecast: 16, ensemble: 36, archive: 16 } as const;

/**
 * What is asked, or the reason why it is refused, in the provider's words as far as they are known.
 *
 * @example readOpenMeteoQuery('forecast', new URLSearchParams('latitude=91&longitude=0'), now);
 *   // 'Latitude must be in range of -90 to 90°. Given: 91.0.'
 */
export function readOpenMeteoQuery(
  endpoint: OpenMeteoEndpoint,
  query: URLSearchParams,
  now: number,
): OpenMeteoQuery | string {
  const problems: string[] = [];
  const places = readPlaces(query, problems);
  const names = list(query, 'models');
  const models = (names.length === 0 ? [defaultModel[endpoint]] : names).flatMap((name) => {
    const model = modelsOf[endpoint].get(name);
    if (model === undefined)
      problems.push(
        `Data corrupted at path ''. Cannot initialize MultiDomains from invalid String value ${name}.`,
      );
    return model ?? [];
  });
  const variables = list(query, 'hourly').flatMap((name) => readVariable(name, models, problems));
  for (const name of ['daily', 'current', 'minutely_15'])
    if (query.has(name)) problems.push(`Parameter '${name}' is not simulated`);

  const units: AskedUnits = {
    temperature: oneOf(query, 'temperature_unit', ['celsius', 'fahrenheit'], problems),
    speed: oneOf(query, 'wind_speed_unit', ['kmh', 'ms', 'mph', 'kn'], problems),
    rain: oneOf(query, 'precipitation_unit', ['mm', 'inch'], problems),
  };
  const unixtime = oneOf(query, 'timeformat', ['iso8601', 'unixtime'], problems) === 'unixtime';
  const { zone, offsetSeconds } = readZone(query, places, now, problems);

  const run = readRun(query, now, problems);
  const longAgo = endpoint === 'archive' || variables.some((one) => one.daysBefore > 0) || run !== undefined;
  const { start, hours } = readTimes(endpoint, query, run ?? now, offsetSeconds * 1000, longAgo, problems);
  return (
    problems[0] ?? {
      endpoint,
      places,
      variables,
      models,
      start,
      hours,
      run,
      zone,
      offsetSeconds,
      unixtime,
      units,
    }
  );
}

const defaultModel = { forecast: 'best_match', ensemble: 'icon_seamless', archive: 'best_match' } as const;

function list(query: URLSearchParams, name: string): string[] {
  return query
    .getAll(name)
    .flatMap((text) => text.split(','))
    .filter((one) => one !== '');
}

function oneOf<const Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly [Choice, ...Choice[]],
  problems: string[],
): Choice {
  const text = query.get(name);
  if (text === null || text === '') return choices[0];
  const found = choices.find((one) => one === text);
  if (found === undefined)
    problems.push(`Data corrupted at path ''. Cannot initialize ${name} from invalid String value ${text}.`);
  return found ?? choices[0];
}

function readPlaces(query: URLSearchParams, problems: string[]): AskedPlace[] {
  const latitudes = list(query, 'latitude');
  const longitudes = list(query, 'longitude');
  const elevations = list(query, 'elevation');
  if (latitudes.length === 0 || latitudes.length !== longitudes.length)
    problems.push("Parameter 'latitude' and 'longitude' must have the same number of elements");
  if (elevations.length > 0 && elevations.length !== latitudes.length)
    problems.push("Parameter 'elevation' must have the same number of elements as coordinates");
  if (latitudes.length > 1000) problems.push('Only up to 1000 locations can be requested at once');
  const check = (title: string, text: string, most: number) => {
    const value = Number(text);
    if (!(Math.abs(value) <= most))
      problems.push(
        Number.isNaN(value)
          ? `Value was not of type 'Float' at path '${title.toLowerCase()}'. Expected a number.`
          : `${title} must be in range of -${most} to ${most}°. Given: ${Number.isInteger(value) ? `${value}.0` : value}.`,
      );
    return value;
  };
  return latitudes.map((text, place) => ({
    latitude: check('Latitude', text, 90),
    longitude: check('Longitude', longitudes[place] ?? 'x', 180),
    elevation: Number(elevations[place] ?? Number.NaN),
    cellHeight: elevations[place] === 'nan',
    text: `${text},${longitudes[place]}`,
  }));
}

function readVariable(name: string, models: readonly SimulatedModel[], problems: string[]): AskedVariable[] {
  const previous = /_previous_day([0-7])$/.exec(name);
  const isSpread = name.endsWith('_spread') && models.some((model) => model.isMean);
  const base =
    previous === null ? (isSpread ? name.slice(0, -'_spread'.length) : name) : name.slice(0, previous.index);
  const variable = simulatedVariables.get(base);
  // Of temperature alone the spread is known exactly.
  if (variable === undefined || (isSpread && base !== 'temperature_2m')) {
    problems.push(`Cannot initialize WeatherVariable from invalid String value ${name} for key hourly`);
    return [];
  }
  return [{ name, variable, base, daysBefore: Number(previous?.[1] ?? 0), isSpread }];
}

function readZone(query: URLSearchParams, places: readonly AskedPlace[], now: number, problems: string[]) {
  const asked = query.get('timezone') ?? 'GMT';
  if (asked === 'GMT' || asked === 'UTC') return { zone: asked, offsetSeconds: 0 };
  const [first] = places;
  const zone = asked !== 'auto' ? asked : first === undefined ? 'GMT' : zoneOf({ name: '', ...first });
  try {
    const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(Math.floor(now)).toZonedDateTimeISO(
      zone,
    );
    // One offset for the whole series, that of now: as the provider does, over changes of the clock too.
    return { zone, offsetSeconds: offsetNanoseconds / 1e9 };
  } catch {
    problems.push('Invalid timezone');
    return { zone: 'GMT', offsetSeconds: 0 };
  }
}

function readRun(query: URLSearchParams, now: number, problems: string[]): number | undefined {
  const text = query.get('run');
  if (text === null) return undefined;
  const run = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  if (Number.isNaN(run)) problems.push(`Invalid date format for parameter 'run': ${text}`);
  else if (run !== cycleAt(run, runEveryHours) || run > now - runDelay || run < now - 1000 * msPerDay)
    problems.push(`Model run ${text} is not available`);
  return Number.isNaN(run) ? undefined : run;
}

function readTimes(
  endpoint: OpenMeteoEndpoint,
  query: URLSearchParams,
  present: number,
  offset: number,
  longAgo: boolean,
  problems: string[],
): { readonly start: number; readonly hours: number } {
  const count = (name: string, fallback: number, most: number) => {
    const text = query.get(name);
    const value = text === null ? fallback : Number(text);
    if (!(Number.isInteger(value) && value >= 0 && value <= most))
      problems.push(
        `${name.replace(/^./, (c) => c.toUpperCase()).replace('_', ' ')} is invalid. Allowed range 0 to ${most}. Given ${text}.`,
      );
    return value;
  };
  const today = Math.floor((present + offset) / msPerDay) * msPerDay;
  const first = query.get('start_date');
  const last = query.get('end_date');
  if (endpoint === 'archive' && (first === null || last === null))
    problems.push("Parameter 'start_date' and 'end_date' must be set");
  if (first !== null || last !== null) {
    for (const name of ['forecast_days', 'past_days'])
      if (query.has(name))
        problems.push(`Parameter '${name}' is mutually exclusive with 'start_date' and 'end_date'`);
    const earliest =
      endpoint === 'archive' ? Date.UTC(1940, 0, 1) : longAgo ? Date.UTC(2016, 0, 1) : today - 92 * msPerDay;
    const latest = endpoint === 'archive' ? today : today + (mostDays[endpoint] - 1) * msPerDay;
    const day = (name: string, text: string | null) => {
      const value = /^\d{4}-\d\d-\d\d$/.test(text ?? '') ? Date.parse(text ?? '') : Number.NaN;
      if (Number.isNaN(value)) problems.push("Invalid date format. Make sure to use 'YYYY-MM-DD'");
      else if (value < earliest || value > latest)
        problems.push(
          `Parameter '${name}' is out of allowed range from ${dateText(earliest)} to ${dateText(latest)}`,
        );
      return value;
    };
    const from = day('start_date', first);
    const until = day('end_date', last) + msPerDay;
    if (until <= from) problems.push('End-date must be larger or equals than start-date');
    return { start: from - offset, hours: Math.max(0, (until - from) / msPerHour) };
  }
  const ahead = query.get('forecast_hours');
  if (ahead !== null) {
    const before = count('past_hours', 0, 92 * 24);
    const start = Math.floor(present / msPerHour) * msPerHour - before * msPerHour;
    return { start, hours: before + count('forecast_hours', 0, mostDays[endpoint] * 24) };
  }
  const past = count('past_days', 0, 92);
  const days = past + count('forecast_days', 7, mostDays[endpoint]);
  return { start: today - past * msPerDay - offset, hours: days * 24 };
}

function dateText(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
