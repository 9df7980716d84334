import { forth } from '../forecast/transform.ts';
import { emosFormula, type RegressionArtefact } from './emos.ts';
import { type Model, type Selection, trainedOn } from './model.ts';
import { type Coefficients, fitRegression, predictRegression } from './regression.ts';
import { columnsOf } from './terms.ts';

export interface StationArtefact extends RegressionArtefact {
  /** Shrunken mean residual of each place that training saw, on the fitted scale. */
  readonly stationBias: Readonly<Record<string, number>>;
}

/** Outcomes that count as much as the region's prior of no station bias. */
const PRIOR_OUTCOMES = 3;
/** Residuals beyond this many regional standard deviations are cut, so that one wild outcome cannot move a station. */
const CLIP = 3;

/**
 * EMOS for a region plus what is peculiar to each station: the mean residual of its n outcomes, times n/(n + 3).
 *
 * The regional fit is made twice: the first gives the residuals; in the second each training row carries its
 * station's bias as learned from the station's other rows (leave-one-out), so that the spread is that of a
 * prediction and not of a fit.
 */
export const emosStation: Model<StationArtefact> = {
  name: 'emos-station',
  about: "emos for the region plus each station's own residual, shrunk by how much is known of it",
  simpler: 'emos',
  fit(training, settings, control, earlier) {
    const formula = emosFormula(training.cases, settings);
    const regional = fitRegression(training, formula, settings, control, { earlier: earlier?.coefficients });
    const residuals = residualsOf(training, regional);
    const { place, places } = training.cases;
    const sum = new Float64Array(places.length);
    const count = new Float64Array(places.length);
    training.rows.forEach((row, i) => {
      if (Number.isNaN(residuals[i])) return;
      sum[place[row]] += residuals[i];
      count[place[row]]++;
    });
    const withoutOwn = residuals.map((residual, i) => {
      const at = place[training.rows[i]];
      return (sum[at] - residual) / (count[at] - 1 + PRIOR_OUTCOMES);
    });
    // A place may be called __proto__ or toString: entries and hasOwn take any name.
    const stationBias = Object.fromEntries(
      places.flatMap((name, at) =>
        count[at] > 0 ? [[name, sum[at] / (count[at] + PRIOR_OUTCOMES)] as const] : [],
      ),
    );
    return {
      model: 'emos-station',
      version: 1,
      trainedOn: trainedOn(training),
      coefficients: fitRegression(training, formula, settings, control, {
        offset: withoutOwn,
        earlier: regional,
      }),
      stationBias,
    };
  },
  predict(artefact, targets) {
    const { place, places } = targets.cases;
    const biasOf = (name: string) =>
      Object.hasOwn(artefact.stationBias, name) ? artefact.stationBias[name] : 0;
    const bias = Float64Array.from(targets.rows, (row) => biasOf(places[place[row]]));
    return predictRegression(artefact.coefficients, targets, bias);
  },
};

/** Outcome minus location of each row on the fitted scale, clipped; NaN where either is missing. */
function residualsOf(selection: Selection, { locationTerms, location, family }: Coefficients): Float64Array {
  const columns = columnsOf(locationTerms, selection, family.transform);
  const width = locationTerms.length;
  const residuals = new Float64Array(selection.rows.length);
  let squares = 0;
  let count = 0;
  for (let i = 0; i < residuals.length; i++) {
    let residual = forth(family.transform, selection.cases.outcome[selection.rows[i]]);
    for (let j = 0; j < width; j++) if (location[j] !== 0) residual -= location[j] * columns[i * width + j];
    residuals[i] = residual;
    if (Number.isNaN(residual)) continue;
    squares += residual * residual;
    count++;
  }
  const limit = CLIP * Math.sqrt(squares / count);
  return residuals.map((residual) => Math.max(-limit, Math.min(limit, residual)));
}
