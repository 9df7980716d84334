import { isWeatherglassError, WeatherglassError } from '../errors.ts';
import { placeFinder } from '../pipeline/find-place.ts';
import { step } from '../pipeline/loop.ts';
import { sourcesOf } from '../pipeline/pass-through.ts';
import { presentOf } from '../pipeline/present.ts';
import { isEven } from '../pipeline/provenance.ts';
import { type Served, type ServedPrediction, servedPredictions } from '../pipeline/served.ts';
import { creditsFor } from '../sources/credits.ts';
import type { Store } from '../store/store.ts';
import { type AskedPlace, readAskedPlaces } from '../tables/places-csv.ts';
import { formatInstant } from '../weather/time.ts';
import { type Context, openSettings, openThreads, type Settings } from './context.ts';
import { openToRead, openToWrite } from './open-store.ts';
import type { PredictFlags } from './predict-flags.ts';
import { decimals, percent, table } from './table.ts';

/**
 * Predicts from the store: scores and answers what has arrived, then prints what lies ahead of the places asked for.
 *
 * With `--as-of`, and while another process writes to the store, it only prints what has been issued.
 */
export async function predictStored(context: Context, flags: PredictFlags): Promise<void> {
  await using settings = await openSettings(context, flags);
  refuseModelFlags(flags);
  if (flags.asOf === undefined) await answerArrivals(context, settings);
  await using store = await openToRead(settings.config);
  const asOf = flags.asOf ?? (await presentOf(store));
  const { places, notices } = await placesAsked(store, context, flags);
  for (const notice of notices) context.notice(`${notice}\n`);
  const served = await servedPredictions(store, {
    places,
    variables: flags.variable,
    asOf,
    until: flags.until,
    levels: flags.levels,
    thresholds: flags.above,
  });
  settings.progress.clear();
  context.write(flags.json ? `${JSON.stringify(servedAsJson(served))}\n` : describeServed(served));
}

/** Answers what has arrived, unless another process (a server) writes to the store and does so itself. */
export async function answerArrivals(context: Context, settings: Settings): Promise<void> {
  let store: Store;
  try {
    store = await openToWrite(settings.config);
  } catch (error) {
    if (!isWeatherglassError(error, 'Unavailable')) throw error;
    context.notice(`only what has been issued is shown: ${error.message}\n`);
    return;
  }
  await using writing = store;
  await using pool = openThreads(settings.config);
  await step(
    writing,
    {
      asOf: await presentOf(writing),
      signal: context.signal,
      onProgress: (done, total) => settings.progress.show('predict', done, total),
    },
    pool,
  );
}

/** @throws WeatherglassError Usage for flags that mean nothing for the store. */
export function refuseModelFlags(flags: PredictFlags): void {
  const names = ['model', 'law', 'transform', 'predictors', 'spread', 'score', 'prior', 'leads'] as const;
  const meant = names.find((name) => flags[name] !== undefined);
  if (meant !== undefined)
    throw new WeatherglassError(
      'Usage',
      `--${meant} is for tables; the store's predictions are a mixture of all experts`,
    );
}

/** The places that the flags choose, by name, and what somebody should be told of the choice. */
export async function placesAsked(
  store: Store,
  context: Context,
  flags: PredictFlags,
): Promise<{ readonly places: readonly string[]; readonly notices: readonly string[] }> {
  const chosen = [flags.place, flags.at, flags.locations].filter((one) => one !== undefined);
  if (chosen.length > 1)
    throw new WeatherglassError('Usage', 'choose places by one of --place, --at and --locations');
  if (flags.place !== undefined) return { places: flags.place, notices: [] };
  const followed = await store.places();
  if (flags.at === undefined && flags.locations === undefined)
    return { places: followed.map(({ name }) => name), notices: [] };
  const asked: readonly AskedPlace[] =
    flags.at !== undefined
      ? [{ line: 0, place: '', latitude: flags.at[0], longitude: flags.at[1] }]
      : await readEveryPlace(flags.locations!, context.signal);
  const find = placeFinder(followed);
  const places = new Set<string>();
  const notices: string[] = [];
  for (const one of asked) {
    const { name, latitude, longitude, distanceKm } = find(one);
    places.add(name);
    if (one.place === '')
      notices.push(
        `${latitude}, ${longitude}: the prediction is that of ${name}, ${distanceKm.toFixed(1)} km away`,
      );
  }
  return { places: [...places], notices };
}

/** @throws WeatherglassError InvalidData for the first malformed row, and what reading throws. */
async function readEveryPlace(file: string, signal: AbortSignal): Promise<readonly AskedPlace[]> {
  const { asked, malformed } = await readAskedPlaces(file, signal);
  if (malformed.length > 0) throw malformed[0].error;
  return asked;
}

/** Predictions as other programs read them: instants as text, what is missing as null. */
export function servedAsJson({ asOf, levels, predictions }: Served) {
  const attribution = attributionOf(predictions);
  const instant = (time: number) => (Number.isFinite(time) ? formatInstant(time) : null);
  return {
    asOf: formatInstant(asOf),
    ...(attribution.length > 0 && { attribution }),
    levels,
    predictions: predictions.map(({ issuedAt, validTime, provenance, ...prediction }) => ({
      ...prediction,
      issuedAt: formatInstant(issuedAt),
      validTime: formatInstant(validTime),
      provenance: {
        ...provenance,
        runTime: formatInstant(provenance.runTime),
        runs: provenance.runs.map(({ source, issuedAt }) => ({ source, issuedAt: formatInstant(issuedAt) })),
        trainedOn: {
          rows: provenance.trainedOn.rows,
          from: instant(provenance.trainedOn.from),
          until: instant(provenance.trainedOn.until),
        },
      },
    })),
  };
}

/** What must be said of those whose data went in. */
function attributionOf(predictions: readonly ServedPrediction[]): readonly string[] {
  return creditsFor(sourcesOf(predictions, [])).map(({ attribution }) => attribution);
}

/** Predictions as a table for a person. */
export function describeServed({ asOf, levels, predictions }: Served): string {
  const attribution = attributionOf(predictions);
  const thresholds = [...new Set(predictions.flatMap(({ probabilities }) => Object.keys(probabilities)))];
  return `as of ${formatInstant(asOf)}\n${table([
    [
      'place',
      'variable',
      'valid',
      'hours ahead',
      'mean',
      ...levels.map((level) => `${Math.round(1000 * level) / 10}%`),
      ...thresholds.map((value) => `P(≥ ${value})`),
      'run',
      'mostly by',
    ],
    ...predictions.map((one) => [
      one.place,
      `${one.variable} ${one.unit}`,
      formatInstant(one.validTime),
      String(one.lead),
      decimals(one.mean, 1),
      ...one.quantiles.map((value) => decimals(value, 1)),
      ...thresholds.map((value) => (value in one.probabilities ? percent(one.probabilities[value]) : '–')),
      formatInstant(one.provenance.runTime),
      mostly(one),
    ]),
  ])}${attribution.map((line) => `${line}\n`).join('')}`;
}

/** The heaviest expert and its share. */
function mostly({ provenance: { experts } }: ServedPrediction): string {
  const [first] = experts;
  if (isEven(experts)) return `${experts.length} alike`;
  return first === undefined ? '–' : `${first.name} ${percent(first.weight)}`;
}
