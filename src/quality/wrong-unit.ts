import { WeatherglassError } from '../errors.ts';
import { converter } from '../weather/units.ts';
import type { Variable } from '../weather/variable.ts';

/** Colder and warmer than any air, or any soil, ever measured, °C; beyond, the unit is wrong whatever the place. */
const COLDEST = -95;
const WARMEST_AIR = 60;
const WARMEST_SOIL = 80;
/** How far beyond what its place is used to a temperature may go before another unit explains it better, K. */
const SURPRISE = 15;
/** Fewer values say too little about what a place is used to. */
const ENOUGH = 10;

function warmest({ name }: Variable): number {
  return name.startsWith('soil') ? WARMEST_SOIL : WARMEST_AIR;
}

/** Whether a value is no surprise to a place that has had these; no if they are too few to tell. */
export function fitsUsual(value: number, variable: Variable, usual: readonly number[]): boolean {
  if (variable.unit !== '°C' || Number.isNaN(value)) return true;
  if (usual.length < ENOUGH || value < COLDEST || value > warmest(variable)) return false;
  const most = usual.reduce((a, b) => Math.max(a, b));
  return value <= most + SURPRISE;
}

/**
 * Refuses a temperature that its place can only have in another unit than the one declared, such as 68 °C where it has
 * been 12 to 24 °C: 68 °F is 20 °C.
 *
 * Only temperatures are looked at: their other units have another zero, so that a mistake is plain. A storm looks like
 * a mistake of unit to any rule about wind.
 *
 * @param value in the variable's unit, as declared
 * @param usual what the place has had lately, in the variable's unit
 * @param what names the value in the message
 * @throws WeatherglassError InvalidData
 */
export function refuseWrongUnit(
  value: number,
  variable: Variable,
  usual: readonly number[],
  what: string,
): void {
  if (variable.unit !== '°C' || Number.isNaN(value)) return;
  const enough = usual.length >= ENOUGH;
  const least = enough ? usual.reduce((a, b) => Math.min(a, b)) : COLDEST;
  const most = enough ? usual.reduce((a, b) => Math.max(a, b)) : warmest(variable);
  const impossible = value < COLDEST || value > warmest(variable);
  // Taken for °C, °F and K are too warm; a cold wave is no mistake.
  if (!impossible && !(enough && value > most + SURPRISE)) return;
  const unit = ['°F', 'K'].find((one) => {
    const meant = converter(one, '°C')(value);
    return meant >= least - SURPRISE / 3 && meant <= most + SURPRISE / 3;
  });
  if (unit === undefined && !impossible) return;
  const meant =
    unit === undefined
      ? ''
      : ` In ${unit} it would be ${converter(unit, '°C')(value).toFixed(1)} °C: declare the unit ${unit}.`;
  throw new WeatherglassError(
    'InvalidData',
    `${what} is ${value} °C, but ${
      enough
        ? `the last outcomes there are ${least} to ${most} °C`
        : 'nowhere on Earth was that ever measured'
    }.${meant}${unit === undefined ? ' Correct the value, or the sensor.' : ''}`,
  );
}

/** Forecasts are rarely wrong by as much for half of the time, K. */
const WRONG_FORECAST = 8;

/**
 * Refuses a series of temperatures that its forecasts fit only in another unit than the one declared.
 *
 * @param values in the variable's unit, as declared
 * @param forecasts of the same times; NaN for none
 * @throws WeatherglassError InvalidData
 */
export function refuseUnlikeForecasts(
  values: Float64Array,
  forecasts: Float64Array,
  variable: Variable,
  what: string,
): void {
  const unit = fittingUnit(values, forecasts, variable);
  if (unit === undefined || unit === variable.unit) return;
  throw new WeatherglassError(
    'InvalidData',
    `${what} are mostly ${medianMiss(values, forecasts).toFixed(1)} K off their forecasts, but in ${unit} they would fit: declare the unit ${unit}.`,
  );
}

/**
 * The unit in which temperatures fit others of the same times: the one declared where they fit in that, another where they
 * fit in that alone; undefined where they fit in none, or too few are of the same times.
 *
 * @param values in the variable's unit, as declared
 * @param others of the same times; NaN for none
 */
export function fittingUnit(
  values: Float64Array,
  others: Float64Array,
  variable: Variable,
): string | undefined {
  if (variable.unit !== '°C') return undefined;
  const miss = medianMiss(values, others);
  if (miss <= WRONG_FORECAST) return variable.unit;
  return ['°F', 'K'].find((one) => medianMiss(values.map(converter(one, '°C')), others) < miss / 3);
}

/** Of the times that both have, if they are enough; else NaN. */
function medianMiss(values: Float64Array, others: Float64Array): number {
  const misses = values.map((value, i) => Math.abs(value - others[i])).filter(Number.isFinite);
  return misses.length < ENOUGH ? Number.NaN : misses.sort()[Math.floor(misses.length / 2)];
}
