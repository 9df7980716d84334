import { z } from 'zod';
import { WeatherglassError } from '../errors.ts';
import { numberOrMissing } from './read-reply.ts';
import { fromReplyUnit } from './reply-unit.ts';

/** A value with its unit, as the service sends it; of a range it sends the ends. */
export const quantity = z.object({
  unitCode: z.string().nullish(),
  value: numberOrMissing,
  minValue: numberOrMissing,
  maxValue: numberOrMissing,
  qualityControl: z.string().nullish(),
});

export type Quantity = z.output<typeof quantity>;

/**
 * A quantity in one of our units; of a range its middle; NaN where it has no value.
 *
 * @param field who was asked and which field it is; messages begin with it
 * @throws WeatherglassError InvalidData for a value without a unit, or with one that does not fit.
 */
export function quantityIn(unit: string, { unitCode, value, minValue, maxValue }: Quantity, field: string) {
  const given = Number.isNaN(value) ? (minValue + maxValue) / 2 : value;
  if (Number.isNaN(given)) return Number.NaN;
  if (!unitCode)
    throw new WeatherglassError(
      'InvalidData',
      `${field}.unitCode is missing; it must be the unit of ${given}, such as wmoUnit:degC`,
    );
  return fromReplyUnit(unitCode, unit, `${field}.unitCode`)(given);
}
