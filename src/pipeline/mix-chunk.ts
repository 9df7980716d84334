import { mixableLoss } from '../forecast/aggregate.ts';
import { type DailyEvidence, mixtureFrom } from '../forecast/evidence.ts';
import { openMixer } from '../forecast/mixer.ts';
import { pitBins } from '../forecast/recalibration.ts';
import type { Control } from '../models/model.ts';
import { addToPitHistogram } from '../scores/pit.ts';
import { openQuantileScorer, type QuantileScorer } from '../scores/quantile-scores.ts';
import { msPerDay, utcDay } from '../weather/time.ts';

/** What experts said of one variable in one band of leads, to be mixed in the order of time. */
export interface MixChunk {
  /** Slots of the rows, in any order. */
  readonly slots: Int32Array;
  /** By position in `slots`. */
  readonly validTime: Float64Array;
  readonly availableTime: Float64Array;
  readonly knownTime: Float64Array;
  /** NaN where it is not known. */
  readonly outcome: Float64Array;
  /** 1 for a row that is asked about; the others are mixed to learn from. */
  readonly isTarget: Uint8Array;
  /** 1 for a row at which the sun is down, and so the value the least possible. */
  readonly night: Uint8Array;
  /** Days from a forecast to what it is for. */
  readonly daysAhead: number;
  readonly lower: number;
  readonly upper: number;
  readonly levels: readonly number[];
  /** Of each expert: all slots x levels. */
  readonly experts: readonly Float32Array[];
  /** All slots x levels: where the mixture is put. */
  readonly out: Float32Array;
}

/** How a band was mixed. */
export interface MixedChunk {
  /** Of each expert its share of what was said, on average over the targets that were answered; NaN for none. */
  readonly meanWeights: Float64Array;
  /** At the end, silent or not. */
  readonly lastWeights: Float64Array;
  /** Logarithm of the width that the coverage asked for at the end. */
  readonly lastWidth: number;
  /**
   * Of each expert over the targets that it answered, of the mixture over the same, and their number; NaN for none. Where no target
   * has an outcome, over all rows that have.
   */
  readonly meanCrps: Float64Array;
  readonly mixedCrps: Float64Array;
  readonly answered: Int32Array;
}

/** What is known of one valid day so far. */
type Day = { -readonly [Field in keyof DailyEvidence]: DailyEvidence[Field] };

/**
 * Mixes experts row by row in the order of time: each row with the weights, recalibration and width that follow from
 * the outcomes known when its forecast was available, as the loop mixes what it serves.
 */
