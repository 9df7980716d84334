import { mixableLoss } from '../forecast/aggregate.ts';
import type { Control } from '../models/model.ts';
import { openQuantileScorer, type QuantileScorer } from '../scores/quantile-scores.ts';
import type { ScoreRow, Store, StoredPrediction } from '../store/store.ts';
import { bandOf } from '../weather/lead-band.ts';
import { msPerDay, msPerHour, utcDay } from '../weather/time.ts';
import type { Variable } from '../weather/variable.ts';
import { servedContenders } from './experts.ts';
import { addFlagged, addLoss, addPit, addScores, emptySums, withContenders } from './score-rows.ts';
import { threadStore } from './thread-store.ts';

/** Some places whose newly known outcomes are to be scored. */
export interface VerifyChunk {
  readonly store: string;
  readonly places: readonly string[];
  /** Outcomes that became known after this … */
  readonly after: number;
  /** … and by this. */
  readonly until: number;
  /** Hours; no prediction looks farther ahead. */
  readonly longestLead: number;
}

export interface VerifiedChunk {
  /** Rows of the days that new outcomes touch, computed anew from all that is known of them. */
  readonly rows: readonly ScoreRow[];
  readonly targets: number;
}

/** Days of one variable, at some places, that outcomes became known of. */
interface Touched {
  readonly variable: Variable;
  /** Day numbers by place name. */
  readonly days: Map<string, Set<number>>;
}

/** What happened, and whether that can be trusted. */
interface Outcome {
  readonly value: number;
  readonly trusted: boolean;
}

/** Scores the predictions whose outcomes became known, whole days of a place at a time. */
export async function runVerifyChunk(chunk: VerifyChunk, control: Control): Promise<VerifiedChunk> {
  const store = await threadStore(chunk.store);
  const touched = await touchedDays(store, chunk, control);
  const rows: ScoreRow[] = [];
  let targets = 0;
  for (const [done, { variable, days }] of touched.entries()) {
    control.checkpoint(done, touched.length);
    for (const [from, until] of stretches(days)) {
      const scored = await scoreDays(store, chunk, variable, days, from, until, control);
      rows.push(...scored.rows);
      targets += scored.targets;
    }
  }
  return { rows, targets };
}

async function touchedDays(
  store: Store,
  { places, after, until }: VerifyChunk,
  control: Control,
): Promise<Touched[]> {
  const variables = await store.variables();
  const touched = new Map<string, Touched>();
  for await (const block of store.observations({ places, knownAfter: after, knownUntil: until })) {
    control.checkpoint(0, Number.NaN);
    for (let row = 0; row < block.rows; row++) {
      const name = block.variables[block.variable[row]];
      let own = touched.get(name);
      if (own === undefined) {
        own = { variable: variables.find((one) => one.name === name)!, days: new Map() };
        touched.set(name, own);
      }
      const place = block.places[block.place[row]];
      const days = own.days.get(place) ?? new Set<number>();
      own.days.set(place, days.add(utcDay(block.validTime[row])));
    }
  }
  return [...touched.values()];
}

/** Stretches of neighbouring touched days, all places together: [first, last + 1). */
function stretches(days: ReadonlyMap<string, ReadonlySet<number>>): [number, number][] {
  const all = [...new Set([...days.values()].flatMap((own) => [...own]))].sort((a, b) => a - b);
  const found: [number, number][] = [];
  for (const day of all) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === day) last[1] = day + 1;
    else found.push([day, day + 1]);
  }
  return found;
}

async function scoreDays(
  store: Store,
  { places, until, longestLead }: VerifyChunk,
  variable: Variable,
  touched: ReadonlyMap<string, ReadonlySet<number>>,
  firstDay: number,
  endDay: number,
  control: Control,
): Promise<VerifiedChunk> {
  const query = { places, variables: [variable.name] };
  const outcomes = new Map<string, Outcome>();
  // Versions come by when they became known: the last one stays.
  for await (const block of store.observations({
    ...query,
    validFrom: firstDay * msPerDay,
    validUntil: endDay * msPerDay,
    knownUntil: until,
  }))
    for (let row = 0; row < block.rows; row++)
      outcomes.set(`${block.places[block.place[row]]} ${block.validTime[row]}`, {
        value: block.value[row],
        trusted: block.flag[row] === '',
      });

  const rows = new Map<string, ScoreRow>();
  let targets = 0;
  for await (const block of store.predictions({
    ...query,
    issuedFrom: firstDay * msPerDay - longestLead * msPerHour,
    issuedUntil: endDay * msPerDay,
  }))
    for (const prediction of block) {
      control.checkpoint(0, Number.NaN);
      // Only what was served is left of old predictions: what they scored stays as it is.
      if (prediction.contenders.length <= servedContenders.length) continue;
      targets += scorePrediction(
        prediction,
        variable,
        touched.get(prediction.place),
        outcomes,
        rows,
        firstDay,
        endDay,
      );
    }
  return { rows: [...rows.values()], targets };
}

