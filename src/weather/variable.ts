import { WeatherglassError } from '../errors.ts';
import { builtInVariables } from './built-in-variables.ts';
import { didYouMean, nearestNames } from './nearest-names.ts';

/** The laws a variable can have by default; src/forecast/law.ts has their maths. */
export const lawNames = [
  'normal',
  'logistic',
  'truncated-normal',
  'truncated-logistic',
  'censored-normal',
  'censored-logistic',
] as const;
export type LawName = (typeof lawNames)[number];

/** What a variable's values follow: a law, or none on a line, as directions and codes; those pass through as forecast. */
export const variableLaws = [...lawNames, 'none'] as const;

/** Scales on which a law can be fitted: as it is, or the square root (for amounts). */
export const transforms = ['none', 'sqrt'] as const;
export type Transform = (typeof transforms)[number];

/** What a value stands for over its period. */
export const variableKinds = ['instant', 'mean', 'sum', 'max', 'min'] as const;
export type VariableKind = (typeof variableKinds)[number];

export interface Variable {
  /** As Open-Meteo names it, such as `temperature_2m`. */
  readonly name: string;
  readonly unit: string;
  /** Least possible value in `unit`; -Infinity where there is none. */
  readonly lower: number;
  /** Greatest possible value in `unit`; Infinity where there is none. */
  readonly upper: number;
  readonly kind: VariableKind;
  /** Length of the period that ends at the valid time; 0 for an instant. */
  readonly periodHours: number;
  readonly law: (typeof variableLaws)[number];
  readonly transform: Transform;
}

const builtIn: ReadonlyMap<string, Variable> = new Map<string, Variable>(
  builtInVariables.map((one) => [one.name, one]),
);

/**
 * The variable of a name: a built-in one, else a declared one, else an aggregate of an hourly one over N hours,
 * `<hourly variable>_<sum|mean|max|min>_<N>h`, such as `precipitation_sum_72h`.
 *
 * An aggregate keeps unit, bounds, law and transform; a sum of n values has n times the bounds. The sum adds values as
 * they are: that of a rate, such as W/m², is the rate times a number of hours, still in the rate's unit.
 *
 * @throws WeatherglassError InvalidData for an unknown name, with the nearest known ones.
 *
 * @example findVariable('precipitation_sum_72h').periodHours; // 72
 */
export function findVariable(name: string, declared: readonly Variable[] = []): Variable {
  const named = (wanted: string) => builtIn.get(wanted) ?? declared.find((one) => one.name === wanted);
  const found = named(name);
  if (found !== undefined) return found;

  const ending = /_(sum|mean|max|min)_([1-9]\d*)h$/.exec(name);
  if (ending !== null) {
    const hourly = named(name.slice(0, ending.index));
    if (hourly !== undefined) return aggregate(hourly, name, ending[1] as VariableKind, Number(ending[2]));
  }
  const variables = [...builtIn.values(), ...declared];
  const known = variables.map((one) => one.name);
  if (ending !== null)
    for (const one of variables) if (one.periodHours <= 1) known.push(one.name + ending[0]);
  throw new WeatherglassError(
    'InvalidData',
    `Unknown variable ${JSON.stringify(name)}.${didYouMean(name, known)} A variable of your own must be declared.`,
  );
}

function aggregate(hourly: Variable, name: string, kind: VariableKind, periodHours: number): Variable {
  if (hourly.periodHours > 1)
    throw new WeatherglassError(
      'InvalidData',
      `Variable ${JSON.stringify(name)} would aggregate ${hourly.name}, whose values already cover ` +
        `${hourly.periodHours} hours; aggregate an hourly variable.`,
    );
  const values = kind === 'sum' ? periodHours / (hourly.periodHours || 1) : 1;
  return { ...hourly, name, kind, periodHours, lower: hourly.lower * values, upper: hourly.upper * values };
}

type Rule = readonly [field: keyof Variable, isRight: (given: unknown) => boolean, must: string];

