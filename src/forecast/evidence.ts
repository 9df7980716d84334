import { type DailyLosses, expertWeights } from './aggregate.ts';
import {
  conformalWidth,
  type DailyCoverage,
  type DailyPit,
  recalibration,
  widened,
} from './recalibration.ts';

/** Days of evidence that are looked at. */
export const evidenceDays = 730;

/** What one valid day told of the experts, and of what they said together. */
export type DailyEvidence = DailyLosses & DailyPit & DailyCoverage;

/** How experts are mixed, and how the mixture is corrected. */
export interface Mixture {
  /** They add up to 1. */
  readonly weights: Float64Array;
  /** Recalibration, made wider for the coverage. */
  readonly recalibration: Float64Array;
  /** Logarithm of that width. */
  readonly width: number;
}

/**
 * What the evidence asks for: nothing of a day after `asOfDay`, nor of one too long ago, has a part in it.
 *
 * @param days by rising day
 * @param experts how many there are
 * @param daysAhead from `asOfDay` to the day that is predicted
 */
export function mixtureFrom(
  days: readonly DailyEvidence[],
  experts: number,
  asOfDay: number,
  daysAhead: number,
): Mixture {
  const known = days.filter(({ day }) => day >= asOfDay - evidenceDays && day <= asOfDay);
  const width = conformalWidth(known, asOfDay);
  return {
    weights: expertWeights(known, experts, asOfDay + daysAhead),
    recalibration: widened(recalibration(known, asOfDay), width),
    width,
  };
}