export function runMixChunk(chunk: MixChunk, control: Control): MixedChunk {
  const { slots, validTime, availableTime, knownTime, outcome, lower, upper, levels, experts } = chunk;
  const count = levels.length;
  const positions = [...slots.keys()];
  const byAvailable = positions.toSorted((a, b) => availableTime[a] - availableTime[b]);
  const learnableAt = positions.map((k) => Math.max(knownTime[k], availableTime[k]));
  const byKnown = positions
    .filter((k) => !Number.isNaN(outcome[k]))
    .sort((a, b) => learnableAt[a] - learnableAt[b] || availableTime[a] - availableTime[b]);
  const scorer = openQuantileScorer(levels);
  const mixer = openMixer(Float64Array.from(levels), experts.length);
  const said = new Float64Array(experts.length * count);
  const pool = new Float64Array(count);
  const aggregate = new Float64Array(count);
  /** Of each row: what the pool's quantiles were, to be scored when the outcome is known. */
  const pools = new Float32Array(slots.length * count);
  const days = new Map<number, Day>();
  const meanWeights = new Float64Array(experts.length);
  let mixed = 0;
  let mixture = mixtureFrom([], experts.length, 0, 0);
  let known = 0;

  /** Whether a row teaches those of a time: its outcome is known, and its forecast was there, and answered, before. */
  function teaches(k: number, time: number): boolean {
    return learnableAt[k] <= time && availableTime[k] < time;
  }

  function learn(k: number): void {
    // Of the night all is known: it would make the days look surer than they are.
    if (chunk.night[k] === 1) return;
    const at = slots[k] * count;
    if (!scorer.score(pools, k * count, lower, upper, outcome[k])) return;
    const day = dayOf(days, utcDay(validTime[k]), experts.length);
    let least = Infinity;
    let most = -Infinity;
    for (const quantiles of experts) {
      if (quantiles[at] < least) least = quantiles[at];
      if (quantiles[at + count - 1] > most) most = quantiles[at + count - 1];
    }
    const range = Math.max(0, most - least);
    const poolLoss = mixableLoss(scorer.scores.crps, range);
    addToPitHistogram(day.counts, scorer.cdfBelow(), scorer.cdf());
    experts.forEach((quantiles, e) => {
      // It neither gains nor loses by its silence.
      const answers = scorer.score(quantiles, at, lower, upper, outcome[k]);
      day.losses[e] += answers ? mixableLoss(scorer.scores.crps, range) : poolLoss;
    });
    scorer.score(chunk.out, at, lower, upper, outcome[k]);
    day.covered += scorer.scores.coverage90;
    day.targets++;
  }

  for (let next = 0; next < byAvailable.length; ) {
    control.checkpoint(next, byAvailable.length);
    const time = availableTime[byAvailable[next]];
    const before = known;
    for (; known < byKnown.length && teaches(byKnown[known], time); known++) learn(byKnown[known]);
    if (known > before) {
      const asOf = Math.floor(time / msPerDay);
      const evidence = [...days.values()].sort((a, b) => a.day - b.day);
      mixture = mixtureFrom(evidence, experts.length, asOf, chunk.daysAhead);
    }
    for (; next < byAvailable.length && availableTime[byAvailable[next]] === time; next++) {
      const k = byAvailable[next];
      const at = slots[k] * count;
      for (let e = 0; e < experts.length; e++)
        for (let j = 0; j < count; j++) said[e * count + j] = experts[e][at + j];
      mixer.mix(said, 0, mixture.weights, lower, upper, mixture.recalibration, pool, aggregate);
      pools.set(pool, k * count);
      if (chunk.night[k] === 1) aggregate.fill(lower);
      chunk.out.set(aggregate, at);
      if (Number.isNaN(aggregate[0]) || chunk.isTarget[k] === 0) continue;
      mixed++;
      let awake = 0;
      for (let e = 0; e < experts.length; e++)
        if (!Number.isNaN(said[e * count])) awake += mixture.weights[e];
      for (let e = 0; e < experts.length; e++)
        if (!Number.isNaN(said[e * count])) meanWeights[e] += mixture.weights[e] / awake;
    }
  }
  return {
    meanWeights: meanWeights.map((sum) => sum / mixed),
    lastWeights: mixture.weights,
    lastWidth: mixture.width,
    ...scoresOfTargets(chunk, scorer),
  };
}

function scoresOfTargets(
  { slots, isTarget, outcome, lower, upper, levels, experts, out }: MixChunk,
  scorer: QuantileScorer,
): Pick<MixedChunk, 'meanCrps' | 'mixedCrps' | 'answered'> {
  const known = [...slots.keys()].filter((k) => !Number.isNaN(outcome[k]));
  const targets = known.filter((k) => isTarget[k] === 1);
  const meanCrps = new Float64Array(experts.length);
  const mixedCrps = new Float64Array(experts.length);
  const answered = new Int32Array(experts.length);
  for (const k of targets.length > 0 ? targets : known) {
    const at = slots[k] * levels.length;
    if (!scorer.score(out, at, lower, upper, outcome[k])) continue;
    const mixed = scorer.scores.crps;
    experts.forEach((quantiles, e) => {
      if (!scorer.score(quantiles, at, lower, upper, outcome[k])) return;
      meanCrps[e] += scorer.scores.crps;
      mixedCrps[e] += mixed;
      answered[e]++;
    });
  }
  const mean = (sum: number, e: number) => sum / answered[e];
  return { meanCrps: meanCrps.map(mean), mixedCrps: mixedCrps.map(mean), answered };
}

function dayOf(days: Map<number, Day>, day: number, experts: number): Day {
  let own = days.get(day);
  if (own === undefined)
    days.set(
      day,
      (own = {
        day,
        targets: 0,
        covered: 0,
        losses: new Float64Array(experts),
        counts: new Float64Array(pitBins),
      }),
    );
  return own;
}
