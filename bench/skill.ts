import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportFile } from '../src/cli/export-file.ts';
import { findModel } from '../src/models/registry.ts';
import { type BacktestOptions, type BacktestResult, backtest } from '../src/pipeline/backtest.ts';
import { pairsOfObservations } from '../src/pipeline/observed-pairs.ts';
import { scorePredictions } from '../src/pipeline/score-predictions.ts';
import { type ComputePool, openComputePool } from '../src/runtime/compute-pool.ts';
import { bootstrapSkill } from '../src/scores/bootstrap.ts';
import { seededRandom } from '../src/scores/random.ts';
import { readNoaaSample } from '../src/tables/noaa-sample.ts';
import { readPredictions } from '../src/tables/predictions-csv.ts';
import type { Pairs } from '../src/weather/pairs.ts';
import { hourOfDay, msPerHour, utcDay } from '../src/weather/time.ts';
import { type Bench, fullEffort } from './measure.ts';
import { stationsAround } from './simulated-stations.ts';
import { readSkillSet, type SkillSet, skillSets } from './skill-sets.ts';

type Figures = Record<string, number>;

/**
 * What a user gets with no knowledge: `auto` on each set of real pairs, with the seconds it took. The scores are those of the
 * exported predictions, read and scored again from their 99 quantiles; the peers are the numbers to reach.
 */