/** Adds a prediction's targets of the touched days to the rows; answers how many had an outcome. */
function scorePrediction(
  prediction: StoredPrediction,
  variable: Variable,
  touched: ReadonlySet<number> | undefined,
  outcomes: ReadonlyMap<string, Outcome>,
  rows: Map<string, ScoreRow>,
  firstDay: number,
  endDay: number,
): number {
  const { place, validTimes, runTimes, contenders, levels } = prediction;
  const count = levels.length;
  const scorer = scorerFor(levels);
  let scored = 0;
  for (let i = 0; i < validTimes.length; i++) {
    const day = utcDay(validTimes[i]);
    if (day < firstDay || day >= endDay || touched?.has(day) !== true) continue;
    const band = bandOf((validTimes[i] - runTimes[i]) / msPerHour);
    const key = `${band} ${day} ${place}`;
    let row = rows.get(key);
    if (row === undefined) {
      row = { variable: variable.name, band, day, place, contenders, sums: emptySums(contenders.length) };
      rows.set(key, row);
    } else if (row.contenders !== contenders) rows.set(key, (row = withContenders(row, contenders)));
    const outcome = outcomes.get(`${place} ${validTimes[i]}`);
    if (outcome === undefined || Number.isNaN(outcome.value)) continue;
    addTargetTo(row, prediction, i * contenders.length * count, count, scorer, variable, outcome);
    scored++;
  }
  return scored;
}

function addTargetTo(
  row: ScoreRow,
  { contenders, quantiles }: StoredPrediction,
  from: number,
  count: number,
  scorer: QuantileScorer,
  { lower, upper }: Variable,
  { value: outcome, trusted }: Outcome,
): void {
  const { sums } = row;
  if (!trusted) addFlagged(sums, row.contenders.length);
  const range = rangeOf(quantiles, from, contenders.length, count);
  let poolLoss = 0;
  for (let c = 0; c < contenders.length; c++) {
    const at = row.contenders === contenders ? c : row.contenders.indexOf(contenders[c]);
    if (!scorer.score(quantiles, from + c * count, lower, upper, outcome)) {
      // It neither gains nor loses by its silence; the pool, which always answers, comes before the experts.
      addLoss(sums, at, poolLoss);
      continue;
    }
    // What is not trusted is scored, but the mixture must not learn from it.
    const loss = trusted ? mixableLoss(scorer.scores.crps, range) : 0;
    if (contenders[c] === 'pool') {
      poolLoss = loss;
      if (trusted) addPit(sums, row.contenders.length, scorer.cdfBelow(), scorer.cdf());
    }
    addScores(sums, at, scorer.scores, loss);
  }
  if (row.contenders !== contenders)
    row.contenders.forEach((name, c) => {
      if (!contenders.includes(name)) addLoss(sums, c, poolLoss);
    });
}

/** Width over which the experts' laws differ: from the least of their lowest to the greatest of their highest quantiles. */
function rangeOf(quantiles: Float32Array, from: number, contenders: number, count: number): number {
  let least = Infinity;
  let most = -Infinity;
  for (let c = servedContenders.length; c < contenders; c++) {
    const lowest = quantiles[from + c * count];
    const highest = quantiles[from + (c + 1) * count - 1];
    if (lowest < least) least = lowest;
    if (highest > most) most = highest;
  }
  return Math.max(0, most - least);
}

const scorers = new Map<string, QuantileScorer>();

/** One scorer for each list of levels that was ever issued. */
function scorerFor(levels: readonly number[]): QuantileScorer {
  const key = levels.join(' ');
  let scorer = scorers.get(key);
  if (scorer === undefined) scorers.set(key, (scorer = openQuantileScorer(levels)));
  return scorer;
}
