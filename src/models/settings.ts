import { WeatherglassError } from '../errors.ts';
import { type LawName, lawNames, type Transform, transforms, type Variable } from '../weather/variable.ts';
import type { Settings } from './model.ts';

/** What a caller may choose about a fit; what is left out follows from the variable. */
export interface SettingsChoice {
  readonly law?: LawName | undefined;
  readonly transform?: Transform | undefined;
  readonly predictors?: Settings['predictors'] | undefined;
  readonly spread?: Settings['spread'] | undefined;
  readonly score?: Settings['score'] | undefined;
  readonly prior?: number | undefined;
}

/** Belief in the raw forecast, in outcomes; docs/methods.md shows what it was chosen by. */
const PRIOR_OUTCOMES = 200;

/** @throws WeatherglassError Usage unless a choice is left out or one of those there are. */
export function checkChoice(name: string, chosen: string | undefined, allowed: readonly string[]): void {
  if (chosen !== undefined && !allowed.includes(chosen))
    throw new WeatherglassError(
      'Usage',
      `${name} is one of ${allowed.join(', ')}, not ${JSON.stringify(chosen)}`,
    );
}

/**
 * Settings for a variable: its own law on its own scale unless chosen otherwise.
 *
 * A root scale goes with a log-linear spread (crch's form for rain), any other with a linear variance. A chosen law
 * without bounds is fitted on the plain scale, since a root needs a law that ends at zero.
 *
 * @throws WeatherglassError Usage for a choice that does not exist, a bounded law of a variable without bounds, or a
 *   variable that has no law.
 */
export function settingsFor(variable: Variable, choice: SettingsChoice = {}): Settings {
  checkChoice('law', choice.law, lawNames);
  checkChoice('transform', choice.transform, transforms);
  checkChoice('predictors', choice.predictors, ['mean', 'weights']);
  checkChoice('spread', choice.spread, ['variance', 'log']);
  checkChoice('score', choice.score, ['crps', 'ml']);
  if (choice.prior !== undefined && !(choice.prior >= 0 && choice.prior < Infinity))
    throw new WeatherglassError('Usage', `prior is a number of outcomes from 0, not ${choice.prior}`);
  const law = choice.law ?? variable.law;
  if (law === 'none')
    throw new WeatherglassError(
      'Usage',
      `${variable.name} has no law, so nothing can be fitted to it: its forecasts pass through as they are`,
    );
  const bounded = law !== 'normal' && law !== 'logistic';
  if (bounded && variable.lower === -Infinity && variable.upper === Infinity)
    throw new WeatherglassError(
      'Usage',
      `law ${law} needs bounds, and ${variable.name} has none; take normal or logistic`,
    );
  const transform = choice.transform ?? (bounded ? variable.transform : 'none');
  return {
    family: { law, transform, lower: variable.lower, upper: variable.upper },
    predictors: choice.predictors ?? 'mean',
    spread: choice.spread ?? (transform === 'none' ? 'variance' : 'log'),
    score: choice.score ?? 'ml',
    // On a root scale the mean of the members' roots is no estimate of the outcome's root, so there is no such belief.
    prior: choice.prior ?? (transform === 'none' ? PRIOR_OUTCOMES : 0),
  };
}
