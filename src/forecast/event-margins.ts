import type { Distributions } from './distributions.ts';
import type { WeatherEvent } from './event.ts';

/** Whether an event is of several hours in a row: then those that are not predicted are filled in. */
export function needsEveryHour({ statistic, stepHours }: WeatherEvent): boolean {
  return statistic !== 'value' && stepHours === 1;
}

/** P(event) of a single value, from its distribution. */
export function marginProbability(
  margins: Distributions,
  index: number,
  { comparison, threshold }: Pick<WeatherEvent, 'comparison' | 'threshold'>,
): number {
  switch (comparison) {
    case '<':
      return margins.cdfBelow(index, threshold);
    case '<=':
      return margins.cdf(index, threshold);
    case '>':
      return 1 - margins.cdf(index, threshold);
    case '>=':
      return 1 - margins.cdfBelow(index, threshold);
  }
}
