import { Command, InvalidArgumentError, Option } from 'commander';
import { findModel } from '../models/registry.ts';
import type { SettingsChoice } from '../models/settings.ts';
import { autoName } from '../pipeline/auto.ts';
import type { Window } from '../pipeline/backtest-plan.ts';
import { parseDay, parseInstant } from '../weather/time.ts';
import { type LawName, lawNames, type Transform, transforms } from '../weather/variable.ts';
import type { CommonFlags } from './context.ts';

/** Flags that say which model is fitted and how. */
export interface ModelFlags extends CommonFlags {
  readonly model?: string;
  readonly law?: LawName;
  readonly transform?: Transform;
  readonly predictors?: 'mean' | 'weights';
  readonly spread?: 'variance' | 'log';
  readonly score?: 'crps' | 'ml';
  readonly prior?: number;
  readonly pool: 'all' | 'place';
  readonly source?: string;
}

/** A command with the flag that all have. */
export function command(name: string, about: string): Command {
  return new Command(name).description(about).option('--json', 'print the result as JSON');
}

/** Adds the flags that overrule settings. */
export function withSettingFlags(target: Command): Command {
  return target
    .option('--threads <n>', 'worker threads (default: one a core)')
    .option('--seed <seed>', 'seed of what is drawn by chance')
    .option('--variables <file>', 'JSON file that declares variables of your own')
    .option('--config <file>', 'settings file (default: weatherglass.json, if there)');
}

/** Adds the flags of commands that work on the store. */
export function withStoreFlags(target: Command): Command {
  return withSettingFlags(target).option('--store <file>', 'the store (default: weatherglass.db)');
}

/** Adds the flags that say which model is fitted and how, and those of the settings. */
export function withModelFlags(target: Command): Command {
  return withStoreFlags(target)
    .option('--source <name>', 'for the store: whose forecasts, where it holds more than one source')
    .addOption(
      new Option(
        '--model <name>',
        'model to fit, of those that `weatherglass models` lists (default: emos; harmonic for observations)',
      ).argParser(modelName),
    )
    .addOption(new Option('--law <law>', "law of the outcome (default: the variable's)").choices(lawNames))
    .addOption(
      new Option('--transform <scale>', "scale the law is fitted on (default: the variable's)").choices(
        transforms,
      ),
    )
    .addOption(
      new Option('--predictors <how>', 'location from the mean forecast, or a weight for each model').choices(
        ['mean', 'weights'],
      ),
    )
    .addOption(
      new Option('--spread <link>', 'scale² = c + d·s², or log scale = c + d·log s').choices([
        'variance',
        'log',
      ]),
    )
    .addOption(
      new Option('--score <score>', 'fit by maximum likelihood or minimum CRPS (default: ml)').choices([
        'ml',
        'crps',
      ]),
    )
    .option(
      '--prior <outcomes>',
      'outcomes that belief in the forecast counts as (default: 200; 0 on a root scale)',
      count,
    )
    .addOption(
      new Option('--pool <which>', 'fit places together or each alone')
        .choices(['all', 'place'])
        .default('all'),
    );
}

export function settingsChoice({
  law,
  transform,
  predictors,
  spread,
  score,
  prior,
}: ModelFlags): SettingsChoice {
  return { law, transform, predictors, spread, score, prior };
}

/** `expanding`, or `25d` for the 25 latest dates. */
export function parseWindow(text: string): Window {
  if (text === 'expanding') return {};
  const match = /^([1-9]\d{0,5})d$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Say expanding, or a number of dates such as 25d.');
  return { dates: Number(match[1]) };
}

/** Days such as `90d`. */
export function parseDays(text: string): number {
  const match = /^([1-9]\d{0,4})d$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Say a number of days such as 30d.');
  return Number(match[1]);
}

/** A time, or the start of a day, by coordinated time. */
export function parseTime(text: string): number {
  return argument(() => (text.includes('T') ? parseInstant(text) : parseDay(text)));
}

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

/** Turns whatever a parser throws into a complaint about the option. */
export function argument<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function modelName(name: string): string {
  if (name === autoName) return name;
  return argument(() => findModel(name).name);
}

function count(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0)) throw new InvalidArgumentError('Say a number from 0.');
  return value;
}
