import { addTarget, finish, type Scores, zero } from '../scores/accumulate.ts';
import { checkLevels, crpsOfQuantiles, meanPinball } from '../scores/pinball.ts';
import { coverageShare } from '../scores/pit.ts';
import { type PredictionRow, readPredictions } from '../tables/predictions-csv.ts';
import { msPerHour } from '../weather/time.ts';
import type { Breakdown, GroupKeys } from './scoreboard.ts';

export interface ScoredPredictions {
  readonly rows: number;
  /** From the quantiles: `crps` by the trapezoid in the level, coverage by where the outcome lies among them. */
  readonly scores: Scores;
  /** Mean of the table's own `crps` column; NaN where it has none. */
  readonly crpsExported: number;
  readonly groups: readonly (GroupKeys & { readonly scores: Scores; readonly crpsExported: number })[];
}

interface Account {
  readonly keys: GroupKeys;
  readonly sums: Float64Array;
  exported: number;
}

/**
 * Scores an exported table of predictions again, from nothing but its quantiles, means and observations.
 *
 * mae is of the quantile nearest to level 0.5; rmse and bias of the mean; width90 between the quantiles nearest to
 * 0.05 and 0.95. A group is a value of the keys in `by`.
 *
 * @throws WeatherglassError as {@link readPredictions} does; Usage for levels out of order.
 */
export async function scorePredictions(
  files: readonly string[],
  by: readonly Breakdown[] = [],
  options: Parameters<typeof readPredictions>[2] = {},
): Promise<ScoredPredictions> {
  const overall: Account = { keys: {}, sums: zero(), exported: 0 };
  const groups = new Map<string, Account>();
  let checked: Float64Array | undefined;
  await readPredictions(
    files,
    (row, levels) => {
      if (checked !== levels) checkLevels((checked = levels));
      const scores = scoresOf(row, levels);
      const accounts = by.length === 0 ? [overall] : [overall, groupOf(groups, row, by)];
      for (const account of accounts) {
        addTarget(account.sums, 0, scores);
        account.exported += row.crps;
      }
    },
    options,
  );
  const sheet = ({ keys, sums, exported }: Account) => {
    const scores = finish(sums);
    return { ...keys, scores, crpsExported: exported / scores.targets };
  };
  const { scores, crpsExported } = sheet(overall);
  return { rows: scores.targets, scores, crpsExported, groups: [...groups.values()].map(sheet) };
}

function scoresOf({ quantiles, mean, observation }: PredictionRow, levels: Float64Array) {
  const at = (level: number) => quantiles[nearest(levels, level)];
  // The outcome's PIT lies between the last level below it and the first above it.
  let below = 0;
  while (below < levels.length && quantiles[below] < observation) below++;
  let above = below;
  while (above < levels.length && quantiles[above] <= observation) above++;
  const crps = crpsOfQuantiles(quantiles, 0, levels, observation);
  const error = mean - observation;
  return {
    crps,
    crps_fair: crps,
    absolute_error: Math.abs(at(0.5) - observation),
    squared_error: error * error,
    error,
    coverage90: coverageShare(levels[below - 1] ?? 0, levels[above] ?? 1, 0.05, 0.95),
    width90: at(0.95) - at(0.05),
    pinball: meanPinball(quantiles, 0, levels, observation),
  };
}

function nearest(levels: Float64Array, wanted: number): number {
  let best = 0;
  levels.forEach((level, k) => {
    if (Math.abs(level - wanted) < Math.abs(levels[best] - wanted)) best = k;
  });
  return best;
}

function groupOf(groups: Map<string, Account>, row: PredictionRow, by: readonly Breakdown[]): Account {
  const keys: GroupKeys = {
    ...(by.includes('variable') ? { variable: row.variable } : {}),
    ...(by.includes('lead') ? { lead: (row.validTime - row.initTime) / msPerHour } : {}),
    ...(by.includes('place') ? { place: row.place } : {}),
  };
  const name = JSON.stringify(keys);
  let group = groups.get(name);
  if (group === undefined) groups.set(name, (group = { keys, sums: zero(), exported: 0 }));
  return group;
}
