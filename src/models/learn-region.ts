import { forth } from '../forecast/transform.ts';
import { msPerDay } from '../weather/time.ts';
import { latentError } from './latent-error.ts';
import type { Cases, Control, Selection, Settings } from './model.ts';
import { addOutcome, fade, noSums, type PlaceSums } from './place-sums.ts';
import {
  type Learning,
  openRegion,
  placesRecord,
  type Region,
  type RegionRows,
  regionLaw,
  regionRows,
  rowLaw,
  type Said,
  seesAlike,
  solveRegion,
} from './region.ts';
import { regionalFormula } from './regional-terms.ts';
import { forget, learnRow } from './running-regression.ts';

/** Days after which what the region's terms have learned has faded by e. */
const MEMORY_DAYS = 2000;
/** Residuals beyond this many standard deviations are cut: a wild outcome must not move a region. */
const CLIP = 4;
/** Squares of standardised residuals are cut here. */
const CLIP_SQUARE = 9;
/** The belief that a date has nothing of its own counts as this many rows. */
const DATE_BELIEF = 10;
/** Coefficients are worked out again when this share of the remembered rows is new … */
const NEWS = 0.005;
/** Outcomes that give the spread to begin with. */
export const START_ROWS = 200;
/** Before so many outcomes nothing is said. */
export const LEAST_ROWS = 20;

/**
 * Learns rows in the order in which they could be learned, outcomes of one valid time together.
 *
 * Each outcome is compared with what was said of it with all that was learned before, so its residual is that of a
 * prediction and not of a fit; then it is added to the sums of the terms, and to those of its place. What all places
 * have in common at a valid time belongs to the weather and not to the places, and is taken away before.
 *
 * @param earlier what the same rows and fewer have taught, to go on from; the result is the same as from all rows
 * @param beforehand filled with what would have been said of each row when its forecast was available
 */
export function learnRegion(
  training: Selection,
  settings: Settings,
  control: Control,
  earlier?: Region,
  beforehand?: Said,
): Region {
  const { cases } = training;
  const news = newsOf(earlier, training, settings);
  const rows = news ?? training.rows;
  const selection = { cases, rows };
  const outcome = Float64Array.from(rows, (row) => forth(settings.family.transform, cases.outcome[row]));
  const learnableAt = Float64Array.from(rows, (row) => learnable(cases, row));
  const order = Int32Array.from(rows.keys()).sort(
    (a, b) => learnableAt[a] - learnableAt[b] || cases.validTime[rows[a]] - cases.validTime[rows[b]] || a - b,
  );
  const region = news === undefined ? freshRegion(selection, settings, order, outcome) : copyOf(earlier!);
  const columns = regionRows(region, selection);
  const asked =
    beforehand === undefined
      ? new Int32Array()
      : Int32Array.from(rows.keys()).sort(
          (a, b) => cases.availableTime[rows[a]] - cases.availableTime[rows[b]],
        );
  // Answering puts missing terms at their means: learning must still find them missing.
  const askedColumns =
    beforehand === undefined ? columns : { ...columns, x: columns.x.slice(), u: columns.u.slice() };
  const isAnswered = new Uint8Array(asked.length);
  const law = rowLaw();
  let answered = 0;

  /** Says of a row what is known so far. */
  function answer(i: number): void {
    if (isAnswered[i] === 1) return;
    isAnswered[i] = 1;
    // Before, the spread to begin with would tell of outcomes to come.
    if (region.location.rows < START_ROWS) return;
    const sums = region.places[cases.places[cases.place[rows[i]]]];
    regionLaw(region, askedColumns, i, sums, cases.availableTime[rows[i]], law);
    beforehand!.location[i] = columns.offset[i] + law.fixed + law.bias;
    beforehand!.sd[i] = Math.sqrt(law.total);
  }

  /** Says of the rows whose forecasts were available before a time what is known so far. */
  function answerUntil(time: number): void {
    for (; answered < asked.length && cases.availableTime[rows[asked[answered]]] < time; answered++)
      answer(asked[answered]);
  }

  for (let k = 0; k < order.length; ) {
    control.checkpoint(k, order.length);
    const time = learnableAt[order[k]];
    const valid = cases.validTime[rows[order[k]]];
    let end = k;
    while (
      end < order.length &&
      learnableAt[order[end]] === time &&
      cases.validTime[rows[order[end]]] === valid
    )
      end++;
    answerUntil(time);
    const batch = order.subarray(k, end);
    // A forecast that came after its outcome would else know it.
    if (beforehand !== undefined) for (const i of batch) answer(i);
    learnDate(region, selection, columns, outcome, batch, time);
    k = end;
    const unsolved = Math.abs(region.location.rows - region.solvedRows);
    if (
      region.learned >= LEAST_ROWS &&
      unsolved > Math.max(NEWS * region.location.rows, worthSolving(region))
    )
      solveRegion(region);
  }
  answerUntil(Infinity);
  return region;
}

/** When an outcome can be learned: it must be known, and what was forecast. */
export function learnable({ knownTime, availableTime }: Cases, row: number): number {
  return Math.max(knownTime[row], availableTime[row]);
}

/**
 * Rows that `earlier` has not learned; undefined unless the others are just those that it has, and all are seen as it would
 * see them.
 */
