import { type Command, InvalidArgumentError, Option } from 'commander';
import { type BacktestResult, backtest } from '../pipeline/backtest.ts';
import type { TargetPeriod, Window } from '../pipeline/backtest-plan.ts';
import { type Breakdown, breakdowns, type GroupKeys, type ScoreSheet } from '../pipeline/scoreboard.ts';
import { parsePeriod } from '../weather/time.ts';
import { autoText } from './auto-text.ts';
import { type Context, openSession } from './context.ts';
import { exportFile } from './export-file.ts';
import {
  argument,
  command,
  type ModelFlags,
  parseDays,
  parseTime,
  parseWindow,
  settingsChoice,
  withModelFlags,
} from './model-flags.ts';
import { readPairsOrObservations } from './read-pairs.ts';
import { decimals, percent, percentInterval, table } from './table.ts';

interface BacktestFlags extends ModelFlags {
  readonly window: Window;
  readonly trainUntil?: number;
  readonly refit?: number;
  readonly targets?: TargetPeriod;
  readonly by?: readonly Breakdown[];
  readonly leads?: readonly number[];
  readonly export?: string;
}

export function backtestCommand(context: Context): Command {
  return withModelFlags(
    command('backtest', 'replay history: fit, predict and score as it could have been done'),
  )
    .argument(
      '[files...]',
      'forecast–observation pairs or observations, .csv or .csv.gz (default: the store)',
    )
    .addOption(
      new Option('--window <dates>', 'train on the latest N dates known (25d), or all')
        .argParser(parseWindow)
        .default({}, 'expanding'),
    )
    .option(
      '--train-until <time>',
      'fit once on outcomes known by then; score forecasts available later (auto goes on learning)',
      parseTime,
    )
    .option(
      '--refit <days>',
      'fit again only every so many days, such as 30d (under auto: experts that do not learn outcome by outcome; default 30d)',
      parseDays,
    )
    .option(
      '--targets <from..to>',
      'score only what was valid in this period; either end may be open',
      (text) => argument(() => parsePeriod(text)),
    )
    .option('--by <keys>', 'break scores down by lead, place, variable', parseBreakdowns)
    .option('--leads <hours>', 'for observations: hours ahead (default: 24 to 336 by 24)', parseLeads)
    .option('--export <file>', 'write every prediction with its quantiles and score, .csv or .csv.gz')
    .action(async (files: string[], flags: BacktestFlags) => {
      const started = performance.now();
      await using session = await openSession(context, flags);
      const { pairs, counts, usualModel } = await readPairsOrObservations(
        files,
        flags.leads,
        context,
        session,
        flags.source,
      );
      await using output = flags.export === undefined ? undefined : await exportFile(flags.export, files);
      const result = await backtest(
        pairs,
        {
          ...settingsChoice(flags),
          model: flags.model ?? usualModel,
          pool: flags.pool,
          window: { ...flags.window, trainUntil: flags.trainUntil, refitDays: flags.refit },
          targets: flags.targets,
          by: flags.by,
          seed: session.config.seed,
          signal: context.signal,
          onProgress: (done, total) => session.progress.show('back-test', done, total),
          onExport: output === undefined ? undefined : (text) => output.write(text),
        },
        session.pool,
      );
      await output?.finish();
      session.progress.clear();
      const report = {
        files,
        ...result,
        skipped: { ...result.skipped, identicalDuplicates: counts?.identicalDuplicates ?? 0 },
        seconds: Math.round(performance.now() - started) / 1000,
      };
      context.write(flags.json ? `${JSON.stringify(report)}\n` : describe(report, flags.by ?? []));
    });
}

export function parseBreakdowns(text: string, earlier: readonly Breakdown[] = []): Breakdown[] {
  const named = text.split(',').map((word) => {
    const known = breakdowns.find((name) => name === word.trim());
    if (known === undefined) throw new InvalidArgumentError(`Say some of ${breakdowns.join(',')}.`);
    return known;
  });
  return [...new Set([...earlier, ...named])];
}

/** Hours ahead, ascending, such as `24,48`. */
export function parseLeads(text: string): number[] {
  const leads = [...new Set(text.split(',').map(Number))].sort((a, b) => a - b);
  if (!leads.every((lead) => lead > 0 && lead <= 24 * 366))
    throw new InvalidArgumentError('Say hours ahead such as 24,48, above 0 and within a year.');
  return leads;
}

type Report = BacktestResult & { readonly files: readonly string[]; readonly seconds: number };

function describe(report: Report, by: readonly Breakdown[]): string {
  const { skipped, fallbacks, fallbackModels, scores, references } = report;
  const skippedText = Object.entries(skipped)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
  const fallbackText = Object.entries(fallbackModels).map(([name, count]) => `${count} by ${name}`);
  const lines = [
    `${report.model}, law ${report.law}, window ${report.window}`,
    `${report.targets} targets of ${report.rows} rows${skippedText === '' ? '' : `; skipped: ${skippedText}`}`,
    ...(report.emptiestColumn === null
      ? []
      : [`incomplete forecasts miss ${report.emptiestColumn} most often`]),
    ...(fallbacks > 0 ? [`${fallbacks} answered by a simpler model: ${fallbackText.join(', ')}`] : []),
  ];
  const named = { [report.model]: scores, ...prefixed(references) };
  const scoreTable = table([
    ['', 'CRPS', 'fair', 'MAE', 'RMSE', 'bias', '90% coverage', '90% width', 'targets'],
    ...Object.entries(named).map(([name, one]) => [
      name,
      decimals(one.crps, 4),
      decimals(one.crps_fair, 4),
      decimals(one.mae, 4),
      decimals(one.rmse, 4),
      decimals(one.bias, 3),
      percent(one.coverage90),
      decimals(one.width90, 2),
      String(one.targets),
    ]),
  ]);
  const groups = by.length === 0 ? '' : `\n${groupTable(report.groups, by)}`;
  const mixed =
    report.units.length > 1
      ? `averages over variables in ${report.units.join(', ')}: compare them by --by variable\n\n`
      : '';
  const experts = report.auto === undefined ? '' : autoText(report.auto);
  return `${lines.join('\n')}\n\n${mixed}${scoreTable}\n${skillText(report)}${experts}${groups}`;
}

function prefixed(references: ScoreSheet['references']) {
  return Object.fromEntries(
    Object.entries(references).map(([name, scores]) => [`reference: ${name}`, scores]),
  );
}

function skillText({ skill, skillInterval }: ScoreSheet): string {
  return (['dressed', 'climatology'] as const)
    .filter((name) => Number.isFinite(skill[name]))
    .map(
      (name) =>
        `skill against ${name}: ${percent(skill[name], 1)} (95%: ${percentInterval(skillInterval[name])})\n`,
    )
    .join('');
}

function groupTable(groups: readonly (GroupKeys & ScoreSheet)[], by: readonly Breakdown[]): string {
  return table([
    [
      ...by,
      'targets',
      'CRPS',
      'dressed',
      'climatology',
      'skill/dressed',
      '95%',
      'skill/climatology',
      '95%',
      '90% coverage',
    ],
    ...groups.map((group) => [
      ...by.map((key) => String(group[key])),
      String(group.targets),
      decimals(group.scores.crps, 3),
      decimals(group.references.dressed.crps, 3),
      decimals(group.references.climatology.crps, 3),
      percent(group.skill.dressed, 1),
      percentInterval(group.skillInterval.dressed),
      percent(group.skill.climatology, 1),
      percentInterval(group.skillInterval.climatology),
      percent(group.scores.coverage90),
    ]),
  ]);
}
