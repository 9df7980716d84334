import { parametric } from '../forecast/parametric.ts';
import { forth } from '../forecast/transform.ts';
import { type Elsewhere, neighboursAt, widerBy } from './elsewhere.ts';
import { emosFormula, type RegressionArtefact } from './emos.ts';
import { krige } from './kriging.ts';
import { learnElsewhere } from './learn-elsewhere.ts';
import { type Control, type Model, type Selection, type Settings, trainedOn } from './model.ts';
import { type Coefficients, fitRegression, regressionLaws } from './regression.ts';
import { columnsOf } from './terms.ts';

/** Version 2. One of version 1 has no `elsewhere`. */
export interface StationArtefact extends RegressionArtefact {
  /** Shrunken mean residual of each place that training saw, on the fitted scale. */
  readonly stationBias: Readonly<Record<string, number>>;
  /** What holds at other places; left out where too few stations trained: then they have bias 0 and the same spread. */
  readonly elsewhere?: Elsewhere;
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
 *
 * A place without outcomes of its own is given a bias from the stations around it, if that was found to help, and a wider
 * spread: see `learnElsewhere`.
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
    const coefficients = fitRegression(training, formula, settings, control, {
      offset: withoutOwn,
      earlier: regional,
    });
    const elsewhere = elsewhereOf(training, coefficients, residuals, settings, control);
    return {
      model: 'emos-station',
      version: 2,
      trainedOn: trainedOn(training),
      coefficients,
      stationBias,
      ...(elsewhere !== undefined && { elsewhere }),
    };
  },
  predict(artefact, targets) {
    const { cases, rows } = targets;
    const locals = new Map<number, Local>();
    const localOf = (place: number) => {
      let local = locals.get(place);
      if (local === undefined) locals.set(place, (local = localAt(artefact, targets, place)));
      return local;
    };
    const bias = Float64Array.from(rows, (row) => localOf(cases.place[row]).bias);
    const { location, scale } = regressionLaws(artefact.coefficients, targets, bias);
    rows.forEach((row, i) => {
      scale[i] *= localOf(cases.place[row]).wider;
    });
    return parametric(artefact.coefficients.family, location, scale);
  },
};

/** What is peculiar to a place: added to the location, and multiplied with the scale. */
interface Local {
  readonly bias: number;
  readonly wider: number;
}

function localAt({ stationBias, elsewhere }: StationArtefact, { cases }: Selection, place: number): Local {
  const name = cases.places[place];
  if (Object.hasOwn(stationBias, name)) return { bias: stationBias[name], wider: 1 };
  if (elsewhere === undefined) return { bias: 0, wider: 1 };
  const { transfer, widening } = elsewhere;
  if (transfer === undefined) return { bias: 0, wider: widerBy(widening, 1) };
  const [latitude = Number.NaN, longitude = Number.NaN, elevation = Number.NaN] =
    cases.locations?.subarray(3 * place, 3 * place + 3) ?? [];
  const around = neighboursAt(transfer, latitude, longitude, elevation);
  const { weights, unknown } = krige(around, transfer);
  let bias = 0;
  around.stations.forEach((station, k) => (bias += weights[k] * stationBias[transfer.stations[station]]));
  return { bias, wider: widerBy(widening, unknown) };
}

/** The left-out rows are judged by the law that predictions will have. */
function elsewhereOf(
  training: Selection,
  coefficients: Coefficients,
  residuals: Float64Array,
  settings: Settings,
  control: Control,
): Elsewhere | undefined {
  const { cases, rows } = training;
  const { location, scale } = regressionLaws(coefficients, training);
  const columnOf = (column: Float64Array) => Float64Array.from(rows, (row) => column[row]);
  return learnElsewhere(
    {
      names: cases.places,
      locations: cases.locations,
      place: Int32Array.from(rows, (row) => cases.place[row]),
      validTime: columnOf(cases.validTime),
      outcome: columnOf(cases.outcome).map((value) => forth(settings.family.transform, value)),
      residual: residuals.map((value, i) => (scale[i] > 0 ? value : Number.NaN)),
      location,
      scale,
      priorOutcomes: PRIOR_OUTCOMES,
    },
    settings,
    control,
  );
}

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
