import { WeatherglassError } from '../errors.ts';
import { hourOfDay } from '../weather/time.ts';
import type { Artefact, Cases, Model, Settings } from './model.ts';
import { recentErrorNames, trainedOn } from './model.ts';
import { type Coefficients, fitRegression, predictRegression } from './regression.ts';
import { type Formula } from './regression-problem.ts';
import { harmonics, type Term } from './terms.ts';

export interface RegressionArtefact extends Artefact {
  readonly coefficients: Coefficients;
}

/** The formula of EMOS for the columns that a block has. */
export function emosFormula(cases: Cases, settings: Settings, season: readonly Term[] = []): Formula {
  const { members, models, columns } = cases;
  const x = columns.slice(members + models);
  const hasRaw = members + models > 0;
  const weighted = settings.predictors === 'weights' && models + Math.min(members, 1) > 1;
  const forecasts = weighted
    ? [...(members > 0 ? ['mean'] : []), ...columns.slice(members, members + models)]
    : hasRaw
      ? ['mean']
      : [];
  const hasSpread = members > 1 || models > 1;
  const spread = hasSpread ? [settings.spread === 'log' ? 'log_sd' : 'variance'] : [];
  return {
    location: ['one', ...forecasts, ...x, ...season],
    scale: ['one', ...spread, ...(settings.spread === 'log' ? season : [])],
    nonNegative: forecasts,
  };
}

/** Harmonics of the year, and of the day where the valid hour varies and the value is not one of whole days. */
function seasonOf(cases: Cases): Term[] {
  const first = hourOfDay(cases.validTime[0]);
  const daily = cases.variable.periodHours < 24 && cases.validTime.some((time) => hourOfDay(time) !== first);
  return [...harmonics('year', 1), ...(daily ? harmonics('day', 2) : [])];
}

/**
 * EMOS, also called non-homogeneous regression: a law with location a + b·forecast and scale from the ensemble's.
 *
 * Gneiting et al. 2005, doi 10.1175/MWR2904.1.
 */
export const emos: Model<RegressionArtefact> = {
  name: 'emos',
  about: 'location linear in the forecast, spread linear in the ensemble variance',
  simpler: 'dressed',
  fit(training, settings, control, earlier) {
    const formula = emosFormula(training.cases, settings);
    if (formula.location.length === 1)
      throw new WeatherglassError('CannotFit', 'there is no forecast and no other predictor to learn from');
    return {
      model: 'emos',
      version: 1,
      trainedOn: trainedOn(training),
      coefficients: fitRegression(training, formula, settings, control, { earlier: earlier?.coefficients }),
    };
  },
  predict: (artefact, targets) => predictRegression(artefact.coefficients, targets),
};

/**
 * EMOS with every forecast as a predictor, annual harmonics in location and log scale, and the forecast's own recent
 * errors: for long histories.
 *
 * A long window averages over regimes; the errors of the last days and weeks say which one it is now.
 */
export const emosSeason: Model<RegressionArtefact> = {
  name: 'emos-season',
  about: 'emos with annual harmonics, recent errors and a weight for every forecast; wants a year or more',
  simpler: 'emos',
  usesRecent: true,
  fit(training, settings, control, earlier) {
    const seasonal: Settings = { ...settings, predictors: 'weights', spread: 'log' };
    const plain = emosFormula(training.cases, seasonal, seasonOf(training.cases));
    const errors = plain.nonNegative.length > 0 ? recentErrorNames : [];
    const formula = { ...plain, location: [...plain.location, ...errors] };
    return {
      model: 'emos-season',
      version: 1,
      trainedOn: trainedOn(training),
      coefficients: fitRegression(training, formula, seasonal, control, { earlier: earlier?.coefficients }),
    };
  },
  predict: (artefact, targets) => predictRegression(artefact.coefficients, targets),
};
