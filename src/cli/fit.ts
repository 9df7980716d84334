import type { Command } from 'commander';
import { type FitReport, fit } from '../pipeline/fit.ts';
import { parseLeads } from './backtest.ts';
import { type Context, openSession } from './context.ts';
import { command, type ModelFlags, parseTime, settingsChoice, withModelFlags } from './model-flags.ts';
import { readPairsOrObservations } from './read-pairs.ts';
import { decimals, table } from './table.ts';

interface FitFlags extends ModelFlags {
  readonly trainUntil?: number;
  readonly leads?: readonly number[];
}

export function fitCommand(context: Context): Command {
  return withModelFlags(command('fit', 'fit a model to everything known and print what it learned'))
    .argument(
      '[files...]',
      'forecast–observation pairs or observations, .csv or .csv.gz (default: the store)',
    )
    .option('--train-until <time>', 'use only outcomes known by then', parseTime)
    .option('--leads <hours>', 'for observations: hours ahead (default: 24 to 336 by 24)', parseLeads)
    .action(async (files: string[], flags: FitFlags) => {
      await using session = await openSession(context, flags);
      const { pairs, usualModel } = await readPairsOrObservations(
        files,
        flags.leads,
        context,
        session,
        flags.source,
      );
      const model = flags.model ?? usualModel;
      const fits = await fit(
        pairs,
        {
          ...settingsChoice(flags),
          model,
          pool: flags.pool,
          until: flags.trainUntil,
          signal: context.signal,
          onProgress: (done, total) => session.progress.show('fit', done, total),
        },
        session.pool,
      );
      session.progress.clear();
      context.write(
        flags.json ? `${JSON.stringify({ files, model, fits })}\n` : fits.map(describe).join('\n'),
      );
    });
}

function describe(report: FitReport): string {
  const where = report.place === undefined ? '' : ` at ${report.place}`;
  const head = [
    `${report.variable} in ${report.unit}, ${report.lead} h ahead${where}: ${report.model}, ${report.law}, ${report.rows} rows`,
    ...report.refusals.map((refusal) => `  not ${refusal}`),
    `  mean CRPS ${decimals(report.crps, 4)} ${report.unit}` +
      (report.logLikelihood === null
        ? ''
        : `, log-likelihood ${decimals(report.logLikelihood, 2)} on the fitted scale`),
  ];
  if (report.parameters === null) return `${head.join('\n')}\n`;
  const rows = (['location', 'scale'] as const).flatMap((part) =>
    Object.entries(report.parameters![part]).map(([term, value]) => [
      part === 'location' ? 'location' : report.spread === 'log' ? 'log scale' : 'scale²',
      term,
      decimals(value, 4),
      report.standardErrors === null ? '–' : decimals(report.standardErrors[part][term], 4),
    ]),
  );
  return `${head.join('\n')}\n${table([['', 'term', 'estimate', 'standard error'], ...rows])}`;
}
