import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import { closesHour } from '../weather/hourly-values.ts';
import { findVariable } from '../weather/variable.ts';
import { instant, readReply } from './read-reply.ts';
import type { Reading } from './source.ts';
import { quantity, quantityIn } from './us-nws-quantity.ts';

/**
 * What is read of an observation. Not `barometricPressure`: at airports it is the altimeter setting, reduced to sea level by
 * the standard atmosphere (102,410 Pa at Boulder, 1,612 m up, beside A3024 in the same report), and neither the pressure at
 * the station nor that at sea level.
 */
const properties = [
  ['temperature', 'temperature_2m'],
  ['dewpoint', 'dew_point_2m'],
  ['relativeHumidity', 'relative_humidity_2m'],
  ['windSpeed', 'wind_speed_10m'],
  ['windDirection', 'wind_direction_10m'],
  ['windGust', 'wind_gusts_10m'],
  ['seaLevelPressure', 'pressure_msl'],
  ['visibility', 'visibility'],
  ['precipitationLastHour', 'precipitation'],
] as const;

type Property = (typeof properties)[number][0];

/** Variables that the stations can have. */
export const usNwsObserved: readonly string[] = properties.map(([, variable]) => variable);

/**
 * Marks of quality control under which a value is kept: V verified, S screened, C passed the coarse check, Z not checked
 * (yet), G accepted by hand, T a temperature that passed although its virtual temperature could not be worked out.
 *
 * Left out are X rejected, Q questioned, B rejected by hand, and I and W, which are not what the instrument said but
 * interpolated or corrected. A mark that is not known is not trusted; no mark at all means that nobody checked.
 *
 * Source: MADIS, QC data descriptors, madis.ncep.noaa.gov/madis_sfc_qc_notes.shtml.
 */
const keptMarks = ['V', 'S', 'C', 'Z', 'G', 'T'];

const measurement = quantity.nullish();

const measurements = Object.fromEntries(properties.map(([property]) => [property, measurement])) as Record<
  Property,
  typeof measurement
>;

const observations = z.object({
  features: z.array(
    z.object({
      properties: z.object({ timestamp: instant.nullish(), ...measurements }),
    }),
  ),
});

/**
 * The readings in a station's observations, of a list or a single one, in the variables' own units, newest first.
 *
 * The unit of each value is read from it. A value that is null is NaN: the station had none. What quality control rejected
 * is left out as if it had not been measured, and so is a property that is absent. Rain is of the hour before, and only of a
 * report that closes it. Where a time comes twice, as with a
 * corrected report, the first value that is not missing counts. An observation without time and values is left out.
 *
 * @param about who was asked and what about; messages begin with it
 * @throws WeatherglassError InvalidData naming the field, for a time, value or unit that is missing or not understood.
 */
export function decodeObservations(body: unknown, station: string, about: string): Reading[] {
  const isSingle = typeof body === 'object' && body !== null && 'properties' in body;
  const { features } = readReply(observations, isSingle ? { features: [body] } : body, about);
  const readings = new Map<string, Reading>();
  features.forEach(({ properties: told }, index) => {
    const field = `${about}: features[${index}].properties`;
    for (const [property, variable] of properties) {
      const measured = told[property];
      if (measured == null || !isKept(measured.qualityControl)) continue;
      const value = quantityIn(findVariable(variable).unit, measured, `${field}.${property}`);
      const time = told.timestamp;
      if (time == null) {
        if (Number.isNaN(value)) continue;
        throw new WeatherglassError(
          'InvalidData',
          `${field}.timestamp is missing; it must be the time of the ${property}`,
        );
      }
      // The last hour's rain of a report between two hours is no hour's; that of a special report counts from the last one.
      if (variable === 'precipitation' && !closesHour(time)) continue;
      const key = `${variable} ${time}`;
      const known = readings.get(key);
      if (known === undefined || Number.isNaN(known.value))
        readings.set(key, {
          station,
          variable,
          time,
          value,
          receivedAt: Number.NaN,
          ...(variable === 'precipitation' && { periodHours: 1 }),
        });
    }
  });
  return [...readings.values()];
}

function isKept(mark: string | null | undefined): boolean {
  return !mark || keptMarks.includes(mark.replace(/^qc:/, ''));
}
