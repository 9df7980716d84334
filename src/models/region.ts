import type { Family } from '../forecast/parametric.ts';
import { betweenKnots, knotsOf } from './lead-knots.ts';
import type { Selection } from './model.ts';
import { noSums, type PlaceLaw, type PlaceSums, placeLaw, varianceBetween } from './place-sums.ts';
import { isHeight, isOfDate, needsOwnOutcomes, type RegionalFormula } from './regional-terms.ts';
import {
  openRegression,
  type RunningRegression,
  solveRegression,
  termMoments,
  valueAt,
} from './running-regression.ts';
import { columnsOf, type Term } from './terms.ts';

/** All that a region's outcomes have taught. Plain data: it can be stored, and go on learning. */
export interface Region {
  readonly formula: RegionalFormula;
  readonly family: Family;
  /** Leads that were learned from, ascending, and those of them that have coefficients of their own; hours. */
  readonly leads: Float64Array;
  readonly knots: Float64Array;
  readonly location: RunningRegression;
  readonly scale: RunningRegression;
  readonly coefficients: Float64Array;
  readonly scaleCoefficients: Float64Array;
  /** What a missing term of the location is taken to be. */
  readonly means: Float64Array;
  /** At each knot, what a place's own recent outcomes take from the variance. */
  readonly recentVariance: Float64Array;
  /** Logarithm of the spread that the scale's terms are relative to. */
  readonly logSpread: number;
  readonly places: Record<string, PlaceSums>;
  /** Variance of the places' biases. */
  readonly betweenPlaces: number;
  /** The same of their biases with what their recent outcomes contribute: recent errors show a bias, too. */
  readonly betweenNewcomers: number;
  /** Variance between places of what recent outcomes contribute. */
  readonly betweenContributed: number;
  /** Dates that are remembered. */
  readonly dates: number;
  /** Outcomes learned. */
  readonly learned: number;
  readonly learnedUntil: number;
  /** Rows that were remembered when the coefficients were worked out. */
  readonly solvedRows: number;
}

/** What a region says of rows, on the fitted scale; NaN where the forecast is missing or too little is known. */
export interface Said {
  readonly location: Float64Array;
  /** Standard deviation of the outcome around it, before bounds. */
  readonly sd: Float64Array;
}

export type Learning = { -readonly [Field in keyof Region]: Region[Field] };

/** A place may be called __proto__ or toString: a record of them inherits nothing. */
export function placesRecord(): Record<string, PlaceSums> {
  return Object.create(null) as Record<string, PlaceSums>;
}

/** What a region knows before it has learned anything. */
export function openRegion(
  formula: RegionalFormula,
  family: Family,
  leads: Float64Array,
  logSpread: number,
): Learning {
  const knots = knotsOf(leads);
  const [terms, scaleTerms] = [formula.location.length, formula.scale.length];
  return {
    formula,
    family,
    leads,
    knots,
    location: openRegression(terms, knots.length),
    scale: openRegression(scaleTerms, knots.length),
    coefficients: new Float64Array(terms * knots.length),
    scaleCoefficients: new Float64Array(scaleTerms * knots.length),
    means: new Float64Array(terms),
    recentVariance: new Float64Array(knots.length),
    logSpread,
    places: placesRecord(),
    betweenPlaces: 0,
    betweenNewcomers: 0,
    betweenContributed: 0,
    dates: 0,
    learned: 0,
    learnedUntil: -Infinity,
    solvedRows: 0,
  };
}

/** Whether two regions look at the same columns, by the same law. */
export function seesAlike(
  one: Pick<Region, 'formula' | 'family'>,
  other: Pick<Region, 'formula' | 'family'>,
): boolean {
  const viewOf = ({ formula, family: { law, transform, lower, upper } }: typeof one) =>
    [formula.hasForecast, ...formula.location, '', ...formula.scale, law, transform, lower, upper].join();
  return viewOf(one) === viewOf(other);
}

