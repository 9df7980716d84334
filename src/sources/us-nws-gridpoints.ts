import { z } from 'zod';
import { msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { gatherValues, type ValuesByTime } from './forecast-series.ts';
import { hourEndsIn, hoursIn, parseInterval } from './iso-interval.ts';
import { instant, numberOrMissing, readReply, textOf } from './read-reply.ts';
import { fromReplyUnit } from './reply-unit.ts';

/** How a layer's value holds for the hours of its interval. */
type Sense = 'at each hour' | 'in each hour' | 'divided among the hours';

const layers = [
  ['temperature', 'temperature_2m', 'at each hour'],
  ['dewpoint', 'dew_point_2m', 'at each hour'],
  ['apparentTemperature', 'apparent_temperature', 'at each hour'],
  ['relativeHumidity', 'relative_humidity_2m', 'at each hour'],
  ['windSpeed', 'wind_speed_10m', 'at each hour'],
  ['windDirection', 'wind_direction_10m', 'at each hour'],
  ['windGust', 'wind_gusts_10m', 'in each hour'],
  ['skyCover', 'cloud_cover', 'at each hour'],
  ['visibility', 'visibility', 'at each hour'],
  // As users found, the pressure at the cell's own height (weather-gov/api#151); few offices send it.
  ['pressure', 'surface_pressure', 'at each hour'],
  ['quantitativePrecipitation', 'precipitation', 'divided among the hours'],
  ['snowfallAmount', 'snowfall', 'divided among the hours'],
] as const satisfies readonly (readonly [layer: string, variable: string, sense: Sense])[];

type LayerName = (typeof layers)[number][0];

/** Variables that the grid can have. */
export const gridpointVariables: readonly string[] = layers.map(([, variable]) => variable);

const interval = textOf('an interval, such as 2022-02-04T01:00:00+00:00/PT10H', parseInterval);

const layer = z
  .object({
    uom: z.string().nullish(),
    values: z.array(z.object({ validTime: interval, value: numberOrMissing })).nullish(),
  })
  .nullish();

const gridpoints = z.object({
  properties: z.object({
    updateTime: instant,
    ...(Object.fromEntries(layers.map(([name]) => [name, layer])) as Record<LayerName, typeof layer>),
  }),
});

export interface UsNwsForecast {
  /** `updateTime`, epoch milliseconds. */
  readonly updatedAt: number;
  /** One column. */
  readonly values: ValuesByTime;
}

/**
 * What a grid cell's raw forecast says, hour by hour, in the variables' own units.
 *
 * The service merges equal neighbours into one interval, which is spread over its hours again:
 * - a temperature, wind, humidity, cloud cover or pressure holds at each whole hour that the interval contains, its start
 *   among them
 * - a gust is the greatest of the interval; so it is of each hour that lies in it, and valid at the hour's end
 * - an amount is the sum over its interval, six hours as a rule. Each hour gets an equal share, valid at the hour's end:
 *   the sum stays true, when it falls within the interval is not known
 *
 * A value that is null is NaN. A layer that names no unit is left out: such are the empty ones, and the pressure that some
 * offices send.
 *
 * @param about who was asked and what about; messages begin with it
 * @param until the last valid time that is wanted, epoch milliseconds; hours before the update are left out too
 * @throws WeatherglassError InvalidData naming the field, for a time, value or unit that is not understood.
 *
 * Source: weather-gov.github.io/api/gridpoints; of amounts weather-gov/api#21 and #134.
 */
export function decodeGridpoints(body: unknown, about: string, until: number): UsNwsForecast {
  const { properties } = readReply(gridpoints, body, about);
  const updatedAt = properties.updateTime;
  const from = Math.floor(updatedAt / msPerHour) * msPerHour;
  const { values, set } = gatherValues(1);
  for (const [name, variable, sense] of layers) {
    const { uom, values: told } = properties[name] ?? {};
    if (!uom || told == null) continue;
    const convert = fromReplyUnit(uom, findVariable(variable).unit, `${about}: properties.${name}.uom`);
    for (const { validTime, value } of told) {
      const hours =
        sense === 'at each hour' ? hoursIn(validTime, from, until) : hourEndsIn(validTime, from, until);
      const share = sense === 'divided among the hours' ? msPerHour / (validTime.end - validTime.start) : 1;
      for (const hour of hours) set(variable, hour, 0, convert(value) * share);
    }
  }
  return { updatedAt, values };
}
