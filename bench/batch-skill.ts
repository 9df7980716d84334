import { batchExperts } from '../src/pipeline/batch-knowledge.ts';
import type { Method } from '../src/pipeline/method.ts';
import { openQuantileScorer } from '../src/scores/quantile-scores.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import type { Store, StoredPrediction } from '../src/store/store.ts';
import { bandOf } from '../src/weather/lead-band.ts';
import { msPerHour } from '../src/weather/time.ts';
import { findVariable } from '../src/weather/variable.ts';

/** CRPS of the loop's aggregate, and of what a batch would have said instead. */
export interface BatchSkill {
  readonly aggregate: number;
  readonly batch: number;
}

/**
 * Scores both ways of mixing over what a replay has predicted, each as the mean over variables and bands of leads.
 *
 * The quantiles of a batch are weighted means of those of its experts, which the loop keeps with its own.
 */
export async function batchSkill(file: string): Promise<BatchSkill> {
  await using store = await openStore(file, { readOnly: true });
  const outcomes = await outcomesOf(store);
  const groups = new Map<string, { aggregate: number; batch: number; targets: number }>();
  for await (const block of store.predictions())
    for (const prediction of block) {
      const { lower, upper } = findVariable(prediction.variable);
      const { levels, quantiles, contenders } = prediction;
      const scorer = openQuantileScorer(levels);
      const { bands, experts } = JSON.parse(prediction.method) as Method;
      prediction.validTimes.forEach((validTime, target) => {
        const outcome = outcomes.get(`${prediction.place} ${prediction.variable} ${validTime}`);
        if (outcome === undefined || Number.isNaN(outcome)) return;
        const band = bandOf((validTime - prediction.runTimes[target]) / msPerHour);
        const weights = bands.find((one) => one.band === band)?.weights ?? experts.map(() => 1);
        const mixed = mixedQuantiles(prediction, target, (expert) => weights[experts.indexOf(expert)]);
        if (!scorer.score(mixed, 0, lower, upper, outcome)) return;
        const batch = scorer.scores.crps;
        const at = (target * contenders.length + contenders.indexOf('aggregate')) * levels.length;
        scorer.score(quantiles, at, lower, upper, outcome);
        const key = `${prediction.variable} ${band}`;
        const group = groups.get(key) ?? { aggregate: 0, batch: 0, targets: 0 };
        groups.set(key, group);
        group.aggregate += scorer.scores.crps;
        group.batch += batch;
        group.targets++;
      });
    }
  const mean = (of: 'aggregate' | 'batch') =>
    [...groups.values()].reduce((sum, group) => sum + group[of] / group.targets, 0) / groups.size;
  return { aggregate: mean('aggregate'), batch: mean('batch') };
}

/** The latest version of every outcome. */
async function outcomesOf(store: Store): Promise<ReadonlyMap<string, number>> {
  const outcomes = new Map<string, number>();
  for await (const { rows, places, variables, place, variable, validTime, value } of store.observations())
    for (let row = 0; row < rows; row++)
      outcomes.set(`${places[place[row]]} ${variables[variable[row]]} ${validTime[row]}`, value[row]);
  return outcomes;
}

function mixedQuantiles(
  { contenders, levels, quantiles }: StoredPrediction,
  target: number,
  weightOf: (expert: string) => number,
): Float64Array {
  const mixed = new Float64Array(levels.length);
  let total = 0;
  for (const expert of batchExperts) {
    const from = (target * contenders.length + contenders.indexOf(expert)) * levels.length;
    if (Number.isNaN(quantiles[from])) continue;
    const weight = weightOf(expert);
    total += weight;
    levels.forEach((_, k) => {
      mixed[k] += weight * quantiles[from + k];
    });
  }
  return mixed.map((sum) => sum / total);
}
