import type { Command } from 'commander';
import { type FitReport, fit } from '../pipeline/fit.ts';
import { parseLeads } from './backtest.ts';
import { type Context, openSession } from './context.ts';
import { command, type ModelFlags, parseTime, settingsChoice, withModelFlags } from './model-flags.ts';
import { readPairsOrObservations } from './read-pairs.ts';
import { decimals, percent, table } from './table.ts';

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
  const ahead = report.lead === null ? 'all leads' : `${report.lead} h ahead`;
  const head = [
    `${report.variable} in ${report.unit}, ${ahead}${where}: ${report.model}, ${report.law}, ${report.rows} rows`,
    ...report.refusals.map((refusal) => `  not ${refusal}`),
    `  mean CRPS ${decimals(report.crps, 4)} ${report.unit}` +
      (report.logLikelihood === null
        ? ''
        : `, log-likelihood ${decimals(report.logLikelihood, 2)} on the fitted scale`),
  ];
  return `${head.join('\n')}\n${describeParameters(report)}${describeByLead(report)}${describeImportance(report)}`;
}

function describeParameters({ parameters, standardErrors, spread }: FitReport): string {
  if (parameters === null) return '';
  const rows = (['location', 'scale'] as const).flatMap((part) =>
    Object.entries(parameters[part]).map(([term, value]) => [
      part === 'location' ? 'location' : spread === 'log' ? 'log scale' : 'scale²',
      term,
      decimals(value, 4),
      standardErrors === null ? '–' : decimals(standardErrors[part][term], 4),
    ]),
  );
  return table([['', 'term', 'estimate', 'standard error'], ...rows]);
}

function describeByLead({ byLead }: FitReport): string {
  if (byLead === null) return '';
  const rows = (['location', 'scale'] as const).flatMap((part) =>
    Object.entries(byLead[part]).map(([term, values]) => [
      part === 'location' ? 'location' : 'log scale',
      term,
      ...values.map((value) => decimals(value, 4)),
    ]),
  );
  return table([['', 'term', ...byLead.leads.map((lead) => `${lead} h`)], ...rows]);
}

/** Features that are named; the others have little part. */
const MOST_FEATURES = 10;

function describeImportance({ importance }: FitReport): string {
  if (importance === null) return '';
  return Object.entries(importance)
    .map(([part, shares]) => {
      const named = Object.entries(shares)
        .slice(0, MOST_FEATURES)
        .map(([name, share]) => `${name} ${percent(share)}`);
      const what = { location: 'shift', scale: 'widen or narrow', outcome: 'sort outcomes' }[part];
      return `  trees ${what} by ${named.length === 0 ? 'nothing' : named.join(', ')}\n`;
    })
    .join('');
}
