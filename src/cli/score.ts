import type { Command } from 'commander';
import { type ScoredPredictions, scorePredictions } from '../pipeline/score-predictions.ts';
import type { Breakdown } from '../pipeline/scoreboard.ts';
import { parseBreakdowns } from './backtest.ts';
import type { CommonFlags, Context } from './context.ts';
import { command } from './model-flags.ts';
import { progressOn } from './progress.ts';
import { decimals, percent, table } from './table.ts';

interface ScoreFlags extends CommonFlags {
  readonly by?: readonly Breakdown[];
}

export function scoreCommand(context: Context): Command {
  return command('score', 'score exported predictions again, from their quantiles alone')
    .argument('<files...>', 'predictions as `backtest --export` writes them, .csv or .csv.gz')
    .option('--by <keys>', 'break scores down by lead, place, variable', parseBreakdowns)
    .action(async (files: string[], flags: ScoreFlags) => {
      const progress = progressOn(context);
      const result = await scorePredictions(files, flags.by ?? [], {
        signal: context.signal,
        onProgress: (done, total) => progress.show('reading', done, total),
      });
      progress.clear();
      context.write(
        flags.json ? `${JSON.stringify({ files, ...result })}\n` : describe(result, flags.by ?? []),
      );
    });
}

function describe({ scores, crpsExported, groups }: ScoredPredictions, by: readonly Breakdown[]): string {
  const rows = groups.length > 0 ? groups : [{ scores, crpsExported }];
  return table([
    [
      ...by,
      'targets',
      'CRPS',
      'exported CRPS',
      'MAE',
      'RMSE',
      'bias',
      '90% coverage',
      '90% width',
      'pinball',
    ],
    ...rows.map((group) => [
      ...by.map((key) => String((group as Record<string, unknown>)[key])),
      String(group.scores.targets),
      decimals(group.scores.crps, 4),
      decimals(group.crpsExported, 4),
      decimals(group.scores.mae, 4),
      decimals(group.scores.rmse, 4),
      decimals(group.scores.bias, 3),
      percent(group.scores.coverage90),
      decimals(group.scores.width90, 2),
      decimals(group.scores.pinball, 4),
    ]),
  ]);
}
