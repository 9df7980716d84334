import { WeatherglassError } from '../errors.ts';
import { didYouMean } from '../weather/nearest-names.ts';
import { converter } from '../weather/units.ts';
import type { Variable } from '../weather/variable.ts';

/** What is taken of the hours of a period before it is compared. */
export const periodStatistics = ['sum', 'mean', 'min', 'max'] as const;
export type PeriodStatistic = (typeof periodStatistics)[number];

export const comparisons = ['<', '<=', '>', '>='] as const;
export type Comparison = (typeof comparisons)[number];

/** Something that happens in a period, or does not. */
export interface WeatherEvent {
  /** In one spelling, with the unit: `precipitation_sum_6h > 5 mm`. */
  readonly text: string;
  /** Whose predictions are asked. */
  readonly variable: Variable;
  /** `value`: each value by itself. `spell`: all values of the period meet the comparison. */
  readonly statistic: 'value' | 'spell' | PeriodStatistic;
  /** Length of the period; `day` for the local days of the place. */
  readonly hours: number | 'day';
  /** Hours from one value to the next, the variable's period and at least one. */
  readonly stepHours: number;
  readonly comparison: Comparison;
  /** In the variable's unit. */
  readonly threshold: number;
}

const shape =
  /^([a-z][a-z0-9_]*)\s*(<=|>=|<|>|≤|≥)\s*([-+−]?(?:\d+(?:\.\d+)?|\.\d+))(.*?)(?:\s+for\s+([1-9]\d*)\s*h)?$/;
const ending = /_(sum|mean|min|max)(?:_([1-9]\d*)h)?$/;
const examples =
  'precipitation_sum_6h>5, temperature_2m_min<0 (of a local day), temperature_2m<0 or "precipitation<0.1 for 6h"';

/**
 * Reads an event: `<variable>[_(sum|mean|min|max)[_<n>h]] <op> <value>[unit][ for <n>h]`, the operator one of < <= > >=.
 *
 * A variable that is predicted under the whole name, such as `temperature_2m_min` or `precipitation_sum_72h`, is taken as it
 * is. Else the name says what is taken of the hours: of each n of them, or of each local day of the place. `for 6h` asks for
 * as many hours in a row that all meet the comparison. A value without unit is in the variable's own.
 *
 * @param predicted the variables that there are predictions of
 * @throws WeatherglassError Usage: not an event, or one that the variable does not have. NotFound: a variable that is not
 *   predicted, with the nearest names. InvalidData: a unit that is not one of the variable's.
 *
 * @example parseEvent('temperature_2m_min<32°F', [findVariable('temperature_2m')]).threshold; // 0
 */
export function parseEvent(text: string, predicted: readonly Variable[]): WeatherEvent {
  const match = shape.exec(text.trim());
  if (match === null)
    throw new WeatherglassError(
      'Usage',
      `${JSON.stringify(text)} is not an event; write one like ${examples}`,
    );
  const [, name, operator, digits, spacedUnit, spell] = match;
  const unit = spacedUnit.trim();
  const { variable, statistic, hours } = aboutWhat(name, spell, predicted);
  const comparison = operator.replace('≤', '<=').replace('≥', '>=') as Comparison;
  const given = Number(digits.replace('−', '-'));
  const threshold = unit === '' ? given : rounded(converter(unit, variable.unit)(given));
  if (statistic === 'sum' && converter(unit === '' ? variable.unit : unit, variable.unit)(0) !== 0)
    throw new WeatherglassError(
      'Usage',
      `a sum in ${unit} cannot be told in ${variable.unit}, whose zero is another; give it in ${variable.unit}, or ask for the mean`,
    );
  const stepHours = Math.max(1, variable.periodHours);
  if (hours !== 'day' && hours % stepHours !== 0)
    throw new WeatherglassError(
      'Usage',
      `each value of ${variable.name} is of ${stepHours} hours: ${hours} hours are not a whole number of these`,
    );
  return {
    text: `${name} ${comparison} ${threshold} ${variable.unit}${spell === undefined ? '' : ` for ${hours} h`}`,
    variable,
    statistic,
    hours,
    stepHours,
    comparison,
    threshold,
  };
}

/** A converted value without the dust of floating point: 32 °F are 0 °C. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

function aboutWhat(
  name: string,
  spell: string | undefined,
  predicted: readonly Variable[],
): Pick<WeatherEvent, 'variable' | 'statistic' | 'hours'> {
  const named = predicted.find((one) => one.name === name);
  if (named !== undefined)
    return spell === undefined
      ? { variable: named, statistic: 'value', hours: Math.max(1, named.periodHours) }
      : { variable: named, statistic: 'spell', hours: Number(spell) };
  const [end, statistic, hours] = ending.exec(name) ?? [''];
  const variable = predicted.find((one) => one.name === name.slice(0, name.length - end.length));
  if (variable === undefined) throw unknownVariable(name, end, predicted);
  if (spell !== undefined)
    throw new WeatherglassError(
      'Usage',
      `"for ${spell}h" is about single hours of ${variable.name}: leave out ${end}, or the spell`,
    );
  if (variable.periodHours > 1)
    throw new WeatherglassError(
      'Usage',
      `each value of ${variable.name} is of ${variable.periodHours} hours already: leave out ${end}`,
    );
  return {
    variable,
    statistic: statistic as PeriodStatistic,
    hours: hours === undefined ? 'day' : Number(hours),
  };
}

function unknownVariable(name: string, end: string, predicted: readonly Variable[]): WeatherglassError {
  const names = predicted.map((one) => one.name);
  const hourly = predicted.filter(({ periodHours }) => periodHours <= 1);
  const advice = didYouMean(name, end === '' ? names : [...names, ...hourly.map((one) => one.name + end)]);
  const there = names.length === 0 ? 'nothing is, so far' : `there are predictions of ${names.join(', ')}`;
  return new WeatherglassError(
    'NotFound',
    `${JSON.stringify(name)} is not predicted here${advice === '' ? `; ${there}` : `.${advice}`}`,
  );
}

/** Whether a value meets the comparison of an event; false for NaN. */
export function meets(comparison: Comparison, value: number, threshold: number): boolean {
  switch (comparison) {
    case '<':
      return value < threshold;
    case '<=':
      return value <= threshold;
    case '>':
      return value > threshold;
    case '>=':
      return value >= threshold;
  }
}
