import { WeatherglassError } from '../errors.ts';
import { forth } from '../forecast/transform.ts';
import type { BinnedRows } from '../trees/bins.ts';
import { formatInstant, msPerDay } from '../weather/time.ts';
import { latentError } from './latent-error.ts';
import { learnable, learnRegion, START_ROWS } from './learn-region.ts';
import type { Control, Selection, Settings } from './model.ts';
import { learnFeatures, type TreeFeatures } from './tree-features.ts';

/** Fewer dates than these have too little weather to tell a pattern from a coincidence. */
const LEAST_DATES = 60;
const LEAST_ROWS = 100;
/** Of more rows as many are taken, evenly spread: more would say little more, and take their time. */
const MOST_ROWS = 200_000;
/** Standardised errors are cut here, so that a wild outcome cannot own a leaf. */
const CLIP = 5;

/** What trees are grown from. */
export interface TreeTraining {
  readonly features: TreeFeatures;
  readonly binned: BinnedRows;
  /** By rising valid time: numbers of rows of `binned`. */
  readonly order: Int32Array;
  /** Of each row of `binned` its outcome in standard deviations from what the region said of it beforehand. */
  readonly error: Float64Array;
  readonly outcome: Float64Array;
  /** Whether there is a forecast to correct. */
  readonly hasForecast: boolean;
}

/**
 * Rows that could be learned by a time, with what the region said of each when its forecast was available: errors of
 * predictions, as those of new rows will be.
 *
 * @throws WeatherglassError CannotFit for fewer than 60 dates or 100 rows.
 */
export function treeTraining(
  { cases, rows: all }: Selection,
  settings: Settings,
  until: number,
  control: Control,
): TreeTraining {
  const { family } = settings;
  const rows = all.filter((row) => learnable(cases, row) <= until);
  const beforehand = {
    location: new Float64Array(rows.length).fill(Number.NaN),
    sd: new Float64Array(rows.length).fill(Number.NaN),
  };
  const { formula } = learnRegion({ cases, rows }, settings, control, undefined, beforehand);
  const known = thinned(
    [...rows.keys()].filter((i) => !Number.isNaN(beforehand.location[i] + cases.outcome[rows[i]])),
  );
  const own = Int32Array.from(known, (i) => rows[i]);
  const dates = new Set(own.map((row) => Math.floor(cases.validTime[row] / msPerDay))).size;
  if (dates < LEAST_DATES || own.length < LEAST_ROWS)
    throw new WeatherglassError(
      'CannotFit',
      `by ${formatInstant(until)} the region had predicted ${own.length} outcomes on ${dates} dates, after ${START_ROWS} to begin with; trees are grown from ${LEAST_ROWS} on ${LEAST_DATES}`,
    );
  const said = {
    location: Float64Array.from(known, (i) => beforehand.location[i]),
    sd: Float64Array.from(known, (i) => beforehand.sd[i]),
  };
  const selection = { cases, rows: own };
  const error = Float64Array.from(own, (row, i) => {
    const outcome = forth(family.transform, cases.outcome[row]);
    const latent = latentError(family, outcome, said.location[i], said.sd[i]);
    return Math.max(-CLIP, Math.min(CLIP, latent.error));
  });
  return {
    ...learnFeatures(formula.location, selection, said, family.transform, control),
    order: Int32Array.from(own.keys()).sort(
      (a, b) => cases.validTime[own[a]] - cases.validTime[own[b]] || a - b,
    ),
    error,
    outcome: Float64Array.from(own, (row) => cases.outcome[row]),
    hasForecast: formula.hasForecast,
  };
}

function thinned(rows: readonly number[]): readonly number[] {
  if (rows.length <= MOST_ROWS) return rows;
  return Array.from({ length: MOST_ROWS }, (_, k) => rows[Math.floor((k * rows.length) / MOST_ROWS)]);
}