export const skill: Bench = {
  name: 'skill',
  about:
    'CRPS and coverage of auto on five sets and the NOAA sample, with seconds (needs the development data)',
  async run(effort) {
    const folder = mkdtempSync(join(tmpdir(), 'weatherglass-bench-'));
    const pool = openComputePool(new URL('../src/pipeline/jobs.ts', import.meta.url));
    const figures: Figures = {};
    const peers: Figures = {};
    try {
      if (effort !== fullEffort) {
        const { crps, references } = await scored(stationsAround(12, 40), {}, folder, pool);
        peers['simulated climatology crps'] = references.climatology.crps;
        return { figures: { 'simulated crps': crps }, peers };
      }
      for (const set of skillSets) await scoreSet(set, folder, pool, figures, peers);
      await scoreSample(folder, pool, figures);
      return { figures, peers };
    } finally {
      await pool[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    }
  },
};

async function scoreSet(
  set: SkillSet,
  folder: string,
  pool: ComputePool,
  figures: Figures,
  peers: Figures,
): Promise<void> {
  const { name, measure, window, targets, reach, moonshot } = set;
  const pairs = await readSkillSet(set);
  const result = await scored(pairs, { window, targets, by: ['lead'] }, folder, pool);
  figures[`${name} ${measure}`] = result[measure];
  figures[`${name} targets`] = result.targets;
  figures[`${name} seconds`] = result.seconds;
  const coverages = result.groups.map(({ scores }) => scores.coverage90);
  figures[`${name} least coverage of 90 %`] = Math.min(...coverages);
  figures[`${name} greatest coverage of 90 %`] = Math.max(...coverages);
  if (name === 'solar') Object.assign(figures, await nightsOf(result.file, pairs));
  peers[`${name} to reach`] = reach;
  peers[`${name} moonshot`] = moonshot;
}

interface Scored extends BacktestResult {
  readonly file: string;
  readonly crps: number;
  readonly pinball: number;
  readonly seconds: number;
}

/** Back-tests auto, or another model, and scores what it exported again. */
async function scored(
  pairs: Pairs,
  options: Omit<BacktestOptions, 'model'>,
  folder: string,
  pool: ComputePool,
  model = 'auto',
): Promise<Scored> {
  const file = join(folder, `${crypto.randomUUID()}.csv.gz`);
  const started = performance.now();
  await using output = await exportFile(file, []);
  const result = await backtest(pairs, { ...options, model, onExport: (text) => output.write(text) }, pool);
  await output.finish();
  const seconds = (performance.now() - started) / 1000;
  const { scores } = await scorePredictions([file]);
  return { ...result, file, crps: scores.crps, pinball: scores.pinball, seconds };
}

/** Quantiles outside of [0, 1], and what is served where the sun is down: at an hour that never had power in that month. */
async function nightsOf(file: string, pairs: Pairs): Promise<Figures> {
  const shining = new Set<number>();
  for (let row = 0; row < pairs.rows; row++)
    if (pairs.observation[row] > 0 && new Date(pairs.validTime[row]).getUTCMonth() === 3)
      shining.add(hourOfDay(pairs.validTime[row]));
  let outside = 0;
  let lit = 0;
  let brightest = 0;
  await readPredictions([file], ({ quantiles, validTime }) => {
    for (const quantile of quantiles) {
      if (!(quantile >= 0 && quantile <= 1)) outside++;
      if (shining.has(hourOfDay(validTime))) continue;
      if (quantile > 0) lit++;
      brightest = Math.max(brightest, quantile);
    }
  });
  return {
    'solar quantiles outside [0, 1]': outside,
    'solar quantiles above 0 at night': lit,
    'solar greatest quantile at night': brightest,
  };
}

const singles = ['climatology', 'persistence', 'harmonic', 'emos-season', 'regional'];

/** The worst lead of the NOAA sample: by how much auto is behind the best single model there, and the interval of that. */
async function scoreSample(folder: string, pool: ComputePool, figures: Figures): Promise<void> {
  const sample = await readNoaaSample();
  const pairs = pairsOfObservations(
    sample,
    Array.from({ length: 14 }, (_, day) => 24 * (day + 1)),
  );
  const options = { targets: { from: Date.UTC(2014, 0, 1), until: Infinity } };
  const own = await scored(pairs, options, folder, pool);
  figures['noaa seconds'] = own.seconds;
  const auto = await crpsByDay(own.file);
  let worst = -Infinity;
  let beyond = 0;
  let leads = 0;
  const others = await Promise.all(
    singles.map(async (model) => {
      // Each as auto asks it: who learns outcome by outcome knows every one.
      const window = findModel(model).isRecursive === true ? {} : { refitDays: 30 };
      const alone = { ...options, pool: 'place' as const, window };
      return crpsByDay((await scored(pairs, alone, folder, pool, model)).file);
    }),
  );
  for (const [key, days] of auto) {
    const behind = others.map((other) => behindBy(days, other.get(key)!));
    const best = behind.reduce((most, one) => (one.estimate > most.estimate ? one : most));
    worst = Math.max(worst, best.estimate);
    leads++;
    if (best.lower > 0) beyond++;
  }
  figures['noaa variables and leads'] = leads;
  figures['noaa where auto is worse beyond the interval'] = beyond;
  figures['noaa worst relative gap'] = worst;
}

type Days = Map<number, { crps: number; count: number }>;

async function crpsByDay(file: string): Promise<Map<string, Days>> {
  const groups = new Map<string, Days>();
  await readPredictions([file], ({ variable, initTime, validTime, crps }) => {
    const key = `${variable} ${(validTime - initTime) / msPerHour}`;
    const days: Days = groups.get(key) ?? new Map();
    groups.set(key, days);
    const day = days.get(utcDay(validTime)) ?? { crps: 0, count: 0 };
    days.set(utcDay(validTime), day);
    day.crps += crps;
    day.count++;
  });
  return groups;
}

/** By what share auto's CRPS is greater than another model's, with the 95 % interval over dates. */
function behindBy(auto: Days, other: Days) {
  const days = [...auto.keys()].filter((day) => other.has(day)).sort((a, b) => a - b);
  const column = (of: Days) => Float64Array.from(days, (day) => of.get(day)!.crps);
  const { skill: share } = bootstrapSkill(
    {
      score: column(auto),
      reference: column(other),
      count: Float64Array.from(days, (day) => auto.get(day)!.count),
    },
    { random: seededRandom('bench/skill'), minimumBlockLength: 14 },
  );
  return { estimate: -share.estimate, lower: -share.upper, upper: -share.lower };
}
