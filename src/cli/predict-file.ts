import { rm } from 'node:fs/promises';
import { type ErrorName, errorTable, WeatherglassError } from '../errors.ts';
import type { PhysicsChanges } from '../forecast/physics-rule.ts';
import { type FailedLine, predictPlaces, writeFailures } from '../pipeline/predict-places.ts';
import { predictionFormat } from '../pipeline/prediction-formats.ts';
import { presentOf } from '../pipeline/present.ts';
import { readAskedPlaces } from '../tables/places-csv.ts';
import { formatInstant } from '../weather/time.ts';
import { storeAttribution } from './attribution.ts';
import { type Context, openSettings, openThreads } from './context.ts';
import { exportFile } from './export-file.ts';
import { openToRead } from './open-store.ts';
import { physicsText } from './physics-text.ts';
import type { PredictFlags } from './predict-flags.ts';
import { refuseModelFlags } from './predict-stored.ts';
import { count } from './store-command.ts';

const deciles: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** What a batch did, as other programs read it. */
interface Summary {
  readonly output: string;
  readonly asOf: string;
  readonly rows: number;
  readonly places: number;
  readonly predicted: number;
  readonly failures: number;
  /** Where they stand. */
  readonly failuresFile: string | null;
  /** What each rule of physics moved: quantiles, of how many values. */
  readonly physics: PhysicsChanges;
  /** What must be said wherever the predictions are shown. */
  readonly attribution: readonly string[];
}

/**
 * Predicts for the places of a file into a file, from what the store has learned: it reads the store alone, also while
 * another process writes to it.
 */
export async function predictFile(context: Context, flags: PredictFlags): Promise<void> {
  const { file, output } = checkFlags(flags);
  const openTable = await predictionFormat(output);
  await using settings = await openSettings(context, flags);
  const { config, progress } = settings;
  await using store = await openToRead(config);
  const asked = await readAskedPlaces(file, context.signal);
  const failuresFile = `${output}.failures.csv`;
  // Both are opened at once: what cannot be written shall be known before the work.
  await using results = await exportFile(output, [file, config.store]);
  await using beside = await exportFile(failuresFile, [file, config.store]);
  await using pool = openThreads(config);
  const asOf = flags.asOf ?? (await presentOf(store));
  const { rows, predicted, failures, moved } = await predictPlaces(
    store,
    asked,
    {
      asOf,
      until: flags.until,
      levels: flags.levels ?? deciles,
      variables: flags.variable,
      signal: context.signal,
      onProgress: (done, total) => progress.show('predict', done, total),
    },
    pool,
    openTable,
    results.write,
  );
  if (failures.length === 0) await rm(failuresFile, { force: true });
  else {
    await writeFailures(failures, beside.write);
    await beside.finish();
  }
  if (predicted > 0) await results.finish();
  progress.clear();
  const summary: Summary = {
    output,
    asOf: formatInstant(asOf),
    rows,
    places: asked.asked.length + asked.malformed.length,
    predicted,
    failures: failures.length,
    failuresFile: failures.length === 0 ? null : failuresFile,
    physics: moved,
    attribution: await storeAttribution(store),
  };
  if (flags.json) context.write(`${JSON.stringify(summary)}\n`);
  if (predicted === 0) throw nothingPredicted(summary, failures[0]);
  if (!flags.json) context.write(describe(summary));
}

/** @throws WeatherglassError Usage for flags that mean nothing for a file of places, or are missing. */
function checkFlags(flags: PredictFlags): { readonly file: string; readonly output: string } {
  const { file, output } = flags;
  const refuse = (why: string): never => {
    throw new WeatherglassError('Usage', why);
  };
  if (file === undefined)
    return refuse('--output takes the predictions for a file of places: name that by --file');
  if (output === undefined)
    return refuse('--file needs --output, the file that its predictions are written to, such as out.parquet');
  if (!/\.csv(\.gz)?$/.test(file))
    refuse(`--file reads a table of places: ${JSON.stringify(file)} must end in .csv or .csv.gz`);
  for (const name of ['place', 'at', 'locations'] as const)
    if (flags[name] !== undefined)
      refuse(`--file names the places already: leave out --${name}, or add its places to the file`);
  if (flags.above !== undefined)
    refuse('--above prints probabilities, which the file has no columns for: ask for --levels instead');
  refuseModelFlags(flags);
  return { file, output };
}

function nothingPredicted({ failures, failuresFile }: Summary, first: FailedLine): WeatherglassError {
  const name = first.error in errorTable ? (first.error as ErrorName) : 'Internal';
  return new WeatherglassError(
    name,
    `no place could be predicted for, and no file was written; ${count(failures, 'failure')}, in ${failuresFile}; the first: line ${first.line}: ${first.message}`,
  );
}

function describe(summary: Summary): string {
  const { output, asOf, rows, places, predicted, failures, failuresFile, physics, attribution } = summary;
  const failed = failures === 0 ? '' : `; ${count(failures, 'failure')}, in ${failuresFile}`;
  return `${output}: ${count(rows, 'row')} for ${predicted} of ${count(places, 'place')}, as of ${asOf}${failed}\n${physicsText(physics)}${attribution.map((line) => `${line}\n`).join('')}`;
}
