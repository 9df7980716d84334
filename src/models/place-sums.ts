import { msPerDay } from '../weather/time.ts';

/**
 * What a place's outcomes have said about it: sums that fade, so that a station that was moved is soon believed again.
 *
 * Entries: Σ 1/σ², Σ r/σ² of its residuals r; outcomes, Σ (r/σ)²; Σ c/σ² of what recent outcomes contributed to what was
 * said; and the time that the sums have faded to.
 */
export type PlaceSums = Float64Array;

const WEIGHT = 0;
const RESIDUAL = 1;
const OUTCOMES = 2;
const SQUARES = 3;
const CONTRIBUTED = 4;
const TIME = 5;

/** Days after which a sum has fallen by e. */
const MEMORY_DAYS = 60;
/** How many outcomes the belief counts as that a place's spread is the region's. */
const SPREAD_BELIEF = 20;

export function noSums(): PlaceSums {
  return new Float64Array(6);
}

/** What is left of sums at a later time, 0 … 1. */
function fadingUntil(sums: PlaceSums, time: number): number {
  return Math.exp(Math.min(0, sums[TIME] - time) / (MEMORY_DAYS * msPerDay));
}

/** Lets sums fade to a later time, in place. */
export function fade(sums: PlaceSums, time: number): void {
  const factor = fadingUntil(sums, time);
  for (let k = WEIGHT; k < TIME; k++) sums[k] *= factor;
  sums[TIME] = Math.max(sums[TIME], time);
}

/**
 * Adds an outcome, in place.
 *
 * @param residual what it is more than the region's forecast for the place
 * @param variance of that
 * @param square of the residual, by the variance at an average place
 * @param contributed what the place's recent outcomes made of the forecast
 */
export function addOutcome(
  sums: PlaceSums,
  residual: number,
  variance: number,
  square: number,
  contributed = 0,
): void {
  sums[WEIGHT] += 1 / variance;
  sums[RESIDUAL] += residual / variance;
  sums[OUTCOMES]++;
  sums[SQUARES] += square;
  sums[CONTRIBUTED] += contributed / variance;
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

/** How many places the belief counts as about how places differ … */
const BELIEF_PLACES = 2;
/** … which is that the variance of their biases is this share of that of an outcome. */
const USUAL_SHARE = 0.02;

/** What differs from place to place: the bias; what recent outcomes contribute; or both, which is what a newcomer lacks. */
export type Differing = 'bias' | 'contributed' | 'both';

function sumOf(sums: PlaceSums, what: Differing): number {
  if (what === 'bias') return sums[RESIDUAL];
  return what === 'contributed' ? sums[CONTRIBUTED] : sums[RESIDUAL] + sums[CONTRIBUTED];
}

/**
 * The variance of places' biases by the method of moments, around their mean: what all have in common is no difference.
 *
 *   Q = Σ w (m − m̄)²,   E Q = k − 1 + c τ²,   c = Σ w − Σ w²/Σ w,   w = Σ 1/σ² and m = Σ r/σ² / w of each of k places
 *
 * To the k − 1 differences that there are the belief adds two usual ones, so that few places are not taken for all.
 *
 * DerSimonian & Laird 1986, doi 10.1016/0197-2456(86)90046-2.
 *
 * @returns 0 where there are fewer than two places, or they differ by less than chance would have it
 */
export function varianceBetween(places: Iterable<PlaceSums>, what: Differing = 'bias'): number {
  const known = [...places].filter((sums) => sums[WEIGHT] > 0);
  if (known.length < 2) return 0;
  let [weight, weightSquares, residual, squares, outcomes] = [0, 0, 0, 0, 0];
  for (const sums of known) {
    weight += sums[WEIGHT];
    weightSquares += sums[WEIGHT] ** 2;
    const own = sumOf(sums, what);
    residual += own;
    squares += own ** 2 / sums[WEIGHT];
    outcomes += sums[OUTCOMES];
  }
  const differences = known.length - 1;
  const excess = squares - residual ** 2 / weight - differences;
  const told = weight - weightSquares / weight;
  const believed = (BELIEF_PLACES * told) / differences;
  const usual = (USUAL_SHARE * outcomes) / weight;
  return Math.max(0, (excess + believed * usual) / (told + believed));
}

/** Σ 1/σ² */
export function residualWeight(sums: PlaceSums): number {
  return sums[WEIGHT];
}

/** Σ r/σ² / Σ 1/σ², or the same of what recent outcomes contributed, or of both. */
export function meanOf(sums: PlaceSums, what: Differing): number {
  return sumOf(sums, what) / sums[WEIGHT];
}
