import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import { msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { gatherValues, type ValuesByTime } from './forecast-series.ts';
import { weatherCodeOf } from './met-norway-symbols.ts';
import { instant, numberOrMissing, readReply } from './read-reply.ts';
import { fromReplyUnit } from './reply-unit.ts';

/** Columns of what is decoded: the forecast, and where MET Norway has them its 10 % and 90 % quantiles. */
export const metNorwayColumns = ['model_met', 'x_q10', 'x_q90'] as const;

type Field = readonly [field: string, variable: string, column: (typeof metNorwayColumns)[number]];

/** Fields that hold at the time of a step. */
const instants: readonly Field[] = [
  ['air_temperature', 'temperature_2m', 'model_met'],
  ['air_temperature_percentile_10', 'temperature_2m', 'x_q10'],
  ['air_temperature_percentile_90', 'temperature_2m', 'x_q90'],
  ['dew_point_temperature', 'dew_point_2m', 'model_met'],
  ['relative_humidity', 'relative_humidity_2m', 'model_met'],
  ['wind_speed', 'wind_speed_10m', 'model_met'],
  ['wind_speed_percentile_10', 'wind_speed_10m', 'x_q10'],
  ['wind_speed_percentile_90', 'wind_speed_10m', 'x_q90'],
  ['wind_from_direction', 'wind_direction_10m', 'model_met'],
  ['cloud_area_fraction', 'cloud_cover', 'model_met'],
  ['air_pressure_at_sea_level', 'pressure_msl', 'model_met'],
];

const gusts: Field = ['wind_speed_of_gust', 'wind_gusts_10m', 'model_met'];
const hourlyRain: Field = ['precipitation_amount', 'precipitation', 'model_met'];
const rainOfSixHours: Field = ['precipitation_amount', 'precipitation_sum_6h', 'model_met'];

/** Variables that MET Norway can have. */
export const metNorwayVariables: readonly string[] = [
  ...new Set([...instants, gusts, hourlyRain, rainOfSixHours].map(([, variable]) => variable)),
  'weather_code',
];

const details = z
  .object(Object.fromEntries([...instants, gusts].map(([field]) => [field, numberOrMissing])))
  .nullish();

const period = z
  .object({
    summary: z.object({ symbol_code: z.string().nullish() }).nullish(),
    details: z.object({ precipitation_amount: numberOrMissing }).nullish(),
  })
  .nullish();

const locationforecast = z.object({
  properties: z.object({
    meta: z.object({ updated_at: instant, units: z.record(z.string(), z.string()) }),
    timeseries: z.array(
      z.object({
        time: instant,
        data: z.object({
          instant: z.object({ details }).nullish(),
          next_1_hours: period,
          next_6_hours: period,
        }),
      }),
    ),
  }),
});

export interface Locationforecast {
  /** `meta.updated_at`, epoch milliseconds. */
  readonly updatedAt: number;
  /** Columns are {@link metNorwayColumns}. */
  readonly values: ValuesByTime;
}

/**
 * What a reply of Locationforecast 2.0 says, `compact` or `complete`, in the variables' own units.
 *
 * What MET says of the hours after a step is valid at the end of them: `next_1_hours` an hour after the step,
 * `next_6_hours` six hours after it and only where there is no `next_1_hours`. Gusts are the greatest of the time up to
 * their step, so they are taken where that is an hour. A weather symbol is valid at the time of its step. What is absent
 * or null is NaN.
 *
 * @param about who was asked and what about; messages begin with it
 * @throws WeatherglassError InvalidData naming the field; also where a value has no unit, or one that does not fit, and for
 *   times that do not ascend.
 *
 * Source: api.met.no/doc/ForecastJSON and api.met.no/doc/locationforecast/datamodel.
 */
export function decodeLocationforecast(body: unknown, about: string): Locationforecast {
  const { meta, timeseries } = readReply(locationforecast, body, about).properties;
  const { values, set } = gatherValues(metNorwayColumns.length);
  const converters = new Map<string, (value: number) => number>();

  function keep([field, variable, column]: Field, validTime: number, value: number) {
    const known = Number.isNaN(value) ? value : converterOf(field, variable)(value);
    set(variable, validTime, metNorwayColumns.indexOf(column), known);
  }

  /** Asked for only where there is a value: a field that is absent needs no unit. */
  function converterOf(field: string, variable: string): (value: number) => number {
    let convert = converters.get(field);
    if (convert === undefined) {
      const unit = Object.hasOwn(meta.units, field) ? meta.units[field] : undefined;
      const named = `${about}: properties.meta.units.${field}`;
      if (unit === undefined)
        throw new WeatherglassError(
          'InvalidData',
          `${named} is missing; it must be the unit of the values of ${field}`,
        );
      convert = fromReplyUnit(unit, findVariable(variable).unit, named);
      converters.set(field, convert);
    }
    return convert;
  }

  timeseries.forEach(({ time, data }, step) => {
    if (step > 0 && time <= timeseries[step - 1].time)
      throw new WeatherglassError(
        'InvalidData',
        `${about}: properties.timeseries[${step}].time is not later than the one before it`,
      );
    const { instant: now, next_1_hours: hour, next_6_hours: sixHours } = data;
    for (const one of instants) keep(one, time, now?.details?.[one[0]] ?? Number.NaN);
    if (step === 0 || time - timeseries[step - 1].time <= msPerHour)
      keep(gusts, time, now?.details?.[gusts[0]] ?? Number.NaN);
    if (hour) keep(hourlyRain, time + msPerHour, hour.details?.precipitation_amount ?? Number.NaN);
    else if (sixHours)
      keep(rainOfSixHours, time + 6 * msPerHour, sixHours.details?.precipitation_amount ?? Number.NaN);
    const symbol = (hour ?? sixHours)?.summary?.symbol_code;
    if (symbol) set('weather_code', time, 0, weatherCodeOf(symbol));
  });
  return { updatedAt: meta.updated_at, values };
}
