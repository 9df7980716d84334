import type { Location } from '../weather/location.ts';
import { betweenKnots } from './lead-knots.ts';
import { newcomerVariance } from './region.ts';
import { toldBias } from './region-elsewhere.ts';
import type { RegionalArtefact } from './regional.ts';
import { termMoments, valueAt } from './running-regression.ts';

/** Expected CRPS of forecasts for a point, on the fitted scale: the less the better. */
export interface SensorWorth {
  /** By what the region says of a place that it knows nothing of. */
  readonly without: number;
  /** With the bias that stations around it suggest; the same as `without` where they say nothing. */
  readonly withNeighbours: number;
  /** With outcomes of its own for as long as it takes to know the place. */
  readonly withSensor: number;
  /** Share of the variance between places that the stations around leave unknown, 0 … 1. */
  readonly unknown: number;
}

/**
 * What a sensor at a point would make of the forecasts there: the expected CRPS of a regional model with its outcomes, with
 * those of the stations around alone, and with neither.
 *
 *   CRPS = σ/√π,   σ² = s² with a sensor;   s² + u τ² + v with neighbours;   s² + τ² + v with neither
 *
 * s is the spread at an average place at this lead, exp(Σ γ_k · mean term_k); τ² the variance of what places differ in,
 * their biases and what recent errors show of them; u the share of it that kriging leaves unknown at the point; v what recent
 * outcomes of the place itself take from the variance beyond that.
 * σ/√π is the mean CRPS of a normal law of standard deviation σ that is true (Gneiting & Raftery 2007,
 * doi 10.1198/016214506000001437). All are on the fitted scale: in the variable's unit, or roots of it for rain.
 *
 * It assumes that laws are normal and calibrated, that the point is as hard to forecast as the average place, over the seasons
 * that were learned, and that the sensor is as good as the stations. It leaves out:
 *
 * - how long it takes: the sensor's bias is known to s²/60 after some 60 outcomes, and never better than what it remembers;
 * - bounds: a law censored at dry or calm days has a lower CRPS, and the three are closer together; of a logistic law they are
 *   2 % too high;
 * - what a sensor is worth to the places around it, and to knowing the present.
 *
 * A place that has outcomes already is treated like any other point: it is a neighbour of itself. A region that has learned
 * too little to tell places apart (τ² = 0) sees no worth in knowing one.
 *
 * @param leadHours beyond the outermost leads that were learned the outermost counts; NaN gives NaN
 */
export function sensorWorth(
  { region, elsewhere }: Pick<RegionalArtefact, 'region' | 'elsewhere'>,
  { latitude, longitude, elevation }: Location,
  leadHours: number,
): SensorWorth {
  const { knots, scale, scaleCoefficients, logSpread } = region;
  const at = betweenKnots(knots, leadHours);
  const { mean } = termMoments(scale);
  const logScale = logSpread + valueAt(scaleCoefficients, mean.length, mean, 0, at);
  const spread = Number.isNaN(leadHours) ? Number.NaN : Math.exp(2 * logScale);
  const { unknown } = toldBias(elsewhere, latitude, longitude, elevation);
  return {
    without: expectedCrps(newcomerVariance(region, spread, at.knot, 1)),
    withNeighbours: expectedCrps(newcomerVariance(region, spread, at.knot, unknown)),
    withSensor: expectedCrps(spread),
    unknown,
  };
}

function expectedCrps(variance: number): number {
  return Math.sqrt(variance / Math.PI);
}