/** What beliefs count as: a constant, a term of any row, and of each date; and that leads are alike. Rows. */
const CONSTANT_BELIEF = 5;
const TERM_BELIEF = 100;
const TERM_BELIEF_DATES = 3;
const DATE_TERM_BELIEF_DATES = 30;
const HEIGHT_BELIEF_PLACES = 1 / 3;
/** Variance of heights, km²: places that differ by less tell less of what a kilometre is worth. */
const USUAL_HEIGHTS = 0.25;
const SCALE_BELIEF = 200;
const ALIKE_BELIEF = 100;

/**
 * Works out coefficients and variances from the sums, in place.
 *
 * Rows of one date share their weather: a term that differs from row to row is believed in as much as three dates say,
 * one that is the same for all rows of a date as much as thirty. All that a place says of heights it says once: that they do
 * not matter is believed as much as a third of a place says.
 */
export function solveRegion(region: Learning): void {
  const { location, scale, formula, dates } = region;
  const rowsPerDate = Math.max(1, location.rows / Math.max(1, dates));
  const rowsPerPlace = location.rows / Math.max(1, Object.keys(region.places).length);
  const { mean, product } = termMoments(location);
  const terms = mean.length;
  region.means = mean;
  region.coefficients = solveRegression(
    location,
    Float64Array.from(formula.location, (term, i) => {
      if (i === 0) return CONSTANT_BELIEF;
      if (isOfDate(term)) return DATE_TERM_BELIEF_DATES * rowsPerDate;
      if (isHeight(term)) {
        const variance = product[i * terms + i] - mean[i] * mean[i];
        return TERM_BELIEF + HEIGHT_BELIEF_PLACES * rowsPerPlace * Math.max(1, USUAL_HEIGHTS / variance);
      }
      return TERM_BELIEF + TERM_BELIEF_DATES * rowsPerDate;
    }),
    ALIKE_BELIEF,
  );
  region.scaleCoefficients = solveRegression(
    scale,
    Float64Array.from(formula.scale, (term, i) => {
      if (i === 0) return CONSTANT_BELIEF;
      return isOfDate(term) ? DATE_TERM_BELIEF_DATES * rowsPerDate : SCALE_BELIEF;
    }),
    ALIKE_BELIEF,
  );
  const own = ownTerms(formula);
  region.recentVariance = Float64Array.from(region.knots, (_, knot) => {
    let variance = 0;
    for (const i of own)
      for (const j of own)
        variance +=
          region.coefficients[knot * terms + i] *
          region.coefficients[knot * terms + j] *
          (product[i * terms + j] - mean[i] * mean[j]);
    return Math.max(0, variance);
  });
  const places = Object.values(region.places);
  region.betweenPlaces = varianceBetween(places, 'bias');
  region.betweenNewcomers = varianceBetween(places, 'both');
  region.betweenContributed = varianceBetween(places, 'contributed');
  region.solvedRows = location.rows;
}

function ownTerms({ location }: RegionalFormula): number[] {
  return location.flatMap((term, k) => (needsOwnOutcomes(term) ? [k] : []));
}

/** What the region says of one row on the fitted scale. Reused from row to row. */
export interface RowLaw extends PlaceLaw {
  /** What the terms give, without offset and the place's bias. */
  fixed: number;
  /** Logarithm of the spread at an average place. */
  logScale: number;
  /** Part of `fixed` that the place's own recent outcomes make, beyond their mean. */
  contributed: number;
  /** Whether they are known. */
  knowsRecent: boolean;
  /** Variance of an outcome where bias and recent outcomes are known. */
  spread: number;
  /** Of the outcome around offset + fixed + bias. */
  total: number;
}

/**
 * Variance of an outcome at a place of which neither bias nor recent outcomes are known: places differ in both together, and
 * beyond that recent outcomes tell of the weather.
 *
 * @param unknown share of what places differ in that is not told by neighbours
 */
