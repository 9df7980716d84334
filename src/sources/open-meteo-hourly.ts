import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import { parseInstant } from '../weather/time.ts';

/** One column of a reply, as it came. */
export interface HourlyColumn {
  /** Its unit in the provider's spelling; `undefined`, as a word, where a model does not have the variable. */
  readonly unit: string;
  /** In that unit, one for each time; NaN where missing. */
  readonly values: Float64Array;
}

/** The hourly part of a reply for one place. */
export interface Hourly {
  /** Place, for messages. */
  readonly about: string;
  /** Epoch milliseconds. */
  readonly times: Float64Array;
  /** Names of all columns but the time. */
  readonly names: ReadonlySet<string>;
  /**
   * @throws WeatherglassError InvalidData for a column that is not there, that is too long or too short, has no unit, or
   *   holds what is neither a number nor null
   */
  readonly column: (name: string) => HourlyColumn;
}

const place = z.looseObject({
  utc_offset_seconds: z.number(),
  location_id: z.number().optional(),
  hourly_units: z.looseObject({ time: z.string() }),
  hourly: z.looseObject({ time: z.array(z.union([z.string(), z.number()])) }),
});

/**
 * Reads the hourly part of a reply of any of Open-Meteo's weather services.
 *
 * `places` are the names of what was asked for, in that order. The reply is an array for several places and an object
 * for one. Times are Unix seconds, which need no offset, or ISO 8601 by the reply's zone, which need it.
 *
 * Numbers are checked when a column is taken: replies hold columns that nobody reads.
 *
 * @throws WeatherglassError InvalidData that names place and field.
 */
export function readHourly(body: unknown, places: readonly string[]): readonly Hourly[] {
  const given: readonly unknown[] = Array.isArray(body) ? body : [body];
  if (given.length !== places.length)
    throw invalid(
      places.join(', '),
      `the reply must be for ${places.length} places, but is for ${given.length}`,
    );
  return given.map((one, index) => readPlace(one, places[index], index));
}

function readPlace(given: unknown, about: string, index: number): Hourly {
  const read = place.safeParse(given);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw invalid(about, `${issue.path.join('.') || 'the reply'} is not as documented: ${issue.message}`);
  }
  const { utc_offset_seconds: offset, location_id: location = 0, hourly, hourly_units: units } = read.data;
  // The first of several has none. What is out of order would be a forecast for another place.
  if (location !== index) throw invalid(about, `location_id must be ${index}, not ${location}`);

  const times = readTimes(hourly.time, units.time, offset, about);
  const names = new Set(Object.keys(hourly).filter((name) => name !== 'time'));
  function column(name: string): HourlyColumn {
    const unit = units[name];
    if (typeof unit !== 'string')
      throw invalid(about, `hourly_units.${name} must be a unit, not ${shown(unit)}`);
    return { unit, values: readNumbers(hourly[name], times.length, about, `hourly.${name}`) };
  }
  return { about, times, names, column };
}

function readTimes(
  given: readonly (string | number)[],
  unit: string,
  offsetSeconds: number,
  about: string,
): Float64Array {
  if (unit !== 'unixtime' && unit !== 'iso8601')
    throw invalid(about, `hourly_units.time must be unixtime or iso8601, not ${shown(unit)}`);
  const times = Float64Array.from(given, (time, index) => {
    if (unit === 'unixtime' && typeof time === 'number') return time * 1000;
    if (unit === 'iso8601' && typeof time === 'string') {
      try {
        return parseInstant(`${time}Z`) - offsetSeconds * 1000;
      } catch (cause) {
        throw invalid(about, `hourly.time[${index}] must be a time, not ${shown(time)}`, cause);
      }
    }
    throw invalid(about, `hourly.time[${index}] must be ${unit}, not ${shown(time)}`);
  });
  for (let index = 1; index < times.length; index++)
    if (!(times[index] > times[index - 1]))
      throw invalid(about, `hourly.time[${index}] is not later than the one before it`);
  return times;
}

function readNumbers(given: unknown, length: number, about: string, field: string): Float64Array {
  if (!Array.isArray(given)) throw invalid(about, `${field} must be a list, not ${shown(given)}`);
  if (given.length !== length)
    throw invalid(about, `${field} must have ${length} values like hourly.time, not ${given.length}`);
  const values: readonly unknown[] = given;
  return Float64Array.from(values, (value, index) => {
    if (typeof value === 'number') return value;
    // Published schemas say number alone; null is what is missing all the same.
    if (value === null || value === '') return NaN;
    throw invalid(about, `${field}[${index}] must be a number or null, not ${shown(value)}`);
  });
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 60) ?? 'nothing';
}

function invalid(about: string, problem: string, cause?: unknown): WeatherglassError {
  return new WeatherglassError('InvalidData', `open-meteo, ${about}: ${problem}.`, { cause });
}
