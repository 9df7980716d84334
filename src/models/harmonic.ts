import type { RegressionArtefact } from './emos.ts';
import { type Model, recentOutcomeNames, type Settings, trainedOn } from './model.ts';
import { fitRegression, predictRegression } from './regression.ts';
import { type Formula } from './regression-problem.ts';
import { harmonics } from './terms.ts';

const formula: Formula = {
  location: ['one', ...harmonics('year', 2), ...recentOutcomeNames],
  scale: ['one', ...harmonics('year', 1)],
  nonNegative: [],
};

/**
 * Harmonic regression with autoregression, for a place that has observations and no forecasts.
 *
 * The location is two harmonics of the year plus the place's last known outcome and its exponential means over 3,
 * 10 and 30 days; the log scale has one harmonic. Each lead time is regressed on its own (direct multi-step
 * forecasting), so the memory fades with the lead as far as the data says, and what is left is a smooth climatology.
 * The means of raw outcomes serve as anomalies would: the harmonics absorb their seasonal part.
 */
export const harmonic: Model<RegressionArtefact> = {
  name: 'harmonic',
  about: "harmonics of the year and the place's own recent outcomes; needs no forecast",
  simpler: 'climatology',
  usesRecent: true,
  fit(training, settings, control, earlier) {
    const logSpread: Settings = { ...settings, spread: 'log' };
    return {
      model: 'harmonic',
      version: 1,
      trainedOn: trainedOn(training),
      coefficients: fitRegression(training, formula, logSpread, control, { earlier: earlier?.coefficients }),
    };
  },
  predict: (artefact, targets) => predictRegression(artefact.coefficients, targets),
};
