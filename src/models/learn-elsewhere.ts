import { crpsOf } from '../forecast/law.ts';
import { fittedLaw } from '../forecast/parametric.ts';
import { type Elsewhere, type Transfer, widerBy } from './elsewhere.ts';
import { type LeftOut, leaveStationOut, type RegionRows } from './leave-station-out.ts';
import { minimise } from './minimise.ts';
import type { Control, Settings } from './model.ts';
import { scoreOf } from './regression-problem.ts';

/** Fewer stations than these say nothing of a place that is none of them. */
const LEAST_STATIONS = 10;
/** More neighbours gained 0.2 % of the CRPS where it was measured, and take the cube of the time. */
const NEAREST = 12;
const NUGGET = 0.1;
const distancesKm = [30, 100, 300];
const heightsM = [300, 1000];
/** Standard errors that forecasts must be better by with the transfer than without. */
const BETTER_BY = 2;

/**
 * Learns what stations say of places without outcomes of their own, by leaving each station out in turn.
 *
 * Of a few likenesses the one that leaves the least mean square of residuals is taken. It is accepted only if the mean
 * CRPS of the left-out stations, on the fitted scale, is better than without transfer by more than twice the standard
 * error of the difference over stations; else biases elsewhere are 0. Either way the scale is widened as fits the left-out rows
 * best, by the score of the fit.
 *
 * @returns undefined for fewer than ten stations
 */
export function learnElsewhere(
  rows: RegionRows,
  settings: Settings,
  control: Control,
): Elsewhere | undefined {
  const { taught, none, sites, told } = leaveStationOut(rows, NEAREST);
  if (taught < LEAST_STATIONS) return undefined;
  const plain: Elsewhere = { widening: wideningOf(rows, none, settings) };
  if (sites.stations.length < LEAST_STATIONS) return plain;
  let transfer: Transfer | undefined;
  let best = none;
  let least = squaresOf(rows, none);
  for (const distanceKm of distancesKm)
    for (const heightM of heightsM) {
      control.checkpoint(0, Number.NaN);
      const likeness = { distanceKm, heightM, nugget: NUGGET };
      const left = told(likeness);
      const squares = squaresOf(rows, left);
      if (!(squares < least)) continue;
      transfer = { ...likeness, nearest: NEAREST, ...sites };
      best = left;
      least = squares;
    }
  if (transfer === undefined) return plain;
  const transferred: Elsewhere = { widening: wideningOf(rows, best, settings), transfer };
  const without = crpsByPlace(rows, none, plain.widening, settings);
  const gains = crpsByPlace(rows, best, transferred.widening, settings).map(
    (crps, place) => without[place] - crps,
  );
  return isGain(gains.filter((gain) => !Number.isNaN(gain))) ? transferred : plain;
}

function squaresOf({ residual }: RegionRows, { bias }: LeftOut): number {
  let squares = 0;
  for (let i = 0; i < residual.length; i++)
    if (!Number.isNaN(residual[i])) squares += (residual[i] - bias[i]) ** 2;
  return squares;
}

/** γ ≥ 0 for which rows with the scale √(1 + γ · unknown) times a station's score best. */
function wideningOf(rows: RegionRows, { bias, unknown }: LeftOut, settings: Settings): number {
  const { place, outcome, residual, location, scale } = rows;
  const score = scoreOf(settings);
  const bySide = new Float64Array(2);
  const found = minimise(
    ([widening], gradient) => {
      let sum = 0;
      let slope = 0;
      let count = 0;
      for (let i = 0; i < residual.length; i++) {
        if (Number.isNaN(residual[i])) continue;
        const share = unknown[place[i]];
        const factor = widerBy(widening, share);
        sum += score(outcome[i], location[i] + bias[i], factor * scale[i], bySide);
        slope += (bySide[1] * scale[i] * share) / (2 * factor);
        count++;
      }
      gradient[0] = slope / count;
      return sum / count;
    },
    Float64Array.of(0.5),
    { lower: new Float64Array(1), tolerance: 1e-4, maxIterations: 50 },
  );
  return Number.isFinite(found.value) ? found.x[0] : 0;
}

/** Mean CRPS of each place's left-out rows on the fitted scale; NaN where there are none. */
function crpsByPlace(
  { names, place, outcome, residual, location, scale }: RegionRows,
  { bias, unknown }: LeftOut,
  widening: number,
  { family }: Settings,
): Float64Array {
  const crps = crpsOf(fittedLaw(family));
  const bySide = new Float64Array(2);
  const sum = new Float64Array(names.length);
  const count = new Float64Array(names.length);
  for (let i = 0; i < residual.length; i++) {
    if (Number.isNaN(residual[i])) continue;
    const p = place[i];
    sum[p] += crps(outcome[i], location[i] + bias[i], widerBy(widening, unknown[p]) * scale[i], bySide);
    count[p]++;
  }
  return sum.map((total, p) => total / count[p]);
}

function isGain(gains: Float64Array): boolean {
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const squares = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0);
  const standardError = Math.sqrt(squares / (gains.length - 1) / gains.length);
  return mean > BETTER_BY * standardError;
}