const declarationRules: readonly Rule[] = [
  ['name', (given) => isText(given, /^[a-z][a-z0-9_]*$/), 'lower-case letters, digits and _, a letter first'],
  ['unit', (given) => isText(given, /\S/), 'a unit, such as "kW", or "1" for a share'],
  ['lower', (given) => isNumber(given), 'a number, or left out where there is no bound'],
  ['upper', (given) => isNumber(given), 'a number, or left out where there is no bound'],
  ['kind', oneOf(variableKinds), `one of ${variableKinds.join(', ')}`],
  [
    'periodHours',
    (given) => isNumber(given) && given >= 0 && given < Infinity,
    'a number of hours, such as 1',
  ],
  ['law', oneOf(variableLaws), `one of ${variableLaws.join(', ')}`],
  ['transform', oneOf(transforms), `one of ${transforms.join(', ')}`],
];

/**
 * The variable that a JSON value declares.
 *
 * Left out or null, `lower` and `upper` mean no bound, `transform` means none, and the `periodHours` of an instant
 * means 0.
 *
 * @throws WeatherglassError InvalidData that names every missing, wrong or unknown field.
 *
 * @example
 * declareVariable({
 *   name: 'solar_power', unit: '1', lower: 0, upper: 1, kind: 'mean', periodHours: 1, law: 'censored-normal',
 * }).transform; // 'none'
 */
export function declareVariable(value: unknown): Variable {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new WeatherglassError('InvalidData', `A declared variable must be an object, not ${shown(value)}.`);
  const given: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== null),
  );
  const defaults = { lower: -Infinity, upper: Infinity, transform: 'none' };
  const fields: Record<string, unknown> = {
    ...defaults,
    ...(given.kind === 'instant' && { periodHours: 0 }),
    ...given,
  };

  const problems: string[] = [];
  for (const [field, isRight, must] of declarationRules) {
    if (fields[field] === undefined) problems.push(`${field} is missing, it must be ${must}`);
    else if (!isRight(fields[field])) problems.push(`${field} must be ${must}, not ${shown(fields[field])}`);
  }
  const known: readonly string[] = declarationRules.map(([field]) => field);
  for (const field of Object.keys(given).filter((one) => !known.includes(one))) {
    const [near] = nearestNames(field, known);
    problems.push(
      `there is no field ${shown(field)}${near === undefined ? '' : `, perhaps ${near} is meant`}`,
    );
  }
  // The rules have just checked every field.
  const variable = fields as unknown as Variable;
  if (problems.length === 0) problems.push(...contradictions(variable));
  if (problems.length === 0) return variable;
  const name = fields.name === undefined ? 'without a name' : shown(fields.name);
  throw new WeatherglassError('InvalidData', `Variable ${name} is declared wrongly: ${problems.join('; ')}.`);
}

/** What is wrong with fields that are each right. */
function contradictions({ name, lower, upper, kind, periodHours, law, transform }: Variable): string[] {
  const problems: string[] = [];
  if (builtIn.has(name)) problems.push('name is that of a built-in variable, choose another');
  if (!(lower < upper)) problems.push(`lower must be less than upper, not ${lower} and ${upper}`);
  if ((kind === 'instant') !== (periodHours === 0))
    problems.push(
      `periodHours must be 0 for an instant and more for a ${kind === 'instant' ? 'mean' : kind}`,
    );
  if (law.includes('-') && lower === -Infinity && upper === Infinity)
    problems.push(`law ${law} needs lower, upper or both`);
  if (transform === 'sqrt' && !(lower >= 0)) problems.push('transform sqrt needs lower of 0 or more');
  return problems;
}

function isText(given: unknown, pattern: RegExp): boolean {
  return typeof given === 'string' && pattern.test(given);
}

function isNumber(given: unknown): given is number {
  return typeof given === 'number' && !Number.isNaN(given);
}

function oneOf(choices: readonly unknown[]): (given: unknown) => boolean {
  return (given) => choices.includes(given);
}

function shown(given: unknown): string {
  return typeof given === 'number' ? String(given) : (JSON.stringify(given) ?? String(given));
}