export function newcomerVariance(
  { betweenNewcomers, betweenContributed, recentVariance }: Region,
  spread: number,
  knot: number,
  unknown: number,
): number {
  return spread + betweenNewcomers * unknown + Math.max(0, recentVariance[knot] - betweenContributed);
}

export function rowLaw(): RowLaw {
  return {
    bias: 0,
    variance: 0,
    logSpread: 0,
    fixed: 0,
    logScale: 0,
    contributed: 0,
    knowsRecent: true,
    spread: 0,
    total: 0,
  };
}

/** The columns of some rows that a region looks at, and its answer for one of them after the other. */
export interface RegionRows {
  readonly x: Float64Array;
  readonly u: Float64Array;
  /** Mean raw forecast, or 0 where there is none. */
  readonly offset: Float64Array;
  /** Which terms need outcomes of the place's own. */
  readonly own: readonly number[];
  /** By row of the selection. */
  readonly between: readonly ReturnType<typeof betweenKnots>[];
}

export function regionRows({ formula, family, knots, logSpread }: Region, selection: Selection): RegionRows {
  const { cases, rows } = selection;
  const columnsFor = (terms: readonly Term[]) =>
    withLeastSpread(columnsOf(terms, selection, family.transform), terms, logSpread);
  const byLead = new Map<number, ReturnType<typeof betweenKnots>>();
  return {
    x: columnsFor(formula.location),
    u: columnsFor(formula.scale),
    own: ownTerms(formula),
    offset: formula.hasForecast
      ? columnsOf(['mean'], selection, family.transform)
      : new Float64Array(rows.length),
    between: Array.from(rows, (row) => {
      const lead = cases.leads[row];
      let between = byLead.get(lead);
      if (between === undefined) byLead.set(lead, (between = betweenKnots(knots, lead)));
      return between;
    }),
  };
}

/** How far below the spread to begin with members' agreement counts, in logarithms: members that say the same say no more. */
const MOST_AGREEMENT = 4;

function withLeastSpread(columns: Float64Array, terms: readonly Term[], logSpread: number): Float64Array {
  const at = terms.indexOf('log_sd');
  if (at >= 0)
    for (let i = at; i < columns.length; i += terms.length)
      columns[i] = Math.max(columns[i], logSpread - MOST_AGREEMENT);
  return columns;
}

const nobody = noSums();

/**
 * What a region says of row `i`, into `law`. Missing terms are put at their means in `rows`, in place.
 *
 * @param sums what is known of the place; undefined for nothing
 * @param time when it is said
 */
export function regionLaw(
  region: Region,
  { x, u, own, between }: RegionRows,
  i: number,
  sums: PlaceSums | undefined,
  time: number,
  law: RowLaw,
): void {
  const terms = region.means.length;
  const scaleTerms = region.formula.scale.length;
  law.knowsRecent = true;
  for (let k = 0; k < terms; k++) {
    if (!Number.isNaN(x[i * terms + k])) continue;
    x[i * terms + k] = region.means[k];
    if (needsOwnOutcomes(region.formula.location[k])) law.knowsRecent = false;
  }
  for (let k = 0; k < scaleTerms; k++) if (Number.isNaN(u[i * scaleTerms + k])) u[i * scaleTerms + k] = 0;
  const at = between[i];
  law.fixed = valueAt(region.coefficients, terms, x, i * terms, at);
  law.logScale = region.logSpread + valueAt(region.scaleCoefficients, scaleTerms, u, i * scaleTerms, at);
  placeLaw(sums ?? nobody, region.betweenPlaces, time, law);
  law.contributed = 0;
  for (const k of own) {
    const first = region.coefficients[at.knot * terms + k];
    const next = at.share === 0 ? first : region.coefficients[(at.knot + 1) * terms + k];
    law.contributed += (first + at.share * (next - first)) * (x[i * terms + k] - region.means[k]);
  }
  law.spread = Math.exp(2 * (law.logScale + law.logSpread));
  law.total = law.spread + law.variance + (law.knowsRecent ? 0 : region.recentVariance[at.knot]);
}