function newsOf(
  earlier: Region | undefined,
  { cases, rows }: Selection,
  { family }: Settings,
): Int32Array | undefined {
  // Rows without outcome or forecast are counted in `learned`, but have no part in the spread to begin with.
  if (earlier === undefined || earlier.location.rows < START_ROWS) return undefined;
  const room = new Int32Array(rows.length);
  let count = 0;
  for (const row of rows) if (learnable(cases, row) > earlier.learnedUntil) room[count++] = row;
  if (rows.length - count !== earlier.learned) return undefined;
  const news = room.slice(0, count);
  const formula = regionalFormula({ cases, rows: Int32Array.of(rows[0], ...news) }, earlier.formula);
  if (!seesAlike(earlier, { formula, family })) return undefined;
  return news.every((row) => earlier.leads.includes(cases.leads[row])) ? news : undefined;
}

/** Hours ahead of some rows, ascending: a lead that begins later must not change what was said before. */
function leadsOf({ cases, rows }: Selection): Float64Array {
  return Float64Array.from(new Set(Array.from(rows, (row) => cases.leads[row]))).sort();
}

/** … and at least as many rows as it takes to learn for as long as solving takes: terms² · 4 a row, (terms · knots)³/6. */
function worthSolving({ location: { terms, knots } }: Region): number {
  return (terms * knots ** 3) / 24;
}

function copyOf(region: Region): Learning {
  const copied = ({ gram, moments, ...rest }: Region['location']) => ({
    ...rest,
    gram: gram.slice(),
    moments: moments.slice(),
  });
  const places = placesRecord();
  for (const [name, sums] of Object.entries(region.places)) places[name] = sums.slice();
  return { ...region, location: copied(region.location), scale: copied(region.scale), places };
}

/** The spread to begin with is that of the first outcomes around the raw forecast, or around their mean. */
function freshRegion(
  { cases, rows }: Selection,
  { family }: Settings,
  order: Int32Array,
  outcome: Float64Array,
): Learning {
  const selection = { cases, rows };
  const region = openRegion(regionalFormula(selection), family, leadsOf(selection), 0);
  const { offset } = regionRows(region, { cases, rows });
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (const i of order) {
    const error = outcome[i] - offset[i];
    if (!Number.isFinite(error)) continue;
    sum += error;
    squares += error * error;
    if (++count === START_ROWS) break;
  }
  const mean = region.formula.hasForecast ? 0 : sum / count;
  region.logSpread = 0.5 * Math.log(Math.max(squares / count - mean * mean, 1e-12));
  return region;
}

/** Learns rows that were learnable at one time and valid at one time. */
function learnDate(
  region: Learning,
  { cases, rows }: Selection,
  columns: RegionRows,
  outcome: Float64Array,
  batch: Int32Array,
  time: number,
): void {
  const factor = Math.exp(Math.min(0, region.learnedUntil - time) / (MEMORY_DAYS * msPerDay));
  if (factor < 1) {
    forget(region.location, factor);
    forget(region.scale, factor);
    region.dates *= factor;
  }
  region.learnedUntil = time;
  region.learned += batch.length;
  const terms = region.formula.location.length;
  const scaleTerms = region.formula.scale.length;
  const { x, u, offset, between } = columns;
  const said = Array.from(batch, rowLaw);
  const residual = new Float64Array(batch.length);
  const square = new Float64Array(batch.length);
  let common = 0;
  let weights = 0;
  let count = 0;
  for (let b = 0; b < batch.length; b++) {
    const i = batch[b];
    const name = cases.places[cases.place[rows[i]]];
    const sums = region.places[name] as PlaceSums | undefined;
    if (sums !== undefined) fade(sums, time);
    const law = said[b];
    regionLaw(region, columns, i, sums, time, law);
    const sd = Math.sqrt(law.total);
    const latent = latentError(region.family, outcome[i], offset[i] + law.fixed + law.bias, sd);
    residual[b] = sd * Math.max(-CLIP, Math.min(CLIP, latent.error));
    square[b] = Math.min(CLIP_SQUARE, latent.square) * law.total;
    if (Number.isNaN(residual[b])) continue;
    common += residual[b] / law.total;
    weights += 1 / law.total;
    count++;
  }
  if (count > 0) region.dates++;
  const ofDate = common / (weights * (1 + DATE_BELIEF / count));
  for (let b = 0; b < batch.length; b++) {
    if (Number.isNaN(residual[b])) continue;
    const i = batch[b];
    const { fixed, bias, variance, logScale, contributed, total } = said[b];
    learnRow(region.location, x, i * terms, between[i], fixed + residual[b], 1 / total);
    // What Fisher's scoring takes as the logarithm of the spread that this outcome speaks for.
    const response = logScale - region.logSpread + (square[b] / total - 1) / 2;
    learnRow(region.scale, u, i * scaleTerms, between[i], response, 1);
    const average = Math.exp(2 * logScale) + variance;
    const name = cases.places[cases.place[rows[i]]];
    const sums = (region.places[name] ??= noSums());
    fade(sums, time);
    const squared = Math.min(CLIP_SQUARE, square[b] / average);
    addOutcome(sums, residual[b] + bias - ofDate, total, squared, contributed);
  }
}
