import { pitBins } from '../forecast/aggregate.ts';
import { addTarget, sumsPerRecord, type TargetScores } from '../scores/accumulate.ts';
import type { ScoreRow } from '../store/store.ts';

/**
 * The numbers of a score row: for each contender a record of sums (`sumNames`) and the sum of its mixable losses, then
 * the counts of the pool's PIT.
 */
const perContender = sumsPerRecord + 1;

/** Room for the sums of so many contenders over no targets. */
export function emptySums(contenders: number): Float64Array {
  return new Float64Array(contenders * perContender + pitBins);
}

/** Adds one target's scores for one contender. */
export function addScores(sums: Float64Array, contender: number, scores: TargetScores, loss: number): void {
  const at = contender * perContender;
  addTarget(sums.subarray(at, at + sumsPerRecord), 0, scores);
  sums[at + sumsPerRecord] += loss;
}

/** Adds a loss alone: of an expert that had no answer. */
export function addLoss(sums: Float64Array, contender: number, loss: number): void {
  sums[contender * perContender + sumsPerRecord] += loss;
}

/**
 * Adds one outcome's PIT, spread evenly over the bins between the cdf just below it and at it: what a randomised PIT
 * would do on average where the law has an atom.
 */
export function addPit(sums: Float64Array, contenders: number, below: number, upTo: number): void {
  const at = contenders * perContender;
  const width = upTo - below;
  if (!(width > 1e-9)) {
    sums[at + Math.min(pitBins - 1, Math.floor(upTo * pitBins))] += 1;
    return;
  }
  for (let k = 0; k < pitBins; k++) {
    const overlap = Math.min(upTo, (k + 1) / pitBins) - Math.max(below, k / pitBins);
    if (overlap > 0) sums[at + k] += overlap / width;
  }
}

/** A score row by name. */
export interface ScoreRecord {
  /** Targets scored. */
  readonly targets: number;
  /** Record of sums of a contender; undefined for one that is not in the row. */
  readonly sums: (contender: string) => Float64Array | undefined;
  readonly loss: (contender: string) => number | undefined;
  readonly pit: (bins: number) => Float64Array;
}

export function scoreRecord({ contenders, sums }: ScoreRow): ScoreRecord {
  const record = (at: number) => sums.subarray(at * perContender, at * perContender + sumsPerRecord);
  return {
    targets: sums[0],
    sums(contender) {
      const at = contenders.indexOf(contender);
      return at < 0 ? undefined : record(at);
    },
    loss(contender) {
      const at = contenders.indexOf(contender);
      return at < 0 ? undefined : sums[at * perContender + sumsPerRecord];
    },
    pit: (bins) => sums.subarray(contenders.length * perContender, contenders.length * perContender + bins),
  };
}
