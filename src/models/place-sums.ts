import { msPerDay } from '../weather/time.ts';

/**
 * What a place's outcomes have said about it: sums that fade, so that a station that was moved is soon believed again.
 *
 * Entries: Σ 1/σ², Σ r/σ² of its residuals r; outcomes, Σ (r/σ)²; and the time that the sums have faded to.
 */
export type PlaceSums = Float64Array;

const WEIGHT = 0;
const RESIDUAL = 1;
const OUTCOMES = 2;
const SQUARES = 3;
const TIME = 4;

/** Days after which a sum has fallen by e. */
const MEMORY_DAYS = 60;
/** How many outcomes the belief counts as that a place's spread is the region's. */
const SPREAD_BELIEF = 20;

export function noSums(): PlaceSums {
  return new Float64Array(5);
}

/** What is left of sums at a later time, 0 … 1. */
function fadingUntil(sums: PlaceSums, time: number): number {
  return Math.exp(Math.min(0, sums[TIME] - time) / (MEMORY_DAYS * msPerDay));
}

/** Lets sums fade to a later time, in place. */
export function fade(sums: PlaceSums, time: number): void {
  const factor = fadingUntil(sums, time);
  for (let k = WEIGHT; k <= SQUARES; k++) sums[k] *= factor;
  sums[TIME] = Math.max(sums[TIME], time);
}

/**
 * Adds an outcome, in place.
 *
 * @param residual what it is more than the region's forecast for the place
 * @param variance of that
 * @param square of the residual, by the variance at an average place
 */
export function addOutcome(sums: PlaceSums, residual: number, variance: number, square: number): void {
  sums[WEIGHT] += 1 / variance;
  sums[RESIDUAL] += residual / variance;
  sums[OUTCOMES]++;
  sums[SQUARES] += square;
}

/** A place's bias and how uncertain that is, and the logarithm of what its spread is times the region's. */
export interface PlaceLaw {
  bias: number;
  variance: number;
  logSpread: number;
}

/**
 * What the sums say, into `law`: the bias is Σ r/σ² / (Σ 1/σ² + 1/τ²), its variance 1 / (Σ 1/σ² + 1/τ²).
 *
 * @param betweenPlaces τ², the variance of the biases of places; with 0 there is none
 * @param time when it is asked: of a place that has long been silent less is known
 */
export function placeLaw(sums: PlaceSums, betweenPlaces: number, time: number, law: PlaceLaw): void {
  const left = fadingUntil(sums, time);
  law.variance = betweenPlaces > 0 ? 1 / (left * sums[WEIGHT] + 1 / betweenPlaces) : 0;
  law.bias = left * sums[RESIDUAL] * law.variance;
  const [squares, outcomes] = [left * sums[SQUARES], left * sums[OUTCOMES]];
  law.logSpread = 0.5 * Math.log((squares + SPREAD_BELIEF) / (outcomes + SPREAD_BELIEF));
}

/** Fewer places than these say nothing about how places differ. */
const LEAST_PLACES = 5;

/**
 * The variance of places' biases, by the method of moments: E (Σ r/σ²)² / Σ 1/σ² = 1 + τ² Σ 1/σ².
 *
 * @returns 0 where there are fewer than five places, or they differ by no more than chance
 */
export function varianceBetween(places: Iterable<PlaceSums>): number {
  let excess = 0;
  let weight = 0;
  let count = 0;
  for (const sums of places) {
    if (!(sums[WEIGHT] > 0)) continue;
    excess += sums[RESIDUAL] ** 2 / sums[WEIGHT] - 1;
    weight += sums[WEIGHT];
    count++;
  }
  return count < LEAST_PLACES ? 0 : Math.max(0, excess / weight);
}

/** Σ 1/σ² */
export function residualWeight(sums: PlaceSums): number {
  return sums[WEIGHT];
}

/** Σ r/σ² / Σ 1/σ² */
export function residualMean(sums: PlaceSums): number {
  return sums[RESIDUAL] / sums[WEIGHT];
}
