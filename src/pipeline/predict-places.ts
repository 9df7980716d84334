import { isWeatherglassError } from '../errors.ts';
import type { PhysicsChanges } from '../forecast/physics-rule.ts';
import type { ComputePool } from '../runtime/compute-pool.ts';
import type { Store } from '../store/store.ts';
import type { AskedPlace, AskedPlaces } from '../tables/places-csv.ts';
import { quoted } from './export-line.ts';
import { type FoundPlace, placeFinder } from './find-place.ts';
import { type PredictManyOptions, predictMany } from './predict-many.ts';
import type { OpenPredictionTable, TakePiece } from './prediction-table.ts';
import { lineWriter, numberField } from './table-lines.ts';

/** A line of a file of places that could not be predicted for, and why. */
export interface FailedLine {
  readonly line: number;
  /** As asked. */
  readonly place: string;
  readonly latitude: string;
  readonly longitude: string;
  readonly error: string;
  readonly message: string;
}

export interface PredictedPlaces {
  readonly rows: number;
  readonly predicted: number;
  /** By line. */
  readonly failures: readonly FailedLine[];
  /** How many quantiles of how many values each rule of physics moved. */
  readonly moved: PhysicsChanges;
}

/**
 * Predicts for all places of a file and writes them as a table; what fails for a line fails for it alone.
 *
 * @throws WeatherglassError as {@link predictMany}; what `take` throws.
 */
export async function predictPlaces(
  store: Store,
  { asked, malformed }: AskedPlaces,
  options: PredictManyOptions,
  pool: ComputePool,
  openTable: OpenPredictionTable,
  take: TakePiece,
): Promise<PredictedPlaces> {
  const failures: FailedLine[] = malformed.map(({ error: { name, message }, ...one }) => ({
    ...one,
    error: name,
    message,
  }));
  const fail = ({ line, place, latitude, longitude }: AskedPlace, error: string, message: string) =>
    failures.push({
      line,
      place,
      latitude: numberField(latitude),
      longitude: numberField(longitude),
      error,
      message,
    });
  const find = placeFinder(await store.places());
  const answered: AskedPlace[] = [];
  const found: FoundPlace[] = [];
  for (const one of asked)
    try {
      found.push(find(one));
      answered.push(one);
    } catch (error) {
      if (!isWeatherglassError(error)) throw error;
      fail(one, error.name, error.message);
    }
  const table = openTable({ found, levels: options.levels }, take);
  const result = await predictMany(
    store,
    found.map(({ name }) => name),
    options,
    pool,
    table.add,
  );
  await table.finish();
  for (const { index, error, message } of result.failures) fail(answered[index], error, message);
  return {
    rows: table.rows(),
    predicted: result.predicted,
    failures: failures.sort((a, b) => a.line - b.line),
    moved: result.moved,
  };
}

/** Writes failures as a table beside the results: a file of places once more, when what was wrong is mended. */
export async function writeFailures(failures: readonly FailedLine[], take: TakePiece): Promise<void> {
  const lines = lineWriter('line,place,latitude,longitude,error,message', take);
  for (const { line, place, latitude, longitude, error, message } of failures) {
    lines.add([String(line), ...[place, latitude, longitude, error, message].map(quoted)].join(','));
    await lines.pass();
  }
  await lines.finish();
}
