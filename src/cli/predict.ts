import { type Command, InvalidArgumentError } from 'commander';
import { WeatherglassError } from '../errors.ts';
import { defaultLevels, type Prediction, type PredictResult, predict } from '../pipeline/predict.ts';
import { checkLocation } from '../weather/location.ts';
import { formatInstant } from '../weather/time.ts';
import { autoText } from './auto-text.ts';
import { parseLeads } from './backtest.ts';
import { type Context, openSession } from './context.ts';
import { argument, collect, command, parseTime, settingsChoice, withModelFlags } from './model-flags.ts';
import { predictEvents } from './predict-event.ts';
import { predictFile } from './predict-file.ts';
import type { PredictFlags } from './predict-flags.ts';
import { predictStored } from './predict-stored.ts';
import { readPairsOrObservations } from './read-pairs.ts';
import { decimals, percent, table } from './table.ts';

export function predictCommand(context: Context): Command {
  return withModelFlags(
    command('predict', 'predict what lies ahead: for places in the store, or from tables'),
  )
    .argument(
      '[files...]',
      'forecast–observation pairs or observations, .csv or .csv.gz (default: the store)',
    )
    .option('--place <name>', 'of the store: this place; may be repeated (default: all)', collect)
    .option('--at <latitude,longitude>', 'of the store: the place nearest to this location', parseLocation)
    .option(
      '--locations <file>',
      'of the store: the places of a CSV, by place, or nearest to latitude,longitude',
    )
    .option('--file <file>', 'of the store: the same into a file, for however many places; needs --output')
    .option(
      '--output <file>',
      'of the store: where the predictions for --file go: .csv, .ndjson (or either with .gz) or .parquet',
    )
    .option('--variable <name>', 'of the store: only this variable; may be repeated', collect)
    .option('--until <time>', 'of the store: no farther ahead than this', parseTime)
    .option('--as-of <time>', 'use nothing that became known later (default: the latest forecast)', parseTime)
    .option('--leads <hours>', 'for observations: hours ahead (default: 24 to 336 by 24)', parseLeads)
    .option(
      '--levels <percent>',
      'quantiles to print, such as 10,50,90 (default: 5,25,50,75,95; with --file 10 to 90 by 10)',
      parseLevels,
    )
    .option(
      '--above <variable=value>',
      'print the probability of reaching a value; may be repeated',
      addThreshold,
    )
    .option(
      '--event <event>',
      'of the store: how likely this is in each period and at any time, such as "precipitation_sum_6h>5"; may be repeated',
      collect,
    )
    .action(async (files: string[], flags: PredictFlags) => {
      if (files.length === 0) {
        const toFile = flags.file !== undefined || flags.output !== undefined;
        const answer = flags.event !== undefined ? predictEvents : toFile ? predictFile : predictStored;
        await answer(context, flags);
        return;
      }
      await using session = await openSession(context, flags);
      refuseStoreFlags(flags);
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

/** @throws WeatherglassError Usage for flags that mean nothing for tables. */
function refuseStoreFlags(flags: PredictFlags): void {
  const meant = (['place', 'at', 'locations', 'file', 'output', 'variable', 'until', 'event'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (meant !== undefined)
    throw new WeatherglassError(
      'Usage',
      `--${meant} chooses from the store; leave it out, or leave the files out`,
    );
}

/** `47.61,-122.33`: degrees north and east. */
function parseLocation(text: string): [number, number] {
  return argument(() => {
    const [latitude, longitude, ...rest] = text.split(',').map(Number);
    if (rest.length > 0 || longitude === undefined)
      throw new WeatherglassError('Usage', 'Say degrees north and east, such as 47.61,-122.33.');
    checkLocation({ latitude, longitude, elevation: Number.NaN });
    return [latitude, longitude];
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

function describe({ asOf, levels, predictions, fallbacks, unanswered, auto }: PredictResult): string {
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
  ])}${auto === undefined ? '' : autoText(auto)}`;
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
