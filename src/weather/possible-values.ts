import type { Variable } from './variable.ts';

/** What a value of a variable can be, in the variable's unit. */
export interface PossibleValues {
  /** Below is impossible; from here up to `lower` is an instrument's or model's inaccuracy. */
  readonly least: number;
  readonly lower: number;
  readonly upper: number;
  /** Above is impossible; from `upper` up to here is inaccuracy. */
  readonly most: number;
}

/** Least values by physics, where the variable itself is unbounded: they catch codes such as -999. */
const physicalLeast: Readonly<Record<string, number>> = { '°C': -273.15, hPa: 0 };

/**
 * How far values may stray over a variable's bounds before they are impossible.
 *
 * Pyranometers show a few W/m² below zero at night; models leave traces of negative rain; hygrometers are good to
 * a few per cent, so 103 % is a humid day, while 130 % is a mistake.
 */
const allowedBeyond: Readonly<Record<string, number>> = { 'W/m²': 10 };
const allowedBeyondElsewhere = 0.01;
const allowedShareOfRange = 0.05;

/**
 * The possible values of a variable. An unlikely value is possible (46 °C in winter): whether to trust it is for
 * those who learn from it, who must then count it.
 */
export function possibleValues({ lower, upper, unit }: Variable): PossibleValues {
  const range = upper - lower;
  const beyond = Number.isFinite(range)
    ? range * allowedShareOfRange
    : (allowedBeyond[unit] ?? allowedBeyondElsewhere);
  return {
    least: lower === -Infinity ? (physicalLeast[unit] ?? -Infinity) : lower - beyond,
    lower,
    upper,
    most: upper + beyond,
  };
}
