import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import { converter } from '../weather/units.ts';
import { findVariable } from '../weather/variable.ts';
import { instant, numberOrMissing, readReply } from './read-reply.ts';

/** A kWh is spent at a mean power of 1,000 W over an hour; without the hour no unit of energy is one of power. */
const meanPowerOfHour = (kilowattHours: number) => kilowattHours * 1000;

/**
 * What is read of a record: the variable; the names of its field in hourly records and in those of stations that report
 * every ten minutes; how it becomes the variable's unit; and the hours up to the record's time that it stands for, 0 for
 * what the service calls a value "at" the time and for wind, whose mean a forecast has as well.
 *
 * The reply names no units: they are those of `units=dwd`.
 */
const fields = [
  field('temperature_2m', ['temperature'], '°C'),
  field('dew_point_2m', ['dew_point'], '°C'),
  field('relative_humidity_2m', ['relative_humidity'], '%'),
  field('pressure_msl', ['pressure_msl'], 'hPa'),
  field('wind_speed_10m', ['wind_speed', 'wind_speed_10'], 'km/h'),
  field('wind_direction_10m', ['wind_direction', 'wind_direction_10'], '°'),
  field('wind_gusts_10m', ['wind_gust_speed', 'wind_gust_speed_60'], 'km/h'),
  field('cloud_cover', ['cloud_cover'], '%'),
  field('precipitation', ['precipitation', 'precipitation_60'], 'mm'),
  field('shortwave_radiation', ['solar', 'solar_60'], meanPowerOfHour),
  field('visibility', ['visibility'], 'm'),
];

function field<const Name extends string>(
  variable: string,
  names: readonly Name[],
  unit: string | ((value: number) => number),
) {
  const { unit: own, periodHours } = findVariable(variable);
  return { variable, names, periodHours, convert: typeof unit === 'string' ? converter(unit, own) : unit };
}

/** Variables that the service can have. */
export const brightSkyVariables: readonly string[] = fields.map(({ variable }) => variable);

const source = z.object({
  id: z.int(),
  observation_type: z.string(),
  dwd_station_id: z.string().nullish(),
  station_name: z.string().nullish(),
  lat: z.number(),
  lon: z.number(),
  height: numberOrMissing,
  last_record: instant.nullish(),
});

/** A station as one kind of data knows it: what it measured of late, its archive and its forecasts have ids of their own. */
export type BrightSkyStation = z.output<typeof source>;

type FieldName = (typeof fields)[number]['names'][number];
const names = fields.flatMap((one): readonly FieldName[] => one.names);

const record = z.object({
  timestamp: instant,
  source_id: z.int(),
  fallback_source_ids: z.record(z.string(), z.int()).nullish(),
  ...(Object.fromEntries(names.map((name) => [name, numberOrMissing])) as Record<
    FieldName,
    typeof numberOrMissing
  >),
});

const weather = z.object({ weather: z.array(record), sources: z.array(source) });
const sources = z.object({ sources: z.array(source) });

/** One value of a record, in its variable's own unit; NaN where it is missing. */
export interface BrightSkyValue {
  readonly variable: string;
  /** End of the period, epoch milliseconds. */
  readonly time: number;
  readonly value: number;
  readonly periodHours: number;
  /** Whose record it stands in. */
  readonly record: BrightSkyStation;
  /** Who told it: another than {@link record} where the service filled a gap. */
  readonly teller: BrightSkyStation;
}

/**
 * The values in a reply of `/weather`, `/synop` or `/current_weather`, asked with `units=dwd`.
 *
 * Observations and forecasts stand in one list; each value says by whom it was told, and `observation_type` of that is
 * `historical` (archive, checked), `current` (hourly reports), `synop` (reports of every ten minutes) or `forecast`
 * (MOSMIX). A wind of 0 has no direction. What is null or absent is NaN.
 *
 * @param about who was asked and what about; messages begin with it
 * @throws WeatherglassError InvalidData naming the field; also for a record of a source that is not listed, for then
 *   nobody knows whether it is a forecast.
 *
 * Source: api.brightsky.dev/openapi.json.
 */
export function decodeBrightSky(body: unknown, about: string): BrightSkyValue[] {
  const { weather: told } = readReply(z.object({ weather: z.unknown().optional() }), body, about);
  // The current weather is a single record, not a list.
  const isSingle = typeof told === 'object' && told !== null && !Array.isArray(told);
  const read = readReply(weather, isSingle ? { ...(body as object), weather: [told] } : body, about);
  const stations = new Map(read.sources.map((one) => [one.id, one]));

  return read.weather.flatMap((one, index) => {
    const where = `${about}: weather[${index}]`;
    const { timestamp: time, source_id: id, fallback_source_ids: fallbacks } = one;
    const own = stationOf(stations, id, `${where}.source_id`);
    return fields.map(({ variable, names: called, periodHours, convert }): BrightSkyValue => {
      const name = called.find((each: FieldName) => !Number.isNaN(one[each])) ?? called[0];
      const other = fallbacks?.[name];
      const teller =
        other === undefined ? own : stationOf(stations, other, `${where}.fallback_source_ids.${name}`);
      const isCalm = variable === 'wind_direction_10m' && (one.wind_speed === 0 || one.wind_speed_10 === 0);
      const value = isCalm ? Number.NaN : convert(one[name]);
      return { variable, time, value, periodHours, record: own, teller };
    });
  });
}

function stationOf(stations: ReadonlyMap<number, BrightSkyStation>, id: number, field: string) {
  const station = stations.get(id);
  if (station !== undefined) return station;
  throw new WeatherglassError('InvalidData', `${field} must be one of the sources' ids, not ${id}`);
}

/**
 * The stations in a reply of `/sources`, once for each kind of data.
 *
 * @param about who was asked and what about; messages begin with it
 * @throws WeatherglassError InvalidData naming the field.
 */
export function decodeBrightSkySources(body: unknown, about: string): readonly BrightSkyStation[] {
  return readReply(sources, body, about).sources;
}
