import { type Command, InvalidArgumentError } from 'commander';
import { defaultLevels, type Prediction, type PredictResult, predict } from '../pipeline/predict.ts';
import { formatInstant } from '../weather/time.ts';
import { parseLeads } from './backtest.ts';
import { type Context, openSession } from './context.ts';
import { command, type ModelFlags, parseTime, settingsChoice, withModelFlags } from './model-flags.ts';
import { readPairsOrObservations } from './read-pairs.ts';
import { decimals, percent, table } from './table.ts';

interface PredictFlags extends ModelFlags {
  readonly asOf?: number;
  readonly leads?: readonly number[];
  readonly levels?: readonly number[];
  readonly above?: Readonly<Record<string, readonly number[]>>;
}

export function predictCommand(context: Context): Command {
  return withModelFlags(command('predict', 'fit on what is known and predict what lies ahead'))
    .argument('<files...>', 'forecast–observation pairs or observations, .csv or .csv.gz')
    .option('--as-of <time>', 'use nothing that became known later (default: the latest forecast)', parseTime)
    .option('--leads <hours>', 'for observations: hours ahead (default: 24 to 336 by 24)', parseLeads)
    .option(
      '--levels <percent>',
      'quantiles to print, such as 10,50,90 (default: 5,25,50,75,95)',
      parseLevels,
    )
    .option(
      '--above <variable=value>',
      'print the probability of reaching a value; may be repeated',
      addThreshold,
    )
    .action(async (files: string[], flags: PredictFlags) => {
      await using session = await openSession(context, flags);
      const { pairs, usualModel } = await readPairsOrObservations(files, flags.leads, context, session);
      const model = flags.model ?? usualModel;
      const result = await predict(
        pairs,
        {
          ...settingsChoice(flags),
          model,
          pool: flags.pool,
          asOf: flags.asOf,
          levels: flags.levels ?? defaultLevels,
          thresholds: flags.above,
          signal: context.signal,
          onProgress: (done, total) => session.progress.show('predict', done, total),
        },
        session.pool,
      );
      session.progress.clear();
      context.write(flags.json ? `${JSON.stringify(asJson(result))}\n` : describe(result));
    });
}

/** Predictions as other programs read them: instants as text. */
export function asJson({ predictions, asOf, ...rest }: PredictResult) {
  return {
    asOf: formatInstant(asOf),
    ...rest,
    predictions: predictions.map(({ initTime, validTime, trainedOn, ...prediction }) => ({
      ...prediction,
      initTime: formatInstant(initTime),
      validTime: formatInstant(validTime),
      trainedOn: {
        rows: trainedOn.rows,
        from: Number.isNaN(trainedOn.from) ? null : formatInstant(trainedOn.from),
        until: Number.isNaN(trainedOn.until) ? null : formatInstant(trainedOn.until),
      },
    })),
  };
}

function describe({ asOf, levels, predictions, fallbacks, unanswered }: PredictResult): string {
  const thresholds = [...new Set(predictions.flatMap(({ probabilities }) => Object.keys(probabilities)))];
  const head = `as of ${formatInstant(asOf)}${fallbacks > 0 ? `; ${fallbacks} by a simpler model` : ''}${
    unanswered > 0 ? `; ${unanswered} without an answer` : ''
  }\n`;
  return `${head}${table([
    [
      'place',
      'variable',
      'valid',
      'hours ahead',
      'model',
      'mean',
      ...levels.map((level) => `${Math.round(1000 * level) / 10}%`),
      ...thresholds.map((value) => `P(≥ ${value})`),
    ],
    ...predictions.map((one) => [
      one.place,
      `${one.variable} ${one.unit}`,
      formatInstant(one.validTime),
      String(one.lead),
      one.model,
      decimals(one.mean, 1),
      ...one.quantiles.map((value) => decimals(value, 1)),
      ...thresholds.map((value) => probability(one, value)),
    ]),
  ])}`;
}

function probability({ probabilities }: Prediction, threshold: string): string {
  return threshold in probabilities ? percent(probabilities[threshold]) : '–';
}

function parseLevels(text: string): number[] {
  const levels = text.split(',').map((word) => Number(word) / 100);
  if (!levels.every((level, k) => level > (levels[k - 1] ?? 0) && level < 1))
    throw new InvalidArgumentError('Say percentages in ascending order between 0 and 100, such as 10,50,90.');
  return levels;
}

function addThreshold(
  text: string,
  earlier: Readonly<Record<string, readonly number[]>> = {},
): Readonly<Record<string, readonly number[]>> {
  const match = /^([a-z][a-z0-9_]*)=(-?\d+(?:\.\d+)?)$/.exec(text);
  if (match === null)
    throw new InvalidArgumentError('Say a variable and a value, such as precipitation_sum=1.');
  const [, variable, value] = match;
  return { ...earlier, [variable]: [...(earlier[variable] ?? []), Number(value)] };
}
