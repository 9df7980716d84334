import { pitBins } from '../forecast/recalibration.ts';
import { addTarget, sumNames, sumsPerRecord, type TargetScores } from '../scores/accumulate.ts';
import { addToPitHistogram } from '../scores/pit.ts';
import type { ScoreRow } from '../store/store.ts';

/**
 * The numbers of a score row: for each contender a record of sums (`sumNames`) and the sum of its mixable losses, then
 * the counts of the pool's PIT, and last how many of the targets had an outcome that is not trusted; rows of long ago lack
 * that.
 */
const perContender = sumsPerRecord + 1;

/** Room for the sums of so many contenders over no targets. */
export function emptySums(contenders: number): Float64Array {
  return new Float64Array(contenders * perContender + pitBins + 1);
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

/** Adds one outcome's PIT, between the cdf just below it and at it. */
export function addPit(sums: Float64Array, contenders: number, below: number, upTo: number): void {
  const at = contenders * perContender;
  addToPitHistogram(sums.subarray(at, at + pitBins), below, upTo);
}

/** Counts a target whose outcome is not trusted: it is scored, and nothing learns from it. */
export function addFlagged(sums: Float64Array, contenders: number): void {
  sums[contenders * perContender + pitBins]++;
}

/**
 * The same row with room for contenders that came later in its day; those it has keep their places. The newcomers are
 * given the loss of the pool on the targets they missed.
 */
export function withContenders(row: ScoreRow, contenders: readonly string[]): ScoreRow {
  const added = contenders.filter((name) => !row.contenders.includes(name));
  if (added.length === 0) return row;
  const all = [...row.contenders, ...added];
  const sums = emptySums(all.length);
  const before = row.contenders.length * perContender;
  sums.set(row.sums.subarray(0, before));
  sums.set(row.sums.subarray(before), all.length * perContender);
  const missed = scoreRecord(row).loss('pool') ?? 0;
  for (let c = row.contenders.length; c < all.length; c++) addLoss(sums, c, missed);
  return { ...row, contenders: all, sums };
}

/** The same row over no targets. */
export function withoutScores(row: ScoreRow): ScoreRow {
  return { ...row, sums: emptySums(row.contenders.length) };
}

/**
 * The sums of two rows together, contender by contender; the first must be the caller's own. One that is in a single
 * row is given the pool's loss of the other.
 */
export function plusRow(into: ScoreRow, row: ScoreRow): ScoreRow {
  const sum = withContenders(withRoom(into), row.contenders);
  row.contenders.forEach((name, c) => {
    const at = sum.contenders.indexOf(name) * perContender;
    for (let k = 0; k < perContender; k++) sum.sums[at + k] += row.sums[c * perContender + k];
  });
  const missed = scoreRecord(row).loss('pool') ?? 0;
  sum.contenders.forEach((name, c) => {
    if (!row.contenders.includes(name)) addLoss(sum.sums, c, missed);
  });
  const [toPit, pit] = [sum.contenders.length * perContender, row.contenders.length * perContender];
  for (let k = 0; k <= pitBins; k++) sum.sums[toPit + k] += row.sums[pit + k] ?? 0;
  return sum;
}

/** The same row, with room for all that is counted today. */
function withRoom(row: ScoreRow): ScoreRow {
  const sums = emptySums(row.contenders.length);
  if (row.sums.length === sums.length) return row;
  sums.set(row.sums);
  return { ...row, sums };
}

/** A score row by name. */
export interface ScoreRecord {
  /** Targets scored. */
  readonly targets: number;
  /** Of these, with an outcome that is not trusted. */
  readonly flagged: number;
  /** Record of sums of a contender; undefined for one that is not in the row. */
  readonly sums: (contender: string) => Float64Array | undefined;
  readonly loss: (contender: string) => number | undefined;
  /** Targets inside the contender's central 90 %; the few that are not trusted count too. */
  readonly covered: (contender: string) => number;
  readonly pit: (bins: number) => Float64Array;
}

export function scoreRecord({ contenders, sums }: ScoreRow): ScoreRecord {
  const record = (at: number) => sums.subarray(at * perContender, at * perContender + sumsPerRecord);
  return {
    targets: sums[0],
    flagged: sums[contenders.length * perContender + pitBins] ?? 0,
    sums(contender) {
      const at = contenders.indexOf(contender);
      return at < 0 ? undefined : record(at);
    },
    loss(contender) {
      const at = contenders.indexOf(contender);
      return at < 0 ? undefined : sums[at * perContender + sumsPerRecord];
    },
    covered(contender) {
      const at = contenders.indexOf(contender);
      return at < 0 ? Number.NaN : sums[at * perContender + sumNames.indexOf('coverage90')];
    },
    pit: (bins) => sums.subarray(contenders.length * perContender, contenders.length * perContender + bins),
  };
}
