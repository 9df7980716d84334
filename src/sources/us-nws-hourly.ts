import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import { formatInstant, msPerHour } from '../weather/time.ts';
import { findVariable } from '../weather/variable.ts';
import { gatherValues } from './forecast-series.ts';
import { instant, numberOrMissing, readReply } from './read-reply.ts';
import { fromReplyUnit } from './reply-unit.ts';
import type { UsNwsForecast } from './us-nws-gridpoints.ts';
import { type Quantity, quantity, quantityIn } from './us-nws-quantity.ts';

const compass = [
  'N',
  'NNE',
  'NE',
  'ENE',
  'E',
  'ESE',
  'SE',
  'SSE',
  'S',
  'SSW',
  'SW',
  'WSW',
  'W',
  'WNW',
  'NW',
  'NNW',
];

const period = z.object({
  startTime: instant.nullish(),
  endTime: instant.nullish(),
  // A bare number with its unit beside it, to be replaced by a quantity.
  temperature: z.union([numberOrMissing, quantity], { error: 'a number or a quantity' }),
  temperatureUnit: z.string().nullish(),
  dewpoint: quantity.nullish(),
  relativeHumidity: quantity.nullish(),
  windSpeed: z.union([z.string(), quantity], { error: 'a text or a quantity' }).nullish(),
  windGust: z.union([z.string(), quantity], { error: 'a text or a quantity' }).nullish(),
  windDirection: z.union([z.enum(compass), z.literal('')], { error: 'a point of the compass' }).nullish(),
});

const hourly = z.object({ properties: z.object({ updateTime: instant, periods: z.array(period) }) });

/**
 * What the hourly forecast of a grid cell says, in the variables' own units: the same as the raw grid, rounded and with
 * fewer variables.
 *
 * Temperature is a number with its unit beside it, or a quantity; wind is a text such as `5 to 10 mph`, of which the middle
 * is taken, or a quantity; its direction is a point of the compass, of 22.5° each. A value holds at the start of its hour,
 * a gust at the end. A period without a start is left out; null is NaN.
 *
 * @param about who was asked and what about; messages begin with it
 * @throws WeatherglassError InvalidData naming the field; also for periods that are not of one hour, as those of the
 *   twelve-hour forecast, whose temperatures are highs and lows.
 */
export function decodeHourlyForecast(body: unknown, about: string): UsNwsForecast {
  const { updateTime, periods } = readReply(hourly, body, about).properties;
  const { values, set } = gatherValues(1);
  periods.forEach((one, index) => {
    const { startTime: start, endTime: end } = one;
    if (start == null) return;
    const field = `${about}: properties.periods[${index}]`;
    if (end != null && end - start !== msPerHour)
      throw new WeatherglassError(
        'InvalidData',
        `${field}.endTime must be an hour after startTime, ${formatInstant(start + msPerHour)}, not ${formatInstant(end)}`,
      );
    const keep = (variable: string, validTime: number, value: number) => set(variable, validTime, 0, value);
    const keepQuantity = (variable: string, told: Quantity | null | undefined, name: string) => {
      if (told != null)
        keep(variable, start, quantityIn(findVariable(variable).unit, told, `${field}.${name}`));
    };

    keepQuantity('temperature_2m', temperatureOf(one), 'temperature');
    keepQuantity('dew_point_2m', one.dewpoint, 'dewpoint');
    keepQuantity('relative_humidity_2m', one.relativeHumidity, 'relativeHumidity');
    keep('wind_speed_10m', start, windIn(one.windSpeed, `${field}.windSpeed`));
    keep('wind_gusts_10m', start + msPerHour, windIn(one.windGust, `${field}.windGust`));
    if (one.windDirection) keep('wind_direction_10m', start, compass.indexOf(one.windDirection) * 22.5);
  });
  return { updatedAt: updateTime, values };
}

type Period = z.output<typeof period>;

function temperatureOf({ temperature, temperatureUnit }: Period): Quantity {
  if (typeof temperature !== 'number') return temperature;
  return { value: temperature, unitCode: temperatureUnit, minValue: Number.NaN, maxValue: Number.NaN };
}

/** A wind in m/s: `0 mph`, `5 to 10 mph`, or a quantity. */
function windIn(wind: Period['windSpeed'], field: string): number {
  if (wind == null || wind === '') return Number.NaN;
  if (typeof wind !== 'string') return quantityIn('m/s', wind, field);
  const parts = /^(\d+(?:\.\d+)?)(?: to (\d+(?:\.\d+)?))? (\S.*)$/.exec(wind.trim());
  if (parts === null)
    throw new WeatherglassError(
      'InvalidData',
      `${field} must be a speed, such as "5 to 10 mph", not ${JSON.stringify(wind)}`,
    );
  const [, least, most = least, unit] = parts;
  return fromReplyUnit(unit, 'm/s', field)((Number(least) + Number(most)) / 2);
}
